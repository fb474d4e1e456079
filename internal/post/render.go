package post

import (
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// HTML is the body as a page or a feed shows it, sanitised: headings have ids,
// none is an h1, and nothing needs a script or an inline style.
func (p *Post) HTML(r Resolver) string {
	w := p.writer(r)
	w.out = make([]byte, 0, len(p.src)+len(p.src)/2)
	w.blocks(p.doc)
	if !w.raw {
		return string(w.out)
	}
	if clean, ok := sanitise(w.out); ok {
		return string(clean)
	}
	w = p.writer(r)
	w.noRaw = true
	w.blocks(p.doc)
	return string(w.out)
}

// TOC lists the headings of [Post.HTML] in order.
func (p *Post) TOC() []Heading { return p.toc }

// MailHTML is the body for a mail: the same elements without classes, colours in
// code, and ids but those of footnotes; pictures no wider than 600 pixels. Over
// limit bytes it is cut after a block, and cut is true; a limit of 0 is none.
func (p *Post) MailHTML(r Resolver, limit int) (text string, cut bool) {
	whole := p.mailBlocks(r, -1, false)
	if limit <= 0 || len(whole) <= limit {
		return whole, false
	}
	// Find how many blocks fit, by halves: with raw HTML a block's share is known
	// only once the whole is balanced.
	low, high := 0, p.doc.ChildCount()
	best := ""
	for low < high {
		mid := (low + high + 1) / 2
		part := p.mailBlocks(r, mid, true)
		if len(part) <= limit {
			low, best = mid, part
		} else {
			high = mid - 1
		}
	}
	if best == "" && p.Description != "" {
		best = string(appendEscaped([]byte("<p>"), p.Description)) + "</p>\n"
		if len(best) > limit {
			best = ""
		}
	}
	return best, true
}

// mailBlocks renders the first n blocks for a mail; all if n is negative.
func (p *Post) mailBlocks(r Resolver, n int, noRefs bool) string {
	for _, noRaw := range []bool{false, true} {
		w := p.writer(r)
		w.mail, w.noRefs, w.noRaw = true, noRefs, noRaw
		left := n
		for c := p.doc.FirstChild(); c != nil && left != 0; c = c.NextSibling() {
			if _, head := c.(*ast.Heading); head && left == 1 {
				break // a heading with nothing under it
			}
			if _, notes := c.(*east.FootnoteList); notes && noRefs {
				break
			}
			w.block(c)
			left--
		}
		if !w.raw {
			return string(w.out)
		}
		if clean, ok := sanitise(w.out); ok {
			return string(clean)
		}
	}
	return ""
}

func (p *Post) writer(r Resolver) *writer {
	return &writer{src: p.src, doc: p.doc, r: r, shift: p.shift, prefix: "fn-" + shortHash(p.key)[:6] + "-"}
}
