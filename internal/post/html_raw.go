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
			w.esc(rawText(raw))
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
					w.keptTag(t, block)
				}
			case tagKeep:
				w.keptTag(t, block)
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

// keptTag writes a start tag, and remembers that it is open.
func (w *writer) keptTag(t html.Token, block bool) {
	if !block && len(w.inlineOpen) == maxInline {
		return
	}
	w.startTag(t, block)
	w.opened(t, block)
}

// unknownTag shows "List<T>" as it was meant; a custom element ("my-box") and
// anything in a block of HTML just goes.
func (w *writer) unknownTag(t html.Token, raw []byte, block bool) {
	if !block && !strings.ContainsAny(t.Data, "-:") {
		w.esc(string(raw))
	}
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

// rawText is what a text within raw HTML says. A reference to a character that may stand
// in no feed is one to nothing, as it is in Markdown.
func rawText(raw []byte) string {
	return replaceUnprintable(html.UnescapeString(string(raw)), '\ufffd')
}
