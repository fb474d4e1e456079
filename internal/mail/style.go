package mail

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// body styles the plain HTML of a post, element by element.
func (h *sheet) body(code string) error {
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(code), root)
	if err != nil {
		return fmt.Errorf("the post's HTML: %w", err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	h.children(root)
	return nil
}

func (h *sheet) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		h.node(c)
	}
}

func (h *sheet) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		if strings.TrimSpace(n.Data) == "" && betweenBlocks(n) {
			h.put("\n")
			return
		}
		h.put(esc(n.Data))
	case html.ElementNode:
		h.element(n)
	}
}

func (h *sheet) element(n *html.Node) {
	switch n.DataAtom {
	case atom.P:
		h.styledParagraph(n)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		h.heading(n)
	case atom.A:
		h.link(n)
	case atom.Img:
		h.image(n)
	case atom.Figure:
		h.figure(n)
	case atom.Pre:
		h.code(n)
	case atom.Code, atom.Kbd, atom.Samp:
		h.wrap(n, n.Data, `class="c" style="background-color:`+h.c.code+`;border-radius:3px;padding:1px 5px;font-family:`+mono+`;font-size:15px"`)
	case atom.Blockquote, atom.Aside:
		h.quotation(n)
	case atom.Ul, atom.Ol:
		h.list(n)
	case atom.Li, atom.Dt, atom.Dd:
		h.entry(n)
	case atom.Dl:
		h.wrap(n, "dl", `style="margin:0 0 20px"`)
	case atom.Table:
		h.dataTable(n)
	case atom.Hr:
		h.rule(12, 32)
	case atom.Br:
		h.put("<br>")
	case atom.Sup:
		h.wrap(n, "sup", `style="font-size:12px;line-height:0"`)
	case atom.Sub:
		h.wrap(n, "sub", `style="font-size:12px;line-height:0"`)
	case atom.Mark:
		h.wrap(n, "span", `class="c" style="background-color:`+h.c.code+`;font-weight:bold"`)
	case atom.Summary:
		h.wrap(n, "div", `style="margin:0 0 8px;font-weight:bold"`) // which may hold more than a paragraph
	case atom.Span, atom.Time, atom.Bdi, atom.Bdo, atom.Ruby, atom.Rt, atom.Rp:
		h.wrap(n, "span", "")
	case atom.Em, atom.I, atom.Strong, atom.B, atom.Del, atom.S, atom.Ins, atom.U, atom.Small, atom.Q, atom.Cite, atom.Abbr, atom.Var, atom.Dfn:
		h.wrap(n, n.Data, "")
	case atom.Details, atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Center, atom.Address, atom.Figcaption:
		h.wrap(n, "div", "")
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Input, atom.Form, atom.Button, atom.Noscript:
	default:
		h.children(n)
	}
}

// entry is a part of a list. One that stands in none is a block like others: as a part
// it would end the one it is in.
func (h *sheet) entry(n *html.Node) {
	in := atom.Atom(0)
	if n.Parent != nil {
		in = n.Parent.DataAtom
	}
	switch {
	case n.DataAtom == atom.Li && (in == atom.Ul || in == atom.Ol):
		h.wrap(n, "li", `style="margin:0 0 `+gap(n, 8)+`"`)
	case n.DataAtom == atom.Dt && in == atom.Dl:
		h.wrap(n, "dt", `style="margin:0;font-weight:bold"`)
	case n.DataAtom == atom.Dd && in == atom.Dl:
		h.wrap(n, "dd", `style="margin:0 0 12px;margin-`+h.start()+`:24px"`)
	default:
		h.wrap(n, "div", `style="margin:0 0 12px"`)
	}
}

func (h *sheet) wrap(n *html.Node, tag, attrs string) {
	if attrs != "" {
		attrs = " " + attrs
	}
	h.put("<", tag, attrs, ">")
	h.children(n)
	h.put("</", tag, ">")
}

