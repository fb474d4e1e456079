package post

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// inspector walks a fresh tree once: it takes what the post's [Meta] wants to know
// and prepares the tree for rendering.
type inspector struct {
	p        *Post
	lines    *lineTable
	ids      *headingIDs
	seen     map[Ref]bool
	words    int
	told     map[string]bool
	headings []*ast.Heading
	parts    []Ref // links to places on the same page

	shown     int // pictures, each time they are shown
	addresses int // bytes of the addresses of all links and pictures
	excess    bool
}

// inspect walks the tree. It is an error if what is short in the source would be long
// in the page, as when thousands of links refer to one long address.
func (p *Post) inspect(lines *lineTable) error {
	in := &inspector{p: p, lines: lines, ids: newHeadingIDs(), seen: map[Ref]bool{}, told: map[string]bool{}}
	in.walk(p.doc)
	in.shift()
	in.findParts()
	p.Words = in.words
	switch {
	case in.excess:
		return &Error{Key: p.key, What: fmt.Sprintf("the post links to or shows more than %d different files", maxRefs), Instead: "Split it into several posts."}
	case in.shown > maxShown:
		return &Error{Key: p.key, What: fmt.Sprintf("the post shows pictures more than %d times", maxShown), Instead: "Split it into several posts."}
	case in.addresses > maxAddresses:
		return &Error{Key: p.key, What: fmt.Sprintf("the addresses of all links together are longer than %d MB", maxAddresses>>20), Instead: "Link to shorter addresses, or split it into several posts."}
	}
	return nil
}

// walk visits a node and all below it.
func (in *inspector) walk(n ast.Node) {
	p := in.p
	switch n := n.(type) {
	case *ast.Blockquote:
		markCallout(n, p.src)
	case *ast.Heading:
		in.headings = append(in.headings, n)
	case *ast.Text:
		in.words += countWords(n.Value(p.src))
	case *ast.Link:
		in.addresses += len(n.Destination) + len(n.Title)
		in.link(string(unescape(n.Destination)), in.lineOf(n))
	case *ast.Image:
		in.shown++
		in.addresses += len(n.Destination) + len(n.Title)
		in.image(string(unescape(n.Destination)), plainText(n, p.src) == "", in.lineOf(n))
	case *ast.HTMLBlock:
		in.html(blockSource(n, p.src), in.lineOf(n))
	case *ast.RawHTML:
		in.html(n.Segments.Value(p.src), in.lineOf(n))
	}
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		if isTOC(c, p.src) {
			n.RemoveChild(n, c)
			p.Meta.TOC = true
		} else if after := swallowed(c, p.src); after != nil {
			in.walk(c)
			next = after.NextSibling()
		} else {
			in.walk(c)
		}
		c = next
	}
}

// isTOC tells whether a block stands for a table of contents: "[TOC]" by itself, or
// as Kramdown has it a list of one item with "{:toc}" under it.
func isTOC(n ast.Node, src []byte) bool {
	switch n := n.(type) {
	case *ast.Paragraph:
		if n.Lines().Len() != 1 {
			return false
		}
		line := n.Lines().At(0)
		text := bytes.TrimSpace(line.Value(src))
		return len(text) < 10 && (bytes.EqualFold(text, []byte("[toc]")) || bytes.EqualFold(text, []byte("[[toc]]")))
	case *ast.List:
		if n.ChildCount() != 1 || n.FirstChild().FirstChild() == nil {
			return false
		}
		_, is := n.FirstChild().FirstChild().AttributeString("toc")
		return is
	}
	return false
}

// shift makes room for the title: where the text has headings of the first
// level, all go down by one.
func (in *inspector) shift() {
	for _, h := range in.headings {
		if h.Level == 1 {
			in.p.shift = 1
		}
	}
	for _, h := range in.headings {
		text := plainText(h, in.p.src)
		id := in.ids.give(h, text)
		if _, top := h.Parent().(*ast.Document); top && text != "" {
			in.p.toc = append(in.p.toc, Heading{ID: id, Text: text, Level: min(6, h.Level+in.p.shift)})
		}
	}
}

func (in *inspector) lineOf(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		at := -1
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			at = n.Lines().At(0).Start
		} else {
			at = position(n)
		}
		if at >= 0 {
			return in.lines.at(at)
		}
	}
	return 0
}

