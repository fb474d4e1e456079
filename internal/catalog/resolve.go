package catalog

import (
	"iter"
	"net/url"
	"path"
	"strings"

	"github.com/pennypost/pennypost/internal/post"
)

// Root is the folder of the content bucket that holds all the author's files.
const Root = "posts/"

// Resolver answers where the references of one source file lead now. With an
// empty base the answers are root-relative, else they begin with it ("https://example.org").
func (c *Catalog) Resolver(from, base string) post.Resolver {
	return resolver{c: c, from: from, base: base}
}

type resolver struct {
	c          *Catalog
	from, base string
}

// Base is what root-relative links begin with, as package post asks for it.
func (r resolver) Base() string { return r.base }

// Page is the address of the source file's own page, as package post asks for it.
func (r resolver) Page() string {
	if e := r.c.ByKey(r.from); e != nil && e.Path != "" {
		return r.base + e.Path
	}
	return ""
}

// Link leads to another published post or page by its file name.
func (r resolver) Link(ref string) (string, bool) {
	e := r.c.Target(r.from, ref)
	if e == nil || !e.Live {
		return "", false
	}
	to := r.base + e.Path
	if _, fragment, found := strings.Cut(ref, "#"); found && fragment != "" {
		to += "#" + fragment
	}
	return to, true
}

// Image leads to a picture of the author by its file name.
func (r resolver) Image(ref string) (post.Picture, bool) {
	f := r.c.Files[r.c.ImageKey(r.from, ref)]
	if f == nil || f.Picture == nil {
		return post.Picture{}, false
	}
	p := *f.Picture
	if r.base == "" {
		return p, true
	}
	p.URL = r.base + p.URL
	p.Sizes = make([]post.Variant, len(f.Picture.Sizes))
	for i, v := range f.Picture.Sizes {
		p.Sizes[i] = post.Variant{URL: r.base + v.URL, Width: v.Width}
	}
	return p, true
}

// Target is the post a reference in the source file from means, published or
// not; nil if there is none. Looked for are, in this order: the path beside the
// file; the path below posts/; the only file of that name in any folder; a post
// whose slug is that name (so that "x.md" finds "2024-05-01-x.md" and "x/index.md").
func (c *Catalog) Target(from, ref string) *Entry {
	for key := range c.candidates(from, ref) {
		if e := c.ByKey(key); e != nil {
			return e
		}
		if f := c.Files[key]; f != nil && f.CopyOf != "" {
			return c.ByKey(f.CopyOf)
		}
	}
	name := cleanRef(ref)
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	if base == "index" || base == "_index" {
		base = path.Base(path.Dir(name))
	}
	if key, ok := c.indexed().slugs[post.Slugify(base)]; ok {
		return c.ByKey(key)
	}
	return nil
}

// ImageKey is the content key of the picture a reference means, or "".
func (c *Catalog) ImageKey(from, ref string) string {
	for key := range c.candidates(from, ref) {
		if f := c.Files[key]; f != nil && f.Picture != nil {
			return key
		}
	}
	return ""
}

// candidates are the content keys a reference may mean, the likeliest first.
func (c *Catalog) candidates(from, ref string) iter.Seq[string] {
	return func(yield func(string) bool) {
		name := cleanRef(ref)
		if name == "" {
			return
		}
		if !strings.HasPrefix(name, "/") && !yield(path.Join(path.Dir(from), name)) {
			return
		}
		rooted := strings.TrimPrefix(path.Clean("/"+name), "/")
		if !yield(Root + strings.TrimPrefix(rooted, Root)) {
			return
		}
		if same := c.indexed().names[strings.ToLower(path.Base(name))]; len(same) == 1 {
			yield(same[0])
		}
	}
}

// cleanRef takes query, fragment, percent-encoding and Zola's "@/" off a reference.
func cleanRef(ref string) string {
	ref, _, _ = strings.Cut(ref, "#")
	ref, _, _ = strings.Cut(ref, "?")
	if plain, err := url.PathUnescape(ref); err == nil {
		ref = plain
	}
	return strings.TrimPrefix(strings.ReplaceAll(ref, `\`, "/"), "@")
}
