package site

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// The parts of posts are not in the catalog, which would grow by them; the few posts
// that a post links to a part of are read when its receipt is written.
const (
	maxRead  = 20  // other posts read for the warnings of one
	maxParts = 200 // links looked at in each
	maxNamed = 6   // parts offered instead of one that is not there
)

// partLinks are a post's links to parts of one published post.
type partLinks struct {
	to   *catalog.Entry
	refs []post.Ref
}

// partLinks groups a post's links to parts of posts that can be read now.
func (p *Plan) partLinks(e *catalog.Entry) []partLinks {
	var all []partLinks
	add := func(to *catalog.Entry, ref post.Ref) {
		if _, part, _ := strings.Cut(ref.To, "#"); part == "" || to == nil || to.ID != e.ID && !to.Live || !p.c.Current(to) {
			return
		}
		i := slices.IndexFunc(all, func(l partLinks) bool { return l.to == to })
		if i < 0 {
			if len(all) == maxRead {
				return
			}
			i = len(all)
			all = append(all, partLinks{to: to})
		}
		if len(all[i].refs) < maxParts {
			all[i].refs = append(all[i].refs, ref)
		}
	}
	for _, ref := range e.Links {
		if strings.Contains(ref.To, "#") {
			add(p.c.Target(e.Key, ref.To), ref)
		}
	}
	for _, ref := range e.Places {
		if to, ok := leadsTo(e, ref.To); ok && e.Path != "" && strings.Contains(ref.To, "#") {
			if it := p.at[strings.TrimSuffix(to, "/")+"/"]; it != nil {
				add(it.e, ref)
			}
		}
	}
	return all
}

// Reads are the content keys that the warnings about a post need, one after another:
// the posts that it links to a part of.
func (p *Plan) Reads(e *catalog.Entry) []string {
	var keys []string
	for _, l := range p.partLinks(e) {
		keys = append(keys, l.to.Key)
	}
	return keys
}

// brokenParts warns of links to parts of posts that have no such part.
func (p *Plan) brokenParts(e *catalog.Entry, read Reader) ([]post.Warning, error) {
	var all []post.Warning
	for _, l := range p.partLinks(e) {
		parsed, err := p.parse(l.to, read)
		if err != nil {
			return all, fmt.Errorf("%s, to which %s links: %w", l.to.Key, e.Key, err)
		}
		anchors := parsed.Anchors()
		for _, ref := range l.refs {
			file, part, _ := strings.Cut(ref.To, "#")
			if anchors.Has(part) {
				continue
			}
			all = append(all, post.Warning{Line: ref.Line, Text: fmt.Sprintf("the link to “%s” leads to the top of that page, which has no part called “%s”%s",
				clip(ref.To, 60), clip(part, 60), instead(file, anchors.Nearest(part), parsed.TOC()))})
		}
	}
	slices.SortStableFunc(all, func(a, b post.Warning) int { return a.Line - b.Line })
	return all, nil
}

// instead says which part of a file to link to, when there is not the one that was.
func instead(file, near string, headings []post.Heading) string {
	switch {
	case near != "":
		return fmt.Sprintf("; did you mean “%s#%s”?", file, near)
	case len(headings) == 0:
		return "; a place there gets a name if you write it behind a heading, as in “## Glue {#glue}”"
	}
	var named []string
	for _, h := range headings[:min(len(headings), maxNamed)] {
		named = append(named, "“#"+h.ID+"”")
	}
	if more := len(headings) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("%d more", more))
	}
	if len(named) == 1 {
		return "; its only heading is " + named[0]
	}
	last := len(named) - 1
	return "; its headings are " + strings.Join(named[:last], ", ") + " and " + named[last]
}