func (in *inspector) warn(line int, text string) {
	if in.told[text] || len(in.p.Warnings) >= 50 {
		return
	}
	in.told[text] = true
	in.p.Warnings = append(in.p.Warnings, Warning{Line: line, Text: text})
}

func (in *inspector) link(ref string, line int) {
	switch classify(ref) {
	case file:
		in.add(&in.p.Links, Ref{To: ref, Line: line})
	case picture:
		in.add(&in.p.Images, Ref{To: ref, Line: line})
	case fragment:
		in.place(&in.parts, Ref{To: ref, Line: line})
	case page:
		if onSite(ref) {
			in.place(&in.p.Places, Ref{To: ref, Line: line})
		}
	case document:
		in.warn(line, fmt.Sprintf("the link to “%s” leads nowhere: only Markdown and pictures are published; upload that file elsewhere and link to its address", short(ref)))
	case unsafe:
		in.warn(line, fmt.Sprintf("the link to “%s” was left out, because such an address is not safe; write one that begins with https://", short(ref)))
	case nowhere:
		in.warn(line, "a link has no address; write it between the parentheses: [text](https://example.org)")
	}
}

func (in *inspector) image(ref string, noAlt bool, line int) {
	switch kind := classify(ref); {
	case kind == picture:
		in.add(&in.p.Images, Ref{To: ref, Line: line, NoAlt: noAlt})
		if noAlt {
			in.warn(line, fmt.Sprintf("the picture “%s” has no description for people who cannot see it; write one between the brackets: ![what it shows](%s)", short(ref), short(ref)))
		}
	case kind == page && external(ref):
		in.warn(line, fmt.Sprintf("the picture “%s” lies on another site, so readers get a link to it; put a copy beside this file and write its name", short(ref)))
	default:
		in.warn(line, fmt.Sprintf("“%s” is not a picture that can be shown; put one beside this file and write its name, such as photo.jpg", short(ref)))
	}
}

func (in *inspector) add(to *[]Ref, r Ref) {
	key := Ref{To: r.To, NoAlt: r.NoAlt}
	switch {
	case in.seen[key]:
	case len(*to) == maxRefs:
		in.excess = true
	default:
		in.seen[key] = true
		*to = append(*to, r)
	}
}

// html looks for links and pictures in raw HTML and tells what is left out of it.
func (in *inspector) html(piece []byte, line int) {
	z := html.NewTokenizer(bytes.NewReader(piece))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			in.words += countWords(z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.DataAtom {
			case atom.A:
				if href := strings.TrimSpace(value1(t, "href")); href != "" {
					in.link(href, line)
				}
			case atom.Img:
				in.image(strings.TrimSpace(value1(t, "src")), !hasAttr(t, "alt"), line)
			case atom.Script:
				in.warn(line, "a script was left out: pages here hold no scripts")
			case atom.Form, atom.Input:
				in.warn(line, "a form was left out: pages here hold no forms but the one for subscribing")
			case atom.Svg, atom.Math, atom.Canvas:
				in.warn(line, fmt.Sprintf("a drawing (<%s>) was left out; save it as a picture beside this file", t.Data))
			}
		}
	}
}

// countWords counts runs of letters and digits; of scripts without blanks between
// words two characters count as one word.
func countWords(text []byte) int {
	n, dense := 0, 0
	in := false
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9':
				if !in {
					n++
				}
				in = true
			case c != '\'' && c != '-':
				in = false
			}
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		switch {
		case r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana), unicode.Is(unicode.Thai, r):
			dense++
			in = false
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
			if !in {
				n++
			}
			in = true
		case r != '’':
			in = false
		}
	}
	return n + (dense+1)/2
}

// titleHeading is the heading of the first level that may give the title; leads
// tells whether the text begins with it, pictures and comments aside, or it is the
// only one.
func titleHeading(doc ast.Node) (first *ast.Heading, leads bool) {
	leads = true
	for c := doc.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			if c.Level == 1 && first != nil {
				return first, false // one of several, and not in front
			}
			if c.Level == 1 {
				if first = c; leads {
					return first, true
				}
			}
			leads = false
		case *ast.LinkReferenceDefinition, *ast.HTMLBlock, *east.FootnoteList:
		case *ast.Paragraph:
			leads = leads && onlyPicture(c) != nil
		default:
			leads = false
		}
	}
	return first, first != nil
}
