package post

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Raw HTML passes three locks: here each tag is written anew, only if it and its
// attributes are known; then a parser closes what was left open ([balance]); then
// bluemonday has the last word ([sanitise]).

func (w *writer) htmlBlock(n *ast.HTMLBlock) {
	if w.noRaw {
		return
	}
	w.rawTokens(blockSource(n, w.src), true)
	w.str("\n")
}

func (w *writer) rawInline(n *ast.RawHTML) {
	if w.noRaw {
		return
	}
	w.rawTokens(n.Segments.Value(w.src), false)
}

// blockSource is the text of a block of raw HTML.
func blockSource(n *ast.HTMLBlock, src []byte) []byte {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(src))
	}
	if n.HasClosure() {
		b.Write(n.ClosureLine.Value(src))
	}
	return b.Bytes()
}

// tagRule says what becomes of an element of raw HTML.
type tagRule uint8

const (
	tagUnknown tagRule = iota // not HTML: in running text it was meant as text
	tagKeep
	tagDrop    // the tag goes, what is in it stays
	tagSwallow // goes with all that is in it
	tagEmbed   // becomes a link to what it would have shown
	tagFormat  // kept, but only so many of them open at a time
)

func ruleOf(a atom.Atom) tagRule {
	switch a {
	case atom.P, atom.Div, atom.Span, atom.Br, atom.Hr, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre,
		atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th, atom.Caption, atom.Figure, atom.Figcaption,
		atom.Details, atom.Summary, atom.Sub, atom.Sup, atom.Kbd, atom.Samp, atom.Var, atom.Abbr, atom.Cite, atom.Q, atom.Dfn, atom.Mark,
		atom.Ins, atom.Del, atom.Time, atom.Bdi, atom.Bdo, atom.Ruby, atom.Rt, atom.Rp, atom.Wbr, atom.Section, atom.Article, atom.Aside,
		atom.Address, atom.Colgroup, atom.Col, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Img:
		return tagKeep
	case atom.A, atom.B, atom.I, atom.Em, atom.Strong, atom.Small, atom.S, atom.U, atom.Code, atom.Strike:
		return tagFormat
	case atom.Html, atom.Body, atom.Center, atom.Font, atom.Big, atom.Tt, atom.Nobr, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Hgroup,
		atom.Form, atom.Input, atom.Button, atom.Label, atom.Fieldset, atom.Legend, atom.Picture, atom.Source, atom.Track, atom.Param,
		atom.Meta, atom.Link, atom.Base, atom.Data, atom.Output, atom.Progress, atom.Meter, atom.Area, atom.Map, atom.Marquee, atom.Blink,
		atom.Acronym, atom.Optgroup, atom.Option, atom.Noframes, atom.Noscript, atom.Menu, atom.Dialog, atom.Slot:
		return tagDrop
	case atom.Script, atom.Style, atom.Template, atom.Svg, atom.Math, atom.Head, atom.Title, atom.Select, atom.Textarea, atom.Canvas,
		atom.Applet, atom.Noembed, atom.Xmp, atom.Plaintext, atom.Frameset, atom.Frame, atom.Listing:
		return tagSwallow
	case atom.Iframe, atom.Embed, atom.Object, atom.Video, atom.Audio:
		return tagEmbed
	}
	return tagUnknown
}

// maxOpen bounds the formatting elements open at one time: a parser reopens each
// of them in every paragraph that follows.
const maxOpen = 8

// rawTokens writes a piece of raw HTML anew.
func (w *writer) rawTokens(piece []byte, block bool) {
	z := html.NewTokenizer(bytes.NewReader(piece))
	z.SetMaxBuf(MaxBytes)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		raw := append([]byte(nil), z.Raw()...)
		switch kind {
		case html.TextToken:
			w.esc(html.UnescapeString(string(raw)))
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch ruleOf(t.DataAtom) {
			case tagSwallow:
				if kind == html.StartTagToken && block {
					swallow(z, t.Data)
				}
			case tagEmbed:
				w.embed(t, block)
				if kind == html.StartTagToken && block && t.DataAtom != atom.Embed {
					swallow(z, t.Data)
				}
			case tagUnknown:
				w.unknownTag(t, raw, block)
			case tagFormat:
				if !block || w.openTag(t.Data, 1) {
					w.startTag(t, block)
					w.opened(t, block)
				}
			case tagKeep:
				w.startTag(t, block)
				w.opened(t, block)
			}
		case html.EndTagToken:
			t := z.Token()
			switch rule := ruleOf(t.DataAtom); {
			case rule == tagUnknown:
				w.unknownTag(t, raw, block)
			case rule != tagKeep && rule != tagFormat:
			case !block:
				w.closeInline(t.Data)
			case rule == tagKeep || w.openTag(t.Data, -1):
				w.raw = true
				w.str("</" + w.tagName(t.DataAtom, t.Data) + ">")
			}
		}
	}
}

