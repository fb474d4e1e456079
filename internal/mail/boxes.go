package mail

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/pennypost/pennypost/internal/post"
)

// Blocks of a post that need more than a style: Outlook draws boxes only from
// table cells.

// code is a block of code, in lines that break rather than run out of the window.
func (h *sheet) code(n *html.Node) {
	class, ground := "c", h.c.code
	if within(n, atom.Blockquote) || within(n, atom.Aside) { // a callout has that ground already
		class, ground = "g", h.c.paper
	}
	h.put(layout, ` style="margin:0 0 `, gap(n, 24), `"><tr><td class="`, class, `" bgcolor="`, ground, `" style="background-color:`, ground,
		`;border-radius:6px;padding:16px 18px"><pre dir="ltr" style="margin:0;font-family:`, mono, `;font-size:14px;line-height:22px;white-space:pre-wrap;word-break:break-word;text-align:left">`,
		esc(strings.TrimRight(content(n), "\n")), "</pre></td></tr></table>")
}

// quotation is a block quotation or a callout: one whose first paragraph is only
// bold.
func (h *sheet) quotation(n *html.Node) {
	title := calloutTitle(n)
	class, style := "l s", "border-"+h.start()+":3px solid "+h.c.line+";padding-"+h.start()+":18px;color:"+h.c.soft
	if title != "" || n.DataAtom == atom.Aside {
		colour, own := h.calloutColour(title)
		class, style = "c i"+own, "background-color:"+h.c.code+";border-"+h.start()+":4px solid "+colour+";padding:16px 20px;color:"+h.c.ink
	}
	h.put(`<blockquote style="margin:0 0 `, gap(n, 22), `;padding:0">`, layout, `><tr><td class="`, class, `" style="`, style, `">`)
	h.children(n)
	h.put("</td></tr></table></blockquote>")
}

func calloutTitle(n *html.Node) string {
	c := n.FirstChild
	if c != nil && c.Type == html.TextNode {
		c = c.NextSibling
	}
	if c == nil || c.DataAtom != atom.P || c.FirstChild == nil || c.FirstChild != c.LastChild {
		return ""
	}
	if bold := c.FirstChild; bold.DataAtom == atom.Strong {
		return content(bold)
	}
	return ""
}

// calloutColour marks warnings by the usual colours, which stand out on both
// grounds; the accent needs a class to be another one on dark ground.
func (h *sheet) calloutColour(title string) (colour, class string) {
	switch strings.ToLower(title) {
	case "warning", "attention":
		return "#b7791f", ""
	case "caution", "danger", "error", "bug":
		return "#c0392b", ""
	}
	return h.c.accent, " k"
}

// list indents by a margin, which Outlook needs for its marks. The notes of the
// post, recognised by their ids, are small.
func (h *sheet) list(n *html.Node) {
	style := "margin:0 0 " + gap(n, 20) + ";margin-" + h.start() + ":26px;padding:0"
	class := ""
	if within(n, atom.Li) {
		style = "margin:8px 0 0;margin-" + h.start() + ":22px;padding:0"
	}
	if first := firstElement(n); first != nil {
		switch text := content(first); {
		case strings.HasPrefix(text, "☐") || strings.HasPrefix(text, "☑"):
			style = "margin:0 0 " + gap(n, 20) + ";padding:0;list-style:none"
		case strings.HasPrefix(attr(first, "id"), "fn"):
			style += ";font-size:15px;line-height:23px;color:" + h.c.soft
			class = ` class="s"`
		}
	}
	start := ""
	if from, err := strconv.Atoi(attr(n, "start")); err == nil {
		start = ` start="` + strconv.Itoa(from) + `"`
	}
	h.put("<", n.Data, class, start, ` style="`, style, `">`)
	h.children(n)
	h.put("</", n.Data, ">")
}

// dataTable is a table of the author's: it stays a table for screen readers, and one
// that is too wide scrolls, by keyboard too.
func (h *sheet) dataTable(n *html.Node) {
	h.put(`<div tabindex="0" style="overflow-x:auto;margin:0 0 24px"><table cellpadding="0" cellspacing="0" border="0" width="100%" style="border-collapse:collapse;font-size:16px;line-height:23px;word-break:normal">`)
	for row := range n.Descendants() {
		switch row.DataAtom {
		case atom.Caption:
			h.wrap(row, "caption", `style="padding:0 0 8px;text-align:`+h.start()+`;font-weight:bold"`)
		case atom.Tr:
			h.put("<tr>")
			for cell := row.FirstChild; cell != nil; cell = cell.NextSibling {
				h.cell(cell)
			}
			h.put("</tr>\n")
		}
	}
	h.put("</table></div>")
}

func (h *sheet) cell(n *html.Node) {
	align := h.start()
	switch given := attr(n, "align"); given {
	case "left", "right", "center":
		align = given
	}
	pad := "padding:8px 12px 8px 0"
	if h.rtl {
		pad = "padding:8px 0 8px 12px"
	}
	if nextElement(n) == nil {
		pad = "padding:8px 0"
	}
	switch n.DataAtom {
	case atom.Th:
		h.wrap(n, "th", `class="l" align="`+align+`" valign="bottom" style="`+pad+`;border-bottom:2px solid `+h.c.line+`;text-align:`+align+`"`)
	case atom.Td:
		h.wrap(n, "td", `class="l" align="`+align+`" valign="top" style="`+pad+`;border-bottom:1px solid `+h.c.line+`;text-align:`+align+`"`)
	}
}

// figure is a picture with its caption.
func (h *sheet) figure(n *html.Node) {
	h.put(layout, ` style="margin:0 0 24px"><tr><td style="padding:4px 0">`)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Figcaption {
			h.wrap(c, "div", `class="n s" style="margin:8px 0 0;font-family:`+sans+`;font-size:14px;line-height:20px;color:`+h.c.soft+`"`)
			continue
		}
		h.node(c)
	}
	h.put("</td></tr></table>")
}

// image is a picture of the post's own site; one that mail programs cannot draw
// becomes a link to it.
func (h *sheet) image(n *html.Node) {
	src := h.absolute(attr(n, "src"))
	alt := attr(n, "alt")
	if src == "" || strings.HasPrefix(src, "mailto:") {
		h.put(esc(alt))
		return
	}
	if !drawable(src) {
		text := alt
		if text == "" {
			text = "A drawing"
		}
		if within(n, atom.A) { // no link in a link
			h.put(esc(text))
			return
		}
		h.put(h.anchor(h.base, text+" (see the drawing on the site)"))
		return
	}
	p := post.Picture{URL: src}
	p.Width, _ = strconv.Atoi(attr(n, "width"))
	p.Height, _ = strconv.Atoi(attr(n, "height"))
	if n.Parent != nil && (n.Parent.DataAtom == atom.Figure || n.Parent.DataAtom == atom.A || previousElement(n) == nil && nextElement(n) == nil) {
		h.put(h.picture(p, alt, width))
		return
	}
	w, tall := fit(p, width)
	size := ""
	if w > 0 && tall > 0 {
		size = ` width="` + strconv.Itoa(w) + `" height="` + strconv.Itoa(tall) + `"`
	}
	h.put(`<img src="`, esc(src), `" alt="`, esc(alt), `"`, size, ` style="max-width:100%;height:auto;border:0;vertical-align:middle">`)
}

func within(n *html.Node, a atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == a {
			return true
		}
	}
	return false
}

func firstElement(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}
