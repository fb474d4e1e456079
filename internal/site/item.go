package site

import (
	"cmp"
	"html/template"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/theme"
)

// item is a post or page with what several outputs need of it.
type item struct {
	e   *catalog.Entry
	url string // root-relative; of the preview, for what is not published
	key string // site key

	hero, cover *theme.Picture // without words; nil: none, or not there
	tags        []theme.Link

	card mark // of its view in listings
	mark mark // of its view among the books, on reviews
	body mark // of everything its body is made from
}

func (p *Plan) collect(entries []*catalog.Entry) []*item {
	items := make([]*item, len(entries))
	block := make([]item, len(entries)) // one allocation instead of thousands
	for i, e := range entries {
		it := &block[i]
		it.e, it.url = e, e.Path
		if !e.Live {
			it.url = p.c.PreviewPath(e)
		}
		it.key = Key(it.url)
		it.hero = onPage(p.show(e.Key, e.Image))
		if e.Book != nil {
			it.cover = onPage(p.show(e.Key, e.Book.Cover))
		}
		items[i] = it
	}
	return items
}

// unpublished lists the posts and pages that have a preview, by id.
func unpublished(c *catalog.Catalog) []*catalog.Entry {
	var all []*catalog.Entry
	for _, e := range c.Posts {
		if !e.Live && c.PreviewPath(e) != "" {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *catalog.Entry) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// digestItems fills in the marks that outputs share.
func (p *Plan) digestItems() {
	h := p.scratch
	for _, group := range [][]*item{p.live, p.pages, p.hidden} {
		for _, it := range group {
			h.reset()
			p.hashBody(h, it)
			it.body = h.done()
		}
	}
	for _, it := range p.live {
		h.reset()
		card := p.card(it)
		h.card(&card)
		it.card = h.done()
		if isReview(it) {
			h.reset()
			h.book(card.Book)
			it.mark = h.done()
		}
	}
}

// hashBody writes what the HTML of a body is made from: the text and where its
// references lead now. The language and time zone it is read in are hashed with
// the other settings.
func (p *Plan) hashBody(h *sum, it *item) {
	e := it.e
	h.text(post.Version)
	h.text(e.Hash)
	h.text(e.Key)
	h.flag(p.c.Current(e))
	for _, ref := range e.Links {
		to := ""
		if target := p.c.Target(e.Key, ref.To); target != nil && target.Live {
			to = target.Path
		}
		h.text(to)
	}
	for _, ref := range e.Images {
		h.source(p.show(e.Key, ref.To))
	}
	if len(e.Places) > 0 { // which may be relative to it
		h.text(e.Path)
	}
}

// source writes a picture with its sizes.
func (h *sum) source(pic *post.Picture) {
	h.flag(pic != nil)
	if pic == nil {
		return
	}
	h.text(pic.URL)
	h.number(pic.Width)
	h.number(pic.Height)
	h.number(len(pic.Sizes))
	for _, v := range pic.Sizes {
		h.text(v.URL)
		h.number(v.Width)
	}
}

// body is the HTML of a post. Where the source cannot be read just now (a later
// upload is broken), the description stands in for it.
func (p *Plan) body(e *catalog.Entry, base string, read Reader) (template.HTML, *post.Post, error) {
	if !p.c.Current(e) {
		return template.HTML("<p>" + template.HTMLEscapeString(e.Description) + "</p>\n"), nil, nil
	}
	parsed, err := p.parse(e, read)
	if err != nil {
		return "", nil, err
	}
	return template.HTML(parsed.HTML(p.c.Resolver(e.Key, base))), parsed, nil
}

// sources are the content keys a body is read from, for outputs that can do without.
func (p *Plan) sources(items []*item) []string {
	keys := make([]string, 0, len(items))
	for _, it := range items {
		if p.c.Current(it.e) {
			keys = append(keys, it.e.Key)
		}
	}
	return keys
}

func siteKeys(items []*item) []string {
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = it.key
	}
	return keys
}

// card is a post in a listing.
func (p *Plan) card(it *item) theme.Card {
	e := it.e
	c := theme.Card{
		Link:        theme.Link{Title: e.Title, URL: it.url},
		Description: e.Description,
		Date:        e.Shown().In(p.s.Location),
		Minutes:     e.ReadingMinutes(),
		Image:       it.hero,
		Tags:        it.tags,
	}
	if e.Book != nil {
		c.Book = p.book(it)
	}
	return c
}

func (p *Plan) cards(items []*item) []theme.Card {
	cards := make([]theme.Card, len(items))
	for i, it := range items {
		cards[i] = p.card(it)
	}
	return cards
}

// author is who wrote a post: its own, else the site's.
func (p *Plan) author(e *catalog.Entry) string { return cmp.Or(e.Author, p.s.Author.Name) }

// absolute puts the site's address before a root-relative one.
func (p *Plan) absolute(url string) string {
	if strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") {
		return p.s.URL + url
	}
	return url
}
