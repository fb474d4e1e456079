package post

import (
	"bytes"
	"strings"
	"unicode/utf8"

	emoji "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html/atom"
)

// unescape resolves backslash escapes and character references: the text that a
// piece of Markdown stands for.
func unescape(v []byte) []byte {
	if bytes.IndexByte(v, '\\') < 0 && bytes.IndexByte(v, '&') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); {
		switch c := v[i]; {
		case c == '\\' && i+1 < len(v) && util.IsPunct(v[i+1]):
			out = append(out, v[i+1])
			i += 2
		case c == '&':
			text, size := reference(v[i:])
			out = append(out, text...)
			i += size
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// reference resolves the character reference at the head of a text, or returns
// the "&" itself.
func reference(v []byte) (text []byte, size int) {
	end := bytes.IndexByte(v[:min(len(v), 40)], ';')
	if end < 2 {
		return v[:1], 1
	}
	ref := v[:end+1]
	resolved := util.ResolveEntityNames(ref)
	if ref[1] == '#' {
		resolved = util.ResolveNumericReferences(ref)
	}
	if len(resolved) == len(ref) && bytes.Equal(resolved, ref) {
		return v[:1], 1
	}
	if r, n := utf8.DecodeRune(resolved); n == len(resolved) && !printable(r) {
		return []byte("\ufffd"), len(ref)
	}
	return resolved, len(ref)
}

// plainText is the text of a node and all below it, without any mark-up, on one
// line. Raw HTML and footnote marks are left out; a picture stands for its
// alternative text.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	writePlain(&b, n, src)
	return strings.Join(strings.Fields(b.String()), " ")
}

func writePlain(b *strings.Builder, n ast.Node, src []byte) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(src)
		if !n.IsRaw() {
			value = unescape(value)
		}
		b.Write(value)
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte('\n')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.AutoLink:
		b.Write(n.Label(src))
	case *emoji.Emoji:
		b.WriteString(string(n.Value.Unicode))
	case *ast.CodeSpan:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if t, ok := c.(*ast.Text); ok {
				b.Write(bytes.ReplaceAll(t.Value(src), []byte("\n"), []byte(" ")))
			}
		}
	case *ast.RawHTML:
		b.WriteString(rawAsText(n.Segments.Value(src)))
	case *ast.CodeBlock, *ast.FencedCodeBlock, *ast.HTMLBlock, *ast.LinkReferenceDefinition:
	default:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			writePlain(b, c, src)
			if end := swallowed(c, src); end != nil {
				c = end
			}
		}
		if n.Type() == ast.TypeBlock {
			b.WriteByte('\n')
		}
	}
}

// rawAsText is what a tag in running text leaves in plain text: a line break a
// blank, "List<T>" its "<T>", all others nothing.
func rawAsText(raw []byte) string {
	name := strings.TrimPrefix(rawName(raw), "/")
	if strings.ContainsAny(name, "-:") || name == "" || name[0] < 'a' || name[0] > 'z' {
		return ""
	}
	switch a := atom.Lookup([]byte(name)); {
	case a == atom.Br:
		return "\n"
	case ruleOf(a) == tagUnknown:
		return string(raw)
	}
	return ""
}
