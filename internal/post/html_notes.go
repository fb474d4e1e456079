package post

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// Footnotes: the ids carry a prefix of the post's own, because a feed or an index
// may show several posts on one page.

func (w *writer) noteID(index int) string { return w.prefix + strconv.Itoa(index) }

// markID is the id of the mark in the text; a note may be referred to several times.
func (w *writer) markID(index, ref int) string {
	id := w.prefix + "ref-" + strconv.Itoa(index)
	if ref > 0 {
		id += "-" + strconv.Itoa(ref)
	}
	return id
}

func (w *writer) footnoteLink(n *east.FootnoteLink) {
	if w.inLink > 0 || w.noRefs {
		w.str("<sup>" + strconv.Itoa(n.Index) + "</sup>")
		return
	}
	w.str(`<sup id="` + w.markID(n.Index, n.RefIndex) + `"><a href="#` + w.noteID(n.Index) + `"`)
	if !w.mail {
		w.str(` class="footnote-ref" role="doc-noteref"`)
	}
	w.str(">" + strconv.Itoa(n.Index) + "</a></sup>")
}

func (w *writer) footnoteBack(n *east.FootnoteBacklink) {
	if _, first := n.Parent().(*east.Footnote); !first || n.PreviousSibling() != nil && n.PreviousSibling().Kind() == n.Kind() {
		w.str(" ")
	}
	w.str(`<a href="#` + w.markID(n.Index, n.RefIndex) + `"`)
	if !w.mail {
		w.str(` class="footnote-backref" role="doc-backlink"`)
	}
	w.str(">↩\ufe0e</a>")
}

func (w *writer) footnotes(n *east.FootnoteList) {
	if w.noRefs {
		return
	}
	if w.mail {
		w.str("<hr>\n<ol>\n")
	} else {
		w.str(`<section class="footnotes" role="doc-endnotes">` + "\n<hr>\n<ol>\n")
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		note, ok := c.(*east.Footnote)
		if !ok {
			continue
		}
		w.str(`<li id="` + w.noteID(note.Index) + `">` + "\n")
		w.footnoteBody(note)
		w.str("</li>\n")
	}
	w.str("</ol>\n")
	if !w.mail {
		w.str("</section>\n")
	}
}

// footnoteBody writes a note; its way back stands in its last paragraph, or in
// one of its own.
func (w *writer) footnoteBody(note ast.Node) {
	for c := note.FirstChild(); c != nil; c = c.NextSibling() {
		if _, back := c.(*east.FootnoteBacklink); back {
			w.str("<p>")
			for ; c != nil; c = c.NextSibling() {
				w.inline(c)
			}
			w.str("</p>\n")
			return
		}
		w.block(c)
	}
}
