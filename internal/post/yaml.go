package post

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds that no honest front matter meets; the YAML parser takes time with the
// square of the depth.
const (
	maxDepth  = 24    // brackets in brackets, or hyphens on one line
	maxValues = 4_000 // values in all
)

// readYAML reads front matter between "---" lines. The first line of src is line
// number first of the file. A nil value without an error means that this is not
// front matter but text between two rules.
func readYAML(key string, src []byte, first int) (*value, []error) {
	if v, ok := readPlainYAML(src, first); ok {
		return v, nil
	}
	return readFullYAML(key, src, first)
}

// readFullYAML reads front matter with a parser of all of YAML.
func readFullYAML(key string, src []byte, first int) (*value, []error) {
	if line, deep := tooDeep(src); deep {
		return nil, []error{&Error{Key: key, Line: first + line, What: "the front matter nests too many lists in lists",
			Instead: "Write plain settings such as tags: [one, two]."}}
	}
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, []error{yamlError(key, src, first, err)}
	}
	r := yamlReader{key: key, first: first, anchors: map[string]value{}}
	top := value{kind: mapping, line: first}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		v := r.read(doc.Body, 0)
		switch {
		case v.kind == mapping:
			top.fields = append(top.fields, v.fields...)
		case v.kind == scalar && !keyNoSpace.MatchString(v.text):
			return nil, nil
		case v.kind != nothing:
			r.fail(doc.Body, "this is not a setting", "Write each setting as a name, a colon, a space and its value: title: My post.")
		}
	}
	return &top, r.errs
}

// tooDeep finds the line (from 0) in which nesting goes beyond maxDepth.
func tooDeep(src []byte) (line int, deep bool) {
	depth, row := 0, 0
	markers := true // only list markers so far in this line
	for i, c := range src {
		switch c {
		case '\n':
			line++
			row, markers = 0, true
		case '[', '{':
			depth++
			markers = false
		case ']', '}':
			depth = max(0, depth-1)
		case '-', '?', '&', '!', '*':
			if markers || i > 0 && src[i-1] == ' ' {
				row++
			}
		case ' ':
		default:
			markers = false
		}
		if depth > maxDepth || row > 4*maxDepth {
			return line, true
		}
	}
	return 0, false
}

type yamlReader struct {
	key     string
	first   int
	anchors map[string]value
	count   int
	errs    []error
}

func (r *yamlReader) line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return r.first + t.Position.Line - 1
	}
	return r.first
}

func (r *yamlReader) fail(n ast.Node, what, instead string) {
	if len(r.errs) < 10 {
		r.errs = append(r.errs, &Error{Key: r.key, Line: r.line(n), What: what, Instead: instead})
	}
}

// read copies the tree of the YAML parser. An alias shares what its anchor holds
// and is not expanded, so that aliases of aliases cost nothing.
func (r *yamlReader) read(n ast.Node, depth int) value {
	r.count++
	if n == nil || r.count > maxValues {
		if n != nil && r.count == maxValues+1 {
			r.fail(n, fmt.Sprintf("the front matter holds more than %d values", maxValues), "Keep a few settings there, and write the text below it.")
		}
		return value{}
	}
	v := value{line: r.line(n)}
	if depth > maxDepth {
		r.fail(n, "the front matter nests too many settings in settings", "Write plain settings such as tags: [one, two].")
		return v
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		v.kind = mapping
		for _, kv := range n.Values {
			v.fields = append(v.fields, r.field(kv, depth)...)
		}
		if len(v.fields) > 0 {
			v.line = v.fields[0].line
		}
	case *ast.MappingValueNode:
		v.kind = mapping
		v.fields = r.field(n, depth)
	case *ast.SequenceNode:
		v.kind = list
		for _, item := range n.Values {
			v.list = append(v.list, r.read(item, depth+1))
		}
	case *ast.TagNode:
		return r.read(n.Value, depth+1)
	case *ast.AnchorNode:
		v = r.read(n.Value, depth+1)
		if name := n.Name; name != nil {
			r.anchors[name.GetToken().Value] = v
		}
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		held, ok := r.anchors[name]
		if !ok {
			r.fail(n, fmt.Sprintf("“*%s” refers to nothing", name),
				"Put text that begins with a star between double quotes.")
		}
		held.line = v.line
		return held
	case *ast.LiteralNode:
		v.kind, v.text = scalar, cleanText(n.Value.GetToken().Value)
	case *ast.NullNode:
	default:
		v.kind, v.text = scalar, cleanText(n.GetToken().Value)
	}
	return v
}

