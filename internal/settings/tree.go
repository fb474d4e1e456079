package settings

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxBytes is the largest site.yaml that is read.
const MaxBytes = 64 << 10

// Bounds on nesting, judged on the raw text: the YAML parser takes time in the
// square of the depth (40 s for 64 KiB of "["), so it must not see deep text.
const (
	maxBrackets = 400
	maxDepth    = 12
	maxSyntax   = 20 // mistakes of spelling that are looked for in one file
)

// shape is what a node of the file is.
type shape int

const (
	empty shape = iota
	scalar
	list
	mapping
)

// node is a piece of site.yaml without YAML's finer points: everything that is
// neither a list nor a mapping is text, as written.
type node struct {
	line, column int
	shape        shape
	text         string
	items        []*node
	fields       []field
}

// field is one "name: value" of a mapping.
type field struct {
	name   string
	line   int
	column int
	value  *node
}

// readTree parses the whole file. A mistake of YAML's spelling costs only the
// top-level setting it stands in, so that all of them are found at once.
func (r *reader) readTree(text string) *node {
	lines := strings.Split(text, "\n")
	if !r.shallow(lines) {
		return nil
	}
	for range maxSyntax {
		file, err := parser.ParseBytes([]byte(strings.Join(lines, "\n")), 0)
		if err == nil {
			return r.document(file)
		}
		e := syntaxError(err, lines)
		r.errs = append(r.errs, e)
		if !blankSetting(lines, e.Line) {
			return nil
		}
	}
	return nil
}

// shallow refuses text that is nested beyond any sensible settings file.
func (r *reader) shallow(lines []string) bool {
	brackets := 0
	for i, l := range lines {
		brackets += strings.Count(l, "[") + strings.Count(l, "{")
		marks := strings.Count(l, "- ") + strings.Count(l, "? ")
		begin := strings.TrimLeft(l, "-? \t")
		deep := len(l)-len(begin) > 8*maxDepth || marks > maxDepth && strings.Count(l[:len(l)-len(begin)], "-") > maxDepth
		if brackets > maxBrackets || deep {
			r.fail(&node{line: i + 1}, "this is nested too deeply for a settings file.",
				"Write one setting a line, as in `title: My blog`.")
			return false
		}
	}
	return true
}

// blankSetting empties the top-level setting that a line belongs to; false if
// there is nothing to empty.
func blankSetting(lines []string, line int) bool {
	if line < 1 || line > len(lines) {
		return false
	}
	top := func(l string) bool { return l != "" && !strings.ContainsAny(l[:1], " \t-#]}") }
	from := line - 1
	for from > 0 && !top(lines[from]) {
		from--
	}
	changed := false
	for i := from; i < len(lines) && (i == from || i < line || !top(lines[i])); i++ {
		changed = changed || lines[i] != ""
		lines[i] = ""
	}
	return changed
}

// document turns the parsed file into nodes; nil if it holds no settings.
func (r *reader) document(file *ast.File) *node {
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		if _, comment := d.Body.(*ast.CommentGroupNode); comment {
			continue
		}
		if body != nil {
			r.fail(place(d.Body), "a second document begins here.", "Take out the line `---` above it.")
			return nil
		}
		body = d.Body
	}
	if body == nil {
		return nil
	}
	n := r.convert(body, 0)
	if n.shape == empty {
		return nil
	}
	if n.shape != mapping {
		r.fail(n, "this is not a setting.", "Write settings as `name: value`, with a space after the colon, as in `title: My blog`.")
		return nil
	}
	return n
}

// convert turns a YAML node into ours.
func (r *reader) convert(from ast.Node, depth int) *node {
	n := place(from)
	if depth > maxDepth {
		r.fail(n, "this is nested too deeply.", "")
		return n
	}
	switch v := from.(type) {
	case *ast.MappingNode:
		n.shape = mapping
		for _, value := range v.Values {
			n.fields = append(n.fields, r.field(value, depth))
		}
		if len(n.fields) > 0 {
			n.line, n.column = n.fields[0].line, n.fields[0].column
		}
	case *ast.MappingValueNode:
		n.shape = mapping
		n.fields = []field{r.field(v, depth)}
	case *ast.SequenceNode:
		n.shape = list
		for _, value := range v.Values {
			n.items = append(n.items, r.convert(value, depth+1))
		}
	case *ast.TagNode:
		return r.convert(v.Value, depth+1)
	case *ast.LiteralNode:
		n.shape, n.text = scalar, v.Value.Value
	case *ast.StringNode:
		n.shape, n.text = scalar, v.Value
	case *ast.NullNode, nil:
	case *ast.AnchorNode, *ast.AliasNode:
		r.fail(n, fmt.Sprintf("a text that begins with %s must stand in quotes.", strings.TrimSpace(v.GetToken().Value)),
			"Write it as `\"…\"`.")
	default:
		n.shape, n.text = scalar, v.GetToken().Value
	}
	return n
}

// field turns one entry of a mapping into ours.
func (r *reader) field(v *ast.MappingValueNode, depth int) field {
	at := place(v.Key)
	f := field{line: at.line, column: at.column}
	if tok := v.Key.GetToken(); tok != nil {
		f.name = strings.TrimSpace(tok.Value)
	}
	f.value = r.convert(v.Value, depth+1)
	if f.value.shape == empty {
		f.value.line, f.value.column = f.line, f.column
	}
	return f
}

// place is an empty node that stands where a YAML node does.
func place(v ast.Node) *node {
	if v == nil {
		return &node{}
	}
	if tok := v.GetToken(); tok != nil && tok.Position != nil {
		return &node{line: tok.Position.Line, column: tok.Position.Column}
	}
	return &node{}
}