// phrase tells whether an element may stand anywhere in running text, so that one
// that is closed again in the same place needs no parser to see to it.
func phrase(a atom.Atom) bool {
	switch a {
	case atom.B, atom.I, atom.Em, atom.Strong, atom.Small, atom.S, atom.Strike, atom.U, atom.Code, atom.Sub, atom.Sup, atom.Kbd, atom.Samp, atom.Var,
		atom.Abbr, atom.Cite, atom.Q, atom.Dfn, atom.Mark, atom.Ins, atom.Del, atom.Time, atom.Bdi, atom.Bdo, atom.Span, atom.Br, atom.Wbr, atom.Img:
		return true
	}
	return false
}

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

// unknownTag shows "List<T>" as it was meant; a custom element ("my-box") and
// anything in a block of HTML just goes.
func (w *writer) unknownTag(t html.Token, raw []byte, block bool) {
	if !block && !strings.ContainsAny(t.Data, "-:") {
		w.esc(string(raw))
	}
}

// tagName is an element's name in the page: an h1 becomes an h2, as in Markdown.
func (w *writer) tagName(a atom.Atom, name string) string {
	switch a {
	case atom.H1:
		return "h2"
	case atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		level := min(6, int(name[1]-'0')+w.shift)
		return "h" + string(rune('0'+level))
	case atom.Strike:
		return "s"
	}
	return name
}

// startTag writes a tag with those of its attributes that are harmless.
func (w *writer) startTag(t html.Token, block bool) {
	w.raw = w.raw || block || !phrase(t.DataAtom)
	if t.DataAtom == atom.Img {
		w.imageRef(strings.TrimSpace(value1(t, "src")), oneLine(value1(t, "alt")), oneLine(value1(t, "title")), nil)
		return
	}
	w.str("<" + w.tagName(t.DataAtom, t.Data))
	seen := map[string]bool{}
	for _, a := range t.Attr {
		if a.Namespace != "" || seen[a.Key] {
			continue
		}
		seen[a.Key] = true
		switch {
		case a.Key == "href" && t.DataAtom == atom.A:
			if href := w.href(strings.TrimSpace(a.Val)); href != "" {
				w.attr("href", href)
			}
		case a.Key == "id" || a.Key == "name" && t.DataAtom == atom.A:
			if id := cleanID(a.Val); id != "" && !w.mail && !seen["id written"] && w.fresh(id) {
				seen["id written"] = true
				w.attr("id", id)
			}
		case a.Key == "class":
			if class := cleanClass(a.Val); class != "" && !w.mail {
				w.attr("class", class)
			}
		case a.Key == "title", a.Key == "lang", a.Key == "dir", a.Key == "datetime", a.Key == "cite" && !strings.Contains(scheme(a.Val), "script"):
			w.attr(a.Key, a.Val)
		case a.Key == "colspan", a.Key == "rowspan", a.Key == "start", a.Key == "value", a.Key == "span":
			if n := len(a.Val); n > 0 && n < 4 && strings.Trim(a.Val, "0123456789") == "" {
				w.attr(a.Key, a.Val)
			}
		case a.Key == "align" && (a.Val == "left" || a.Val == "right" || a.Val == "center"):
			w.attr(a.Key, a.Val)
		case a.Key == "open" && t.DataAtom == atom.Details, a.Key == "reversed" && t.DataAtom == atom.Ol:
			w.str(" " + a.Key)
		}
	}
	w.str(">")
}

// value1 is an attribute's value.
func value1(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func hasAttr(t html.Token, key string) bool {
	for _, a := range t.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// embed writes a link in place of something embedded.
func (w *writer) embed(t html.Token, block bool) {
	from := value1(t, "src")
	if from == "" {
		from = value1(t, "data")
	}
	if strings.HasPrefix(from, "//") {
		from = "https:" + from
	}
	if classify(from) != page || !external(from) {
		return
	}
	if block {
		w.str("<p")
		if !w.mail {
			w.attr("class", "card")
		}
		w.str(">")
	}
	w.str("<a")
	w.attr("href", w.href(watchable(from)))
	w.str(">")
	w.esc(cardText(from, value1(t, "title")))
	w.str("</a>")
	if block {
		w.str("</p>\n")
	}
}
