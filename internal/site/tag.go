package site

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/theme"
)

const tagsPath = "/tags/"

// tag is a subject and the posts that carry it.
type tag struct {
	slug  string
	url   string  // root-relative
	title string  // as the oldest post spells it, so that a new post never changes it
	items []*item // newest first
}

// groupTags gathers the published posts by tag, whatever its spelling.
func (p *Plan) groupTags() {
	p.tagOf = map[string]*tag{}
	bySlug := map[string]*tag{}
	find := func(title string) *tag {
		if t, known := p.tagOf[title]; known {
			return t
		}
		slug := post.Slugify(title) // takes longer than all else
		t := bySlug[slug]
		if t == nil {
			t = &tag{slug: slug, url: tagsPath + slug + "/"}
			bySlug[slug] = t
		}
		p.tagOf[title] = t
		return t
	}
	for _, it := range p.live {
		for i, title := range it.e.Tags {
			t := find(title)
			if p.repeats(it.e.Tags[:i], t) {
				continue
			}
			if t.items == nil {
				p.tags = append(p.tags, t)
			}
			t.title = title
			t.items = append(t.items, it)
		}
	}
	for _, it := range p.hidden {
		for _, title := range it.e.Tags {
			find(title)
		}
	}
	for _, group := range [][]*item{p.live, p.hidden} {
		for _, it := range group {
			it.tags = p.tagLinks(it.e)
		}
	}
	slices.SortFunc(p.tags, func(a, b *tag) int { return cmp.Compare(a.slug, b.slug) })
}

// repeats tells whether one of the spellings before means the same tag.
func (p *Plan) repeats(before []string, t *tag) bool {
	return slices.ContainsFunc(before, func(title string) bool { return p.tagOf[title] == t })
}

// tagLinks are a post's tags with their pages; without those a draft would be the first to carry.
func (p *Plan) tagLinks(e *catalog.Entry) []theme.Link {
	if len(e.Tags) == 0 {
		return nil
	}
	links := make([]theme.Link, 0, len(e.Tags))
	for i, title := range e.Tags {
		if t := p.tagOf[title]; t != nil && len(t.items) > 0 && !p.repeats(e.Tags[:i], t) {
			links = append(links, theme.Link{Title: title, URL: t.url})
		}
	}
	return links
}

// planTags plans each tag's pages and the list of all tags.
func (p *Plan) planTags() {
	links := make([]theme.Link, 0, len(p.tags))
	for _, t := range p.tags {
		links = append(links, theme.Link{Title: t.title, URL: t.url, Count: len(t.items)})
		p.planSeries(series{root: t.url, items: t.items, title: t.title, kicker: "Tag"})
	}
	v := theme.Links{Page: p.page(tagsPath), Heading: "Tags", Links: links}
	v.Title = "Tags"
	if len(links) > 0 {
		v.Description = "Everything here by subject: " + plural(len(links), "tag") + "."
	}
	h := p.begin("tags")
	h.linkList(&v)
	p.plan(Output{Key: Key(tagsPath), Stage: Listing}, h, func(w *bytes.Buffer, _ Reader) error {
		return p.t.Links(w, &v)
	})
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