// field is one "key: value"; a merge key ("<<") gives all of what it merges.
func (r *yamlReader) field(kv *ast.MappingValueNode, depth int) []field {
	v := r.read(kv.Value, depth+1)
	if _, merge := kv.Key.(*ast.MergeKeyNode); merge {
		return v.fields
	}
	key := kv.Key.GetToken().Value
	if k, ok := kv.Key.(*ast.MappingKeyNode); ok && k.Value != nil {
		key = k.Value.GetToken().Value
	}
	return []field{{name: key, line: r.line(kv.Key), value: v}}
}

// yamlError says in plain words what the YAML parser found.
func yamlError(key string, src []byte, first int, err error) *Error {
	e := &Error{Key: key, Line: first, What: "the front matter cannot be read",
		Instead: "Write each setting on a line of its own, as in title: My post, and put text with signs such as : # [ ] { } in it between double quotes."}
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position == nil {
		return e
	}
	n := at.GetToken().Position.Line
	e.Line = first + n - 1
	e.explain(rowAt(src, n), at.GetMessage())
	return e
}

// explain looks at the line itself for the mistakes that people make.
func (e *Error) explain(row, message string) {
	name, text, found := strings.Cut(strings.TrimSpace(row), ":")
	text = strings.TrimSpace(text)
	quoted := fmt.Sprintf("Write it between double quotes: %s: %s", name, quote(text))
	switch {
	case strings.Contains(message, "already defined"):
		e.What = fmt.Sprintf("“%s” is set twice", name)
		e.Instead = "Delete one of the two lines."
	case strings.Contains(row, "\t") && strings.Contains(message, "tab"):
		e.What = "there is a tab, which YAML does not allow at the beginning of a line"
		e.Instead = "Use spaces instead."
	case !found || name == "":
		e.What = "the front matter cannot be read here (" + message + ")"
	case strings.HasPrefix(text, "[") && !strings.HasSuffix(text, "]"):
		e.What = fmt.Sprintf("the list of “%s” begins with [ but has no ]", name)
		e.Instead = fmt.Sprintf("Close it: %s: %s]", name, text)
	case oneSided(text, '"'):
		e.What = fmt.Sprintf("the text of “%s” begins with a quotation mark but does not end with one", name)
		e.Instead = fmt.Sprintf("Write %s: %s", name, quote(text[1:]))
	case oneSided(text, '\''):
		e.What = fmt.Sprintf("the text of “%s” begins with a quotation mark but does not end with one", name)
		e.Instead = fmt.Sprintf("Write %s: %s", name, quote(text[1:]))
	case strings.HasPrefix(text, "'") && strings.Count(text, "'") > 2:
		e.What = fmt.Sprintf("the text of “%s” has an apostrophe between single quotes", name)
		e.Instead = fmt.Sprintf("Use double quotes: %s: %s", name, quote(strings.Trim(text, "'")))
	case strings.HasPrefix(text, `"`) && strings.Count(text, `"`) > 2:
		e.What = fmt.Sprintf("the text of “%s” has quotation marks inside its quotation marks", name)
		e.Instead = fmt.Sprintf("Put a backslash before each inner one: %s: %s", name, quote(strings.Trim(text, `"`)))
	case strings.Contains(text, ": ") || strings.HasSuffix(text, ":"):
		e.What = fmt.Sprintf("the text of “%s” has a colon in it", name)
		e.Instead = quoted
	case text != "" && strings.ContainsRune("@`%&*!|>{}[],#?", rune(text[0])):
		e.What = fmt.Sprintf("the text of “%s” begins with %q, which means something else in YAML", name, text[0])
		e.Instead = quoted
	default:
		e.What = "the front matter cannot be read here (" + message + ")"
	}
}

// oneSided tells whether a text opens a quotation and does not close it.
func oneSided(text string, mark byte) bool {
	return text != "" && text[0] == mark && (len(text) == 1 || text[len(text)-1] != mark)
}

// quote is YAML's and TOML's double-quoted form.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// rowAt is line n (from 1) of a text.
func rowAt(src []byte, n int) string {
	rows := strings.SplitN(string(src), "\n", n+1)
	if n < 1 || n > len(rows) {
		return ""
	}
	return rows[n-1]
}

// cleanText drops what neither HTML nor XML can carry.
func cleanText(s string) string {
	return replaceUnprintable(strings.ToValidUTF8(s, "\ufffd"), -1)
}
