package post

import (
	"math"

	"github.com/yuin/goldmark/ast"
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
	if limit <= 0 {
		limit = math.MaxInt
	}
	if whole, complete := p.mailBlocks(r, limit, false); complete && len(whole) <= limit {
		return whole, false
	}
	// Closing what raw HTML left open makes it longer: then less is taken.
	for budget := limit; budget > limit/8; budget -= 1 + limit/8 {
		if part, _ := p.mailBlocks(r, budget, true); part != "" && len(part) <= limit {
			return part, true
		}
	}
	short := string(appendEscaped([]byte("<p>"), p.Description)) + "</p>\n"
	if p.Description == "" || len(short) > limit {
		short = ""
	}
	return short, true
}

// mailBlocks renders blocks for a mail as long as they fit into a number of bytes,
// and does not end with a heading; complete tells whether all did.
func (p *Post) mailBlocks(r Resolver, budget int, noRefs bool) (text string, complete bool) {
	for _, noRaw := range []bool{false, true} {
		w := p.writer(r)
		w.mail, w.noRefs, w.noRaw = true, noRefs, noRaw
		complete = true
		end := 0 // of the last block that may stand last
		for c := p.doc.FirstChild(); c != nil; c = c.NextSibling() {
			w.block(c)
			if len(w.out) > budget {
				w.out, complete = w.out[:end], false
				break
			}
			if _, head := c.(*ast.Heading); !head {
				end = len(w.out)
			}
		}
		if !w.raw {
			return string(w.out), complete
		}
		if clean, ok := sanitise(w.out); ok {
			return string(clean), complete
		}
	}
	return "", false
}

func (p *Post) writer(r Resolver) *writer {
	return &writer{src: p.src, doc: p.doc, r: r, shift: p.shift, prefix: "fn-" + shortHash(p.key)[:6] + "-"}
}
