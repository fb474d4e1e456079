package site

import (
	"bytes"
	"strconv"

	"github.com/pennypost/pennypost/internal/theme"
)

// series is a run of listing pages over some posts: the index, or a tag.
//
// With S posts a page and T posts there are N = max(1, T/S) numbered pages. Page n
// below N holds exactly S posts, counted from the oldest, and so never changes as
// posts are added; page N holds the newest S to 2S-1, and so does the root.
// Within a page the newest post comes first.
type series struct {
	root   string  // "/" or "/tags/x/"
	items  []*item // newest first
	title  string  // heading; empty on the index, whose heading is the site's title
	kicker string
}

// count is N.
func (s *series) count(size int) int { return max(1, len(s.items)/size) }

// span is what page n shows.
func (s *series) span(n, size int) []*item {
	total := len(s.items)
	if n == s.count(size) {
		return s.items[:total-(n-1)*size]
	}
	return s.items[total-n*size : total-(n-1)*size]
}

// path is the URL path of page n.
func (s *series) path(n int) string { return s.root + "page/" + strconv.Itoa(n) + "/" }

func (p *Plan) planIndex() { p.planSeries(series{root: "/", items: p.live}) }

func (p *Plan) planSeries(s series) {
	last := s.count(p.size)
	p.planListing(s, s.root, last)
	if last == 1 && s.root != "/" {
		return // nothing would link to a tag's only page a second time
	}
	for n := 1; n <= last; n++ {
		p.planListing(s, s.path(n), n)
	}
}

// planListing plans the page of a series at a path that shows its n-th span.
func (p *Plan) planListing(s series, path string, n int) {
	items := s.span(n, p.size)
	h := p.begin("listing")
	v := p.listing(s, path, n)
	h.listing(&v)
	h.number(len(items))
	for _, it := range items {
		h.mark(it.card)
	}
	o := Output{Key: Key(path), Stage: Listing, Names: siteKeys(items)}
	p.plan(o, h, func(w *bytes.Buffer, _ Reader) error {
		v := p.listing(s, path, n)
		v.Cards = p.cards(items)
		if path == "/" {
			v.JSONLD = p.indexData()
		}
		return p.t.Listing(w, &v)
	})
}

// listing is a listing page but for its cards.
func (p *Plan) listing(s series, path string, n int) theme.Listing {
	v := theme.Listing{Page: p.page(path), Heading: s.title, Kicker: s.kicker}
	v.Title = s.title
	if path == "/" {
		v.Title = p.s.Title
		v.Description = p.s.Description
	}
	if s.title != "" {
		v.Description = "Posts about " + s.title + " on " + p.s.Title + "."
	}
	newest := n == s.count(p.size)
	if path != s.root {
		number := "Page " + strconv.Itoa(n)
		if s.title == "" {
			v.Title, v.Kicker = number, number
			v.Heading = dates(p, s.span(n, p.size))
		} else {
			v.Title, v.Kicker = s.title+", page "+strconv.Itoa(n), s.kicker+", page "+strconv.Itoa(n)
		}
		if newest {
			v.Canonical = s.root // the same posts
		} else {
			v.Newer = &theme.Link{Title: "Newer posts", URL: s.path(n + 1)}
			v.Prev = v.Newer.URL
		}
	}
	if n > 1 {
		v.Older = &theme.Link{Title: "Older posts", URL: s.path(n - 1)}
		v.Next = v.Older.URL
	}
	return v
}

// dates names the time that the posts of a page span.
func dates(p *Plan, items []*item) string {
	if len(items) == 0 {
		return "Posts"
	}
	from := items[len(items)-1].e.Shown().In(p.s.Location).Format("January 2006")
	to := items[0].e.Shown().In(p.s.Location).Format("January 2006")
	if from == to {
		return from
	}
	return from + " – " + to
}
