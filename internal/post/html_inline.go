package post

import (
	emoji "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

func (w *writer) inlines(n ast.Node) {
	open := len(w.inlineOpen)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.inline(c)
		if end := swallowed(c, w.src); end != nil {
			c = end
		}
	}
	if len(w.inlineOpen) > open {
		w.closeTo(open)
	}
}

func (w *writer) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(w.src)
		if !n.IsRaw() {
			value = unescape(value)
		}
		w.out = appendEscaped(w.out, value)
		if n.HardLineBreak() {
			w.str("<br>\n")
		} else if n.SoftLineBreak() {
			w.str("\n")
		}
	case *ast.String:
		w.out = appendEscaped(w.out, n.Value)
	case *ast.Emphasis:
		tag := "em"
		if n.Level == 2 {
			tag = "strong"
		}
		w.span(tag, n)
	case *east.Strikethrough:
		w.span("del", n)
	case *ast.CodeSpan:
		w.codeSpan(n)
	case *ast.Link:
		w.link(n)
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Image:
		w.image(n)
	case *ast.RawHTML:
		w.rawInline(n)
	case *emoji.Emoji:
		w.esc(string(n.Value.Unicode))
	case *east.TaskCheckBox:
		if w.mail {
			w.str(map[bool]string{true: "☑ ", false: "☐ "}[n.IsChecked])
			return
		}
		w.str(`<input type="checkbox" disabled aria-label="` + map[bool]string{true: "done", false: "to do"}[n.IsChecked] + `"`)
		if n.IsChecked {
			w.str(" checked")
		}
		w.str("> ")
	case *east.FootnoteLink:
		w.footnoteLink(n)
	case *east.FootnoteBacklink:
		w.footnoteBack(n)
	default:
		if n.Type() == ast.TypeBlock {
			w.block(n)
			return
		}
		w.inlines(n)
	}
}

// maxInline bounds the elements of running text in each other, those of Markdown and
// those of raw HTML: a parser of HTML gives up at 512 of all kinds.
const maxInline = 64

func (w *writer) span(tag string, n ast.Node) {
	if w.spans == maxInline {
		w.inlines(n)
		return
	}
	w.spans++
	defer func() { w.spans-- }()
	w.str("<" + tag)
	w.identity(n, "")
	w.str(">")
	w.inlines(n)
	w.str("</" + tag + ">")
}

func (w *writer) codeSpan(n *ast.CodeSpan) {
	w.str("<code")
	w.identity(n, "")
	w.str(">")
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			for _, b := range t.Value(w.src) {
				if b == '\n' {
					b = ' '
				}
				w.out = appendEscaped(w.out, []byte{b})
			}
		}
	}
	w.str("</code>")
}
