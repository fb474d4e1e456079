// Package post reads one Markdown file with its front matter and renders its
// body as HTML for a page, HTML for a mail, and plain text. It knows nothing of
// buckets, clocks or other posts: what a link or an image leads to is asked of a
// [Resolver].
package post

import (
	"slices"
	"time"
)

// Kind tells how a source file is published.
type Kind string

const (
	Article Kind = "article" // dated; in the index, the feeds and the mails
	Page    Kind = "page"    // from posts/pages/: undated, in none of them
)

// Mailing is what the author's `email` front matter asks for.
type Mailing string

const (
	MailAsChosen Mailing = ""       // each subscriber's own cadence
	MailNow      Mailing = "now"    // at once, also to those who chose a digest
	MailDigest   Mailing = "digest" // instant subscribers get it in the next weekly digest
	MailNone     Mailing = "none"   // never mailed
)

// Meta is everything about a post but its body: what listings, feeds and plans
// need. It is stored in the catalog, so its JSON names are a file format.
type Meta struct {
	Kind  Kind   `json:"kind"`
	Title string `json:"title"`
	// Slug is the last part of the default URL: front matter `slug`, else the file
	// name without a date prefix, else the bundle's folder. Always URL-safe and not empty.
	Slug string `json:"slug"`
	// DateText is the date as the author wrote it, or as the file name has it; empty
	// if neither does. Date is its meaning in the site's time zone, zero if unset.
	DateText string    `json:"date_text,omitempty"`
	Date     time.Time `json:"date,omitzero"`
	Updated  time.Time `json:"updated,omitzero"`
	// Description is the front matter's, else the first sentences of the body as
	// plain text. Never more than 300 characters when derived.
	Description  string   `json:"description,omitempty"`
	Image        string   `json:"image,omitempty"` // as written: a path beside the post, or a URL
	ImageAlt     string   `json:"image_alt,omitempty"`
	ImageCaption string   `json:"image_caption,omitempty"`
	Tags         []string `json:"tags,omitempty"` // as written, trimmed, without doubles (by tag slug)
	Author       string   `json:"author,omitempty"`
	Draft        bool     `json:"draft,omitempty"`
	Aliases      []string `json:"aliases,omitempty"` // site paths "/old/url/", cleaned, with both slashes
	Canonical    string   `json:"canonical,omitempty"`
	NoIndex      bool     `json:"noindex,omitempty"`
	TOC          bool     `json:"toc,omitempty"`
	Mailing      Mailing  `json:"mailing,omitempty"`
	Subject      string   `json:"subject,omitempty"`
	Preview      string   `json:"preview,omitempty"` // preheader
	Book         *Book    `json:"book,omitempty"`
	Words        int      `json:"words"`
	// Links are the references in the body that mean another file of the author
	// ("other-post.md", "../x.md#part"), Images those that mean a picture, each as
	// written, in order, without doubles, without those that leave the site.
	Links  []Ref `json:"links,omitempty"`
	Images []Ref `json:"images,omitempty"`
	// Places are the addresses of this site that are written out ("/about/", "../x/").
	Places []Ref `json:"places,omitempty"`
	// Hash is the SHA-256 of the source file in hex: two files with equal hashes are
	// the same text.
	Hash     string    `json:"hash"`
	Warnings []Warning `json:"warnings,omitempty"`
}

// Ref is a reference to another file of the author, with the line it stands in.
type Ref struct {
	To   string `json:"to"`
	Line int    `json:"line"`
	// NoAlt is set on an image without alternative text.
	NoAlt bool `json:"no_alt,omitempty"`
}

// Book is what a book review is about.
type Book struct {
	Title     string    `json:"title"`
	Author    string    `json:"author,omitempty"`
	ISBN      string    `json:"isbn,omitempty"`
	Rating    float64   `json:"rating,omitempty"` // 0.5 to 5 in halves; with Rated
	Rated     bool      `json:"rated,omitempty"`
	Cover     string    `json:"cover,omitempty"` // as written: a path beside the post
	Publisher string    `json:"publisher,omitempty"`
	Year      int       `json:"year,omitempty"`
	Genre     string    `json:"genre,omitempty"`
	Finished  time.Time `json:"finished,omitzero"`
	Link      string    `json:"link,omitempty"`
}

// Warning is something the author may want to mend; the post is published all the same.
type Warning struct {
	Line int    `json:"line,omitempty"` // from 1; 0 where no line can be named
	Text string `json:"text"`           // what is wrong and what to write instead
}

// ReadingMinutes is the time a reader needs at 230 words a minute, at least 1.
func (m *Meta) ReadingMinutes() int {
	return max(1, (m.Words+115)/230)
}

// Pictures are the references to pictures: the lead image, those in the body, and a book's
// cover. One may come twice.
func (m *Meta) Pictures() []string {
	refs := []string{m.Image}
	for _, r := range m.Images {
		refs = append(refs, r.To)
	}
	if m.Book != nil {
		refs = append(refs, m.Book.Cover)
	}
	return slices.DeleteFunc(refs, func(ref string) bool { return ref == "" })
}

// Picture is an image as the site serves it.
type Picture struct {
	URL    string    `json:"url"` // root-relative ("/media/…"), or absolute in mails and feeds
	Width  int       `json:"width,omitempty"`
	Height int       `json:"height,omitempty"`
	Sizes  []Variant `json:"sizes,omitempty"` // narrower copies, narrowest first; URL itself is the widest
}

// Variant is one width of a picture.
type Variant struct {
	URL   string `json:"url"`
	Width int    `json:"width"`
}

// Resolver says where a reference leads now. Both methods get it as written in
// the post and report false where nothing is there (any more, or yet).
type Resolver interface {
	Link(ref string) (url string, ok bool)
	Image(ref string) (Picture, bool)
}
