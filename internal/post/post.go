package post

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"html"
	"time"

	"github.com/yuin/goldmark"
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

// Post is one source file, parsed.
type Post struct {
	Meta
	key  string
	body []byte
}

// Parse reads the source file of a post or a page. The error is an [*Error], or
// several joined; a nil error comes with a post that can be shown.
func Parse(key string, body []byte, opt Options) (*Post, error) {
	n := nameOf(key)
	sum := sha256.Sum256(body)
	p := &Post{key: key, body: body}
	p.Kind, p.Title, p.Slug = n.kind, humanise(n.base), Slugify(n.base)
	p.Hash = hex.EncodeToString(sum[:])
	return p, nil
}

// HTML is the body as a page or a feed shows it, sanitised: headings have ids,
// none is an h1, and nothing needs a script or an inline style.
func (p *Post) HTML(r Resolver) string {
	var b bytes.Buffer
	_ = goldmark.Convert(p.body, &b)
	return b.String()
}

// TOC lists the headings of [Post.HTML] in order.
func (p *Post) TOC() []Heading { return nil }

// MailHTML is the body for a mail: the same elements without heading ids, colours
// in code and classes that only a style sheet understands. Over limit bytes it is
// cut after a block, and cut is true; a limit of 0 is none.
func (p *Post) MailHTML(r Resolver, limit int) (text string, cut bool) {
	return p.HTML(r), false
}

// Text is the body as plain text, wrapped at 72 columns, with numbered links at
// its end.
func (p *Post) Text(r Resolver) string { return html.EscapeString(string(p.body)) }
