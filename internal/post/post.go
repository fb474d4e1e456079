package post

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"
)

// Options is what a file's meaning depends on besides the file itself.
type Options struct {
	// Location is the site's time zone, in which dates without one are meant; nil: UTC.
	Location *time.Location
	// Language is the site's ("en", "de-AT"); it decides the shape of quotation
	// marks. Empty: English.
	Language string
}

// Heading is one line of a table of contents.
type Heading struct {
	ID    string // of the element in [Post.HTML]
	Text  string // plain
	Level int    // as in the HTML: 2 to 6
}

// Post is one source file, parsed. It is never changed after [Parse], so several
// goroutines may render it at once.
type Post struct {
	Meta
	key   string
	src   []byte   // the Markdown that was parsed; the tree refers to it
	doc   ast.Node // the tree, without the heading that gave the title
	shift int      // what is added to the level of headings
	toc   []Heading
}

// Parse reads the source file of a post or a page. The error is an [*Error], or
// several joined; a nil error comes with a post that can be shown. It keeps no
// reference to body.
func Parse(key string, body []byte, opt Options) (*Post, error) {
	if opt.Location == nil {
		opt.Location = time.UTC
	}
	n := nameOf(key)
	if n.index {
		return nil, &Error{Key: key, What: "a file named _index.md describes a section in Hugo and Zola; the index is made by itself here",
			Instead: "Delete the file, or rename it if it is a post of its own."}
	}
	text, warn, bad := decode(key, body)
	if bad != nil {
		return nil, bad
	}
	sum := sha256.Sum256(body)
	p := &Post{key: key}
	p.Kind, p.Slug, p.Draft, p.Hash = n.kind, Slugify(n.base), n.draft, hex.EncodeToString(sum[:])
	if n.date != "" && n.kind == Article {
		p.DateText = n.date
		p.Date = time.Date(n.day.Year(), n.day.Month(), n.day.Day(), 0, 0, 0, 0, opt.Location)
	}
	if warn != nil {
		p.Warnings = append(p.Warnings, *warn)
	}
	parts, bad := split(key, text)
	if bad != nil {
		return nil, bad
	}
	fields, errs := parts.read(key)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if fields == nil { // text between two rules
		parts.body, parts.line = text, 1
	} else if len(fields.fields) == 0 && len(bytes.TrimSpace(parts.body)) == 0 {
		return nil, nothingInIt(key)
	}
	lines, err := p.readBody(parts, opt)
	if err != nil {
		return nil, err
	}
	heading, leads := titleHeading(p.doc)
	if heading != nil {
		p.Title = clamp(plainText(heading, p.src), maxTitle)
	}
	if err := p.readFront(fields, opt.Location); err != nil {
		return nil, err
	}
	if leads && sameTitle(plainText(heading, p.src), p.Title) {
		heading.Parent().RemoveChild(heading.Parent(), heading)
	}
	if err := p.inspect(lines); err != nil {
		return nil, err
	}
	p.finish(n)
	return p, nil
}

// sameTitle compares titles without regard to case and quotation marks.
func sameTitle(a, b string) bool { return anchor(a) == anchor(b) }

// read gives the fields of the front matter; nil if it is none at all.
func (p parts) read(key string) (*value, []error) {
	switch p.fence {
	case "---":
		return readYAML(key, p.front, p.first)
	case "+++":
		return readTOML(key, p.front, p.first)
	}
	return &value{kind: mapping}, nil
}

// readBody parses the Markdown.
func (p *Post) readBody(parts parts, opt Options) (*lineTable, error) {
	// The tree refers to its source for as long as it lives: keep a copy of just that.
	src, lines, notes, expanded := expand(parts.body, parts.line)
	if expanded {
		p.Warnings = append(p.Warnings, notes...)
	} else {
		src = bytes.Clone(parts.body)
		lines = newLineTable(src, parts.line)
	}
	p.src = src
	if line, what := guard(p.src); what != "" {
		return nil, &Error{Key: p.key, Line: lines.lines[min(line, len(lines.lines)-1)], What: what,
			Instead: "Put empty lines between paragraphs, and keep lists and quotations a few levels deep."}
	}
	language, _, _ := strings.Cut(strings.ToLower(opt.Language), "-")
	p.doc = parseMarkdown(p.src, language)
	return lines, nil
}

// readFront lets the front matter decide what it names.
func (p *Post) readFront(fields *value, loc *time.Location) error {
	if fields == nil || len(fields.fields) == 0 {
		return nil
	}
	f := front{key: p.key, loc: loc, heard: map[string]heard{}}
	f.hear(fields.fields, 0)
	f.apply(&p.Meta)
	p.Warnings = append(p.Warnings, f.warnings...)
	return errors.Join(f.errs...)
}

// finish fills in what the front matter left open and warns of what an author
// may have overlooked.
func (p *Post) finish(n name) {
	if p.Title == "" {
		p.Title = humanise(n.base)
	}
	if p.Book == nil {
		p.Book = reviewed(p.Title)
	}
	if p.Book == nil && reviewTitle.MatchString(p.Title) {
		p.warn("the title announces a book review but names no author; write “Book Review: TITLE by AUTHOR”, or add book: to the front matter, to list it among the books")
	}
	if p.Description == "" {
		p.Description = describe(p.doc, p.src)
	}
	if p.Words == 0 && len(p.Images) == 0 {
		p.warn("there is no text below the title")
	}
}

func (p *Post) warn(text string) { p.Warnings = append(p.Warnings, Warning{Text: text}) }
