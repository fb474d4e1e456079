package post

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxOpen bounds the formatting elements open at one time: a parser reopens each
// of them in every paragraph that follows.
const maxOpen = 8

// opened remembers an element that raw HTML opened in running text, so that it
// ends with its paragraph at the latest.
func (w *writer) opened(t html.Token, block bool) {
	switch t.DataAtom {
	case atom.Br, atom.Hr, atom.Img, atom.Wbr, atom.Col:
		return
	}
	if !block {
		w.inlineOpen = append(w.inlineOpen, t.Data)
	}
}

// closeInline ends an element of running text, and those opened within it; an end
// tag without its beginning goes.
func (w *writer) closeInline(name string) {
	for i := len(w.inlineOpen) - 1; i >= 0; i-- {
		if w.inlineOpen[i] == name {
			w.closeTo(i)
			return
		}
	}
}

// closeTo ends the elements of running text that were opened after the first n.
func (w *writer) closeTo(n int) {
	for i := len(w.inlineOpen) - 1; i >= n; i-- {
		name := w.inlineOpen[i]
		w.str("</" + w.tagName(atom.Lookup([]byte(name)), name) + ">")
	}
	w.inlineOpen = w.inlineOpen[:n]
}

// openTag counts formatting elements; false if this one is not to be written.
func (w *writer) openTag(name string, by int) bool {
	if w.open == nil {
		w.open = map[string]int{}
	}
	n := w.open[name] + by
	if n < 0 {
		return false
	}
	w.open[name] = n
	if by < 0 {
		return n < maxOpen
	}
	return n <= maxOpen
}

// swallow skips to the end of an element, elements of the same name within it included.
func swallow(z *html.Tokenizer, name string) {
	for depth := 1; depth > 0; {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken:
			if tag, _ := z.TagName(); string(tag) == name {
				depth++
			}
		case html.EndTagToken:
			if tag, _ := z.TagName(); string(tag) == name {
				depth--
			}
		}
	}
}

// swallowed is the end tag that belongs to a start tag in running text, where all
// between the two is left out ("<svg>…</svg>"); nil for any other node.
func swallowed(n ast.Node, src []byte) ast.Node {
	tag, ok := n.(*ast.RawHTML)
	if !ok {
		return nil
	}
	name := rawName(tag.Segments.Value(src))
	switch ruleOf(atom.Lookup([]byte(name))) {
	case tagSwallow, tagEmbed:
	default:
		return nil
	}
	c := n.NextSibling()
	for range 200 {
		if c == nil {
			break
		}
		if end, ok := c.(*ast.RawHTML); ok && rawName(end.Segments.Value(src)) == "/"+name {
			return end
		}
		c = c.NextSibling()
	}
	return nil
}

// rawName is the name in a tag, in lower case, with a slash before it in an end tag.
func rawName(raw []byte) string {
	name := strings.ToLower(strings.TrimPrefix(string(raw[:min(len(raw), 40)]), "<"))
	if end := strings.IndexFunc(name[min(1, len(name)):], func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == ':') }); end >= 0 {
		name = name[:1+end]
	}
	return name
}
