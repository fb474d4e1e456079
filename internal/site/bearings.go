package site

import (
	"path"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
)

// Bearings is what the whole site tells about the references of one post. While it stays
// the same from one version of a catalog to the next, so do the [Plan.Warnings] about the
// post; it is made of the catalog alone, so that it can be had of a version that went by.
type Bearings struct {
	c  *catalog.Catalog
	at map[string]*catalog.Entry // what is live by URL path
}

// TakeBearings looks around in a catalog whose outputs were reconciled with its plan.
func TakeBearings(c *catalog.Catalog) *Bearings {
	b := &Bearings{c: c, at: make(map[string]*catalog.Entry, len(c.Posts))}
	for _, e := range c.Posts {
		if e.Live {
			b.at[e.Path] = e
		}
	}
	return b
}

// Of is an opaque text, to be compared with that of the same post in another version.
func (b *Bearings) Of(e *catalog.Entry) string {
	text := make([]byte, 0, 64)
	note := func(words ...string) {
		for _, w := range words {
			text = append(text, w...)
		}
		text = append(text, ' ')
	}
	for _, ref := range e.Links {
		switch to := b.c.Target(e.Key, ref.To); {
		case to == nil:
			note("nowhere")
		case to.ID != e.ID && !to.Live:
			note("unpublished")
		default:
			note("there", b.parts(to, ref.To))
		}
	}
	for _, ref := range e.Places {
		to, ok := leadsTo(e, ref.To)
		if !ok || !answers(to, b.wanted) {
			note("nowhere")
			continue
		}
		note("there", b.parts(b.at[strings.TrimSuffix(to, "/")+"/"], ref.To))
	}
	for _, ref := range e.Pictures() {
		beside := b.c.Files[path.Join(path.Dir(e.Key), ref)]
		switch {
		case b.c.ImageKey(e.Key, ref) != "":
			note("there")
		case beside != nil:
			note("broken", beside.Problem)
		default:
			note("nowhere")
		}
	}
	for _, alias := range e.Aliases {
		if from, ok := safePath(alias); ok && b.at[from] != nil && from != e.Path {
			note("taken by", b.at[from].Key)
		}
	}
	return string(text)
}

// parts names the version of a post in which a reference names a part: which parts it has
// is not in the catalog.
func (b *Bearings) parts(to *catalog.Entry, ref string) string {
	if _, part, _ := strings.Cut(ref, "#"); part == "" || to == nil || !b.c.Current(to) {
		return ""
	}
	return to.ETag
}

// wanted tells whether there is to be an output at a site key.
func (b *Bearings) wanted(key string) bool {
	if p, waits := b.c.Pending[key]; waits {
		return p.Digest != ""
	}
	_, made := b.c.Outputs[key]
	return made
}