func (h *sheet) styledParagraph(n *html.Node) {
	if attr(n, "class") == "card" {
		h.put(layout, ` style="margin:0 0 20px"><tr><td class="n c" bgcolor="`, h.c.code, `" style="background-color:`, h.c.code, `;border-radius:6px;padding:14px 18px;font-family:`, sans, `;font-size:15px;line-height:22px">`)
		h.children(n)
		h.put("</td></tr></table>")
		return
	}
	h.wrap(n, "p", `style="margin:0 0 `+gap(n, 20)+`"`)
}

// gap is the space below a block: none below the last one of a box.
func gap(n *html.Node, px int) string {
	inBox := n.Parent != nil && (n.Parent.DataAtom == atom.Li || n.Parent.DataAtom == atom.Blockquote || n.Parent.DataAtom == atom.Aside || n.Parent.DataAtom == atom.Dd)
	if inBox {
		px = min(px, 12)
	}
	if (inBox || n.DataAtom == atom.Li) && nextElement(n) == nil {
		return "0"
	}
	return fmt.Sprint(px, "px")
}

func (h *sheet) heading(n *html.Node) {
	size, lead, top := 19, 26, 28
	class := ""
	switch n.DataAtom {
	case atom.H1, atom.H2:
		size, lead, top, class = 26, 32, 36, ` class="h2"`
	case atom.H3:
		size, lead, top = 21, 28, 32
	}
	tag := n.Data
	if n.DataAtom == atom.H1 { // there is one already
		tag = "h2"
	}
	if previousElement(n) == nil {
		top = 0
	}
	h.putf(`<%s%s style="margin:%dpx 0 12px;font-size:%dpx;line-height:%dpx;font-weight:bold">`, tag, class, top, size, lead)
	h.children(n)
	h.put("</", tag, ">")
}

// link keeps what leads to another page. A fragment alone would lead nowhere in
// most programs: it leads to the same place on the site, and a footnote's mark,
// whose note stands in this mail, is only a mark.
func (h *sheet) link(n *html.Node) {
	href := strings.TrimSpace(attr(n, "href"))
	if strings.HasPrefix(href, "#") {
		text := strings.TrimSpace(content(n))
		if strings.HasPrefix(text, "↩") {
			return
		}
		if n.Parent != nil && n.Parent.DataAtom == atom.Sup {
			h.put(`<span class="a" style="color:`, h.c.accent, `;font-weight:bold">`)
			h.children(n)
			h.put("</span>")
			return
		}
	}
	to := h.absolute(href)
	if to == "" {
		h.wrap(n, "span", "")
		return
	}
	title := ""
	if t := attr(n, "title"); t != "" {
		title = ` title="` + esc(t) + `"`
	}
	h.put(`<a class="a" href="`, esc(to), `"`, title, ` style="color:`, h.c.accent, `;text-decoration:underline">`)
	h.children(n)
	h.put("</a>")
}

// absolute resolves an address against that of the post; "" if it is of a kind
// that has no place in a mail.
func (h *sheet) absolute(href string) string {
	base, err := url.Parse(h.base)
	if err != nil {
		return ""
	}
	to, err := base.Parse(href)
	if err != nil || href == "" {
		return ""
	}
	switch to.Scheme {
	case "http", "https", "mailto", "tel", "sms":
		return to.String()
	}
	return ""
}

// attr is the value of an attribute, "" if there is none.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// content is the text within a node.
func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func nextElement(n *html.Node) *html.Node {
	for c := n.NextSibling; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode || strings.TrimSpace(c.Data) != "" {
			return c
		}
	}
	return nil
}

func previousElement(n *html.Node) *html.Node {
	for c := n.PrevSibling; c != nil; c = c.PrevSibling {
		if c.Type == html.ElementNode || strings.TrimSpace(c.Data) != "" {
			return c
		}
	}
	return nil
}

// betweenBlocks tells whether white space only lays out the source.
func betweenBlocks(n *html.Node) bool {
	if n.Parent == nil {
		return false
	}
	switch n.Parent.DataAtom {
	case atom.Body, atom.Ul, atom.Ol, atom.Table, atom.Thead, atom.Tbody, atom.Tr, atom.Blockquote, atom.Aside, atom.Dl, atom.Figure, atom.Div, atom.Section:
		return true
	}
	return false
}
