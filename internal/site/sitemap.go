package site

import (
	"bytes"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

const sitemapKey = "sitemap.xml"

// sitemapLimit is the most addresses of one sitemap (sitemaps.org); the oldest
// posts beyond it are found through the archive.
const sitemapLimit = 50_000

// place is one address of the sitemap.
type place struct {
	path     string
	modified time.Time // zero: not known
}

// planSitemap plans the list of all addresses that search engines shall know.
func (p *Plan) planSitemap() {
	places, names := p.places()
	h := p.start("sitemap")
	h.text(p.s.URL)
	for _, pl := range places {
		h.text(pl.path)
		h.moment(pl.modified)
	}
	p.plan(Output{Key: sitemapKey, Stage: Listing, Names: names}, h, func(w *bytes.Buffer, _ Reader) error {
		places, _ := p.places()
		x := newXML(w)
		x.open("urlset", "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")
		for _, pl := range places {
			x.open("url")
			x.text("loc", p.absolute(pl.path))
			if !pl.modified.IsZero() {
				x.text("lastmod", pl.modified.Format(time.RFC3339))
			}
			x.close("url")
		}
		x.close("urlset")
		return nil
	})
}

// places are the addresses, and the site keys of the posts and pages among them.
func (p *Plan) places() (places []place, names []string) {
	places = make([]place, 0, len(p.live)+len(p.pages)+len(p.tags)+16)
	names = make([]string, 0, len(p.live)+len(p.pages))
	newest := p.newest(p.live)
	places = append(places, place{"/", newest})
	for _, it := range p.pages {
		if p.indexed(it) {
			places = append(places, place{it.url, p.modified(it)})
			names = append(names, it.key)
		}
	}
	if volumes := filter(p.live, isReview); len(volumes) > 0 {
		places = append(places, place{booksPath, p.newest(volumes)})
	}
	if len(p.live) > 0 {
		places = append(places, place{archivePath, newest})
	}
	for _, y := range p.years() {
		places = append(places, place{yearPath(y.number), p.newest(y.items)})
	}
	if len(p.tags) > 0 {
		places = append(places, place{tagsPath, newest})
	}
	for _, t := range p.tags {
		places = append(places, place{t.url, p.newest(t.items)})
	}
	for _, it := range p.live {
		if len(places) == sitemapLimit {
			break
		}
		if p.indexed(it) {
			places = append(places, place{it.url, p.modified(it)})
			names = append(names, it.key)
		}
	}
	return places[:min(len(places), sitemapLimit)], names
}

// indexed tells whether search engines shall know a page by its address here.
func (p *Plan) indexed(it *item) bool { return !it.e.NoIndex && it.e.Canonical == "" }

// modified is when a page's text changed last, as far as its author says. The time
// of an upload is no date of a static page's text, so it may be unknown.
func (p *Plan) modified(it *item) time.Time {
	e := it.e
	at := e.Shown()
	if e.Kind == post.Page {
		at = e.Date
	}
	if e.Updated.After(at) {
		at = e.Updated
	}
	if at.IsZero() {
		return at
	}
	return at.In(p.s.Location)
}

func (p *Plan) newest(items []*item) time.Time {
	var newest time.Time
	for _, it := range items {
		if at := p.modified(it); at.After(newest) {
			newest = at
		}
	}
	return newest
}

func filter(items []*item, keep func(*item) bool) []*item {
	var kept []*item
	for _, it := range items {
		if keep(it) {
			kept = append(kept, it)
		}
	}
	return kept
}
