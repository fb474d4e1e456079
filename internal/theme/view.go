// Package theme is how the site looks: templates, style sheet, fonts and the frame
// of every page. It is given values and writes HTML; it knows neither posts nor
// the catalog.
package theme

import (
	"html/template"
	"time"
)

// Page is what every page has around its content.
type Page struct {
	Path        string // "/blog/x/"; the canonical URL is made from it
	Title       string // of the page, without the site's
	Description string
	Canonical   string // another address that is the original; empty: this page
	NoIndex     bool
	Image       *Picture // for Open Graph
	Type        string   // Open Graph: "article" or "website"
	Published   time.Time
	Updated     time.Time
	Tags        []Link
	// JSONLD is a complete JSON document, already escaped for a script element.
	JSONLD     template.JS
	Prev, Next string // <link rel=prev/next>, root-relative; empty: none

	// Nav replaces the settings' navigation where it is not nil: the planner leaves
	// out what leads to nothing (no books yet).
	Nav []Link
	// Logo and Photo are the settings' theme.logo and author.photo as they are
	// served; nil: the site's title stands alone, the author's name too.
	Logo, Photo *Picture
}

// Link is a title and where it leads (root-relative).
type Link struct {
	Title string
	URL   string
	Count int // posts behind it, where that is shown
}

// Picture is an image with all that is needed to show it without a jump.
type Picture struct {
	URL           string
	Width, Height int
	Srcset        string
	Alt           string
	Caption       string
}

// Article is a post's or a static page's own view.
type Article struct {
	Page
	Static  bool // a page of posts/pages/: no byline, no neighbours, no subscribe box
	Preview bool // of a draft or a scheduled post: says so at the top
	Author  string
	Minutes int // reading time
	Hero    *Picture
	Body    template.HTML
	Book    *Book // on book reviews
	// Contents is the table of contents where the post asks for one.
	Contents []Section
	// Older and Newer are the neighbours by date; nil at the ends.
	Older, Newer *Link
}

// Section is one line of a table of contents.
type Section struct {
	ID    string // of the heading in Body
	Text  string
	Level int // of the heading, 2 to 6
}

// Book is a book on its review and in the listing.
type Book struct {
	Title, Author string
	Cover         *Picture // nil: a typeset stand-in
	Rated         bool
	Stars         float64 // 0.5 to 5 in halves
	Year          int
	Publisher     string
	Genre         string
	ISBN          string
	Finished      time.Time
	Link          string // where the book can be found, the author's
	Review        Link   // the review
	Date          time.Time
	Line          string // one sentence
}

// Card is a post in a listing.
type Card struct {
	Link
	Description string
	Date        time.Time
	Minutes     int
	Image       *Picture
	Tags        []Link
	Book        *Book
}

// Listing is the index, one of its pages, or a tag's page.
type Listing struct {
	Page
	Heading string // empty on the index: the site's title is the h1
	// Kicker is a word above the heading: "Tag", "Page 3".
	Kicker string
	Cards  []Card
	// Newer and Older lead to the neighbouring listing pages; Pages lists all where
	// that is cheap (never on numbered pages, which must not change when one is added).
	Newer, Older *Link
}

// Shelf is the book-review listing in one of its orders.
type Shelf struct {
	Page
	Orders []Link // by date, rating, author, title; the present one has an empty URL
	Groups []ShelfGroup
}

// ShelfGroup is a run of books under one heading (a year, a letter, a rating).
type ShelfGroup struct {
	Heading string
	Books   []Book
}

// Archive is the list of years, or one year.
type Archive struct {
	Page
	Years  []Link
	Year   int // 0 on the list of years
	Months []ArchiveMonth
}

// ArchiveMonth is a month of one year.
type ArchiveMonth struct {
	Month time.Month
	Cards []Card
}

// Links is the list of all tags, or any other plain list of links under a heading.
type Links struct {
	Page
	Heading string
	Links   []Link
}

// Notice is a page that says one thing: not found, thank you, check your inbox.
// It is also the frame of the subscriber's forms.
type Notice struct {
	Page
	Heading string
	Body    template.HTML
	Kicker  string // a word above the heading: "Error 404", "Newsletter"
	NoBox   bool   // without the subscribe box
}

// Redirect is a page that leads elsewhere for good.
type Redirect struct {
	From, To string
}
