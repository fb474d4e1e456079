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

// tagNames remembers the slugs of tags: making one takes longer than all else.
type tagNames struct{ slugs map[string]string }

func newTagNames() *tagNames { return &tagNames{slugs: map[string]string{}} }

// tag is a subject and the posts that carry it.
type tag struct {
	slug  string
	title string  // as the oldest post spells it, so that a new post never changes it
	items []*item // newest first
}

// groupTags gathers the published posts by tag. It is the only writer of the slugs,
// so that rendering can read them from several goroutines.
func (p *Plan) groupTags() {
	p.tagged = map[string]*tag{}
	for _, it := range p.hidden {
		for _, title := range it.e.Tags {
			p.names.learn(title)
		}
	}
	for _, it := range p.live {
		for i, title := range it.e.Tags {
			slug := p.names.learn(title)
			if p.repeats(it.e.Tags[:i], slug) {
				continue
			}
			t := p.tagged[slug]
			if t == nil {
				t = &tag{slug: slug}
				p.tagged[slug] = t
				p.tags = append(p.tags, t)
			}
			t.title = title
			t.items = append(t.items, it)
		}
	}
	slices.SortFunc(p.tags, func(a, b *tag) int { return cmp.Compare(a.slug, b.slug) })
}

func (p *Plan) repeats(before []string, slug string) bool {
	return slices.ContainsFunc(before, func(t string) bool { return p.names.slugs[t] == slug })
}

func (n *tagNames) learn(title string) string {
	slug, known := n.slugs[title]
	if !known {
		slug = post.Slugify(title)
		n.slugs[title] = slug
	}
	return slug
}

// tagLinks are a post's tags with their pages; without those a draft would be the first to carry.
func (p *Plan) tagLinks(e *catalog.Entry) []theme.Link {
	if len(e.Tags) == 0 {
		return nil
	}
	links := make([]theme.Link, 0, len(e.Tags))
	for i, title := range e.Tags {
		slug := p.names.slugs[title]
		if p.tagged[slug] == nil || p.repeats(e.Tags[:i], slug) {
			continue
		}
		links = append(links, theme.Link{Title: title, URL: tagsPath + slug + "/"})
	}
	return links
}

// planTags plans each tag's pages and the list of all tags.
func (p *Plan) planTags() {
	links := make([]theme.Link, 0, len(p.tags))
	for _, t := range p.tags {
		links = append(links, theme.Link{Title: t.title, URL: tagsPath + t.slug + "/", Count: len(t.items)})
		p.planSeries(series{root: tagsPath + t.slug + "/", items: t.items, title: t.title, kicker: "Tag"})
	}
	v := theme.Links{Page: p.page(tagsPath), Heading: "Tags", Links: links}
	v.Title = "Tags"
	if len(links) > 0 {
		v.Description = "Everything here by subject: " + plural(len(links), "tag") + "."
	}
	h := p.begin("tags")
	h.linkList(&v)
	p.plan(Output{Key: keyOf(tagsPath), Stage: Listing}, h, func(w *bytes.Buffer, _ Reader) error {
		return p.t.Links(w, &v)
	})
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
