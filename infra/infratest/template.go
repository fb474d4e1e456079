// Package infratest reads template.yaml for tests, with the values that AWS puts in for
// its functions.
package infratest

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Template is the stack's template as plain values: maps, lists, and text.
type Template struct{ root map[string]any }

// Read reads a template. !Ref, !Sub, !GetAtt and the like are maps of one key, as in
// JSON. Aliases and merges are an error: CloudFormation promises to read neither.
func Read(path string) (*Template, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	root, err := plain(file.Docs[0].Body)
	if err != nil {
		return nil, err
	}
	t := &Template{}
	t.root, _ = root.(map[string]any)
	return t, nil
}

func plain(n ast.Node) (any, error) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return mapping(n.Values)
	case *ast.MappingValueNode:
		return mapping([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, v := range n.Values {
			var err error
			if list[i], err = plain(v); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *ast.TagNode:
		v, err := plain(n.Value)
		name := strings.TrimPrefix(n.Start.Value, "!")
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return map[string]any{name: v}, err
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.NullNode:
		return nil, nil
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, nil
	}
	return nil, fmt.Errorf("line %d: no %s in a template", n.GetToken().Position.Line, n.Type())
}

func mapping(pairs []*ast.MappingValueNode) (any, error) {
	out := map[string]any{}
	for _, p := range pairs {
		v, err := plain(p.Value)
		if err != nil {
			return nil, err
		}
		out[p.Key.GetToken().Value] = v
	}
	return out, nil
}

// Resources are all resources by their logical ids.
func (t *Template) Resources() map[string]any {
	all, _ := t.root["Resources"].(map[string]any)
	return all
}

// At follows keys down from the top; nil if there is nothing.
func (t *Template) At(keys ...string) any {
	return At(t.root, keys...)
}

// At follows keys down from a value; nil if there is nothing.
func At(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// What AWS would put in.
const (
	Stack   = "blog"
	Account = "123456789012"
	Region  = "eu-central-1"
)

var hole = regexp.MustCompile(`\$\{([^}!]+)\}`)

// Text is a value with its !Ref, !Sub and !GetAtt resolved: parameters by their default,
// pseudo parameters by the constants above, ARNs and ids of resources by "{id}".
func (t *Template) Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if name, ok := v["Ref"].(string); ok {
			return t.ref(name)
		}
		if name, ok := v["Fn::GetAtt"].(string); ok {
			return "{" + name + "}"
		}
		if text, ok := v["Fn::Sub"].(string); ok {
			return hole.ReplaceAllStringFunc(text, func(h string) string { return t.ref(hole.FindStringSubmatch(h)[1]) })
		}
	}
	return fmt.Sprint(v)
}

func (t *Template) ref(name string) string {
	pseudo := map[string]string{
		"AWS::StackName": Stack, "AWS::AccountId": Account, "AWS::Region": Region, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
	}
	if v, ok := pseudo[name]; ok {
		return v
	}
	if p, ok := t.At("Parameters", name).(map[string]any); ok {
		if v, ok := p["Default"].(string); ok {
			return v
		}
	}
	return "{" + name + "}"
}

// List is a value as a list of text: one text is a list of itself.
func (t *Template) List(v any) []string {
	all, ok := v.([]any)
	if !ok {
		all = []any{v}
	}
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = t.Text(v)
	}
	return out
}

// Statement is what a role may do.
type Statement struct {
	Sid                string
	Actions, Resources []string
}

// Allowed are the statements of a role; its function's name with "Role" is its id.
func (t *Template) Allowed(role string) []Statement {
	var out []Statement
	policies, _ := t.At("Resources", role, "Properties", "Policies").([]any)
	for _, p := range policies {
		statements, _ := At(p, "PolicyDocument", "Statement").([]any)
		for _, s := range statements {
			out = append(out, Statement{
				Sid: t.Text(At(s, "Sid")), Actions: t.List(At(s, "Action")), Resources: t.List(At(s, "Resource")),
			})
		}
	}
	return out
}
