package post

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// attributes reads "{.class #id}" and Kramdown's "{: .class}" behind a picture,
// a link or a span, and at the end of a paragraph. Only class and id are kept; the
// braces never show.
type attributes struct{}

// attributeList is what may stand between the braces, and nothing else: prose in
// braces stays prose.
var attributeList = regexp.MustCompile(`^\{(:?)\s*((?:[#.][A-Za-z0-9\x{80}-\x{10ffff}_:.-]+|[A-Za-z\x{80}-\x{10ffff}_-]+=(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9\x{80}-\x{10ffff}_%./:-]+)|toc\b)\s*)*\}`)

var attributeItem = regexp.MustCompile(`[#.][A-Za-z0-9\x{80}-\x{10ffff}_:-]+|[A-Za-z\x{80}-\x{10ffff}_-]+=(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9\x{80}-\x{10ffff}_%./:-]+)`)

func (attributes) Trigger() []byte { return []byte{'{'} }

func (attributes) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) > 400 {
		line = line[:400]
	}
	m := attributeList.FindSubmatchIndex(line)
	if m == nil {
		return nil
	}
	kramdown := m[2] < m[3]
	target := parent.LastChild()
	switch target.(type) {
	case *ast.Image, *ast.Link, *ast.Emphasis, *ast.CodeSpan, *ast.AutoLink:
	default:
		// At the end of a block, on a line of its own: about the block.
		rest := bytes.TrimSpace(line[m[1]:])
		if len(rest) > 0 || !kramdown && !lineStart(block.Source(), segment.Start) {
			return nil
		}
		if before, ok := target.(*ast.Text); ok && before.SoftLineBreak() {
			before.SetSoftLineBreak(false)
		}
		target = parent
	}
	if _, heading := parent.(*ast.Heading); heading && target == parent && !kramdown {
		return nil
	}
	for _, item := range attributeItem.FindAll(line[:m[1]], -1) {
		switch item[0] {
		case '.':
			addClass(target, item[1:])
		case '#':
			target.SetAttributeString("id", append([]byte(nil), item[1:]...))
		}
	}
	if bytes.HasPrefix(bytes.TrimLeft(line[1:m[1]], ": "), []byte("toc")) {
		target.SetAttributeString("toc", true)
	}
	block.Advance(m[1])
	return ast.NewString(nil)
}

// lineStart tells whether only blanks stand before an offset in its line.
func lineStart(src []byte, at int) bool {
	for at > 0 && src[at-1] != '\n' {
		if at--; src[at] != ' ' && src[at] != '\t' {
			return false
		}
	}
	return true
}

func addClass(n ast.Node, class []byte) {
	if old, ok := n.AttributeString("class"); ok {
		if text, ok := old.([]byte); ok {
			class = append(append(append([]byte(nil), text...), ' '), class...)
		}
	}
	n.SetAttributeString("class", append([]byte(nil), class...))
}

// attribute is the value of an attribute as text; empty if it is not set or not text.
func attribute(n ast.Node, name string) string {
	switch v, _ := n.AttributeString(name); v := v.(type) {
	case []byte:
		return string(v)
	case string:
		return v
	}
	return ""
}
