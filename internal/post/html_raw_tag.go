package post

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

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
