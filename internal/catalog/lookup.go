package catalog

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// index answers what the maps cannot without a walk.
type index struct {
	live  []*Entry
	names map[string][]string // lower-case base name → content keys, sorted
	slugs map[string]string   // slug of the file name → content key of a post
}

func (c *Catalog) indexed() *index {
	if ix := c.index.Load(); ix != nil {
		return ix
	}
	ix := &index{
		names: make(map[string][]string, len(c.Files)),
		slugs: make(map[string]string, len(c.Posts)),
	}
	for _, e := range c.Posts {
		if e.Live && e.Kind == post.Article {
			ix.live = append(ix.live, e)
		}
		if held, taken := ix.slugs[e.Slug]; !taken || e.Key < held {
			ix.slugs[e.Slug] = e.Key
		}
	}
	slices.SortFunc(ix.live, newestFirst)
	for key := range c.Files {
		name := strings.ToLower(path.Base(key))
		ix.names[name] = append(ix.names[name], key)
	}
	for _, keys := range ix.names {
		slices.Sort(keys)
	}
	c.index.Store(ix)
	return ix
}

// touched forgets the index after a change.
func (c *Catalog) touched() { c.index.Store(nil) }

func newestFirst(a, b *Entry) int {
	return cmp.Or(b.Shown().Compare(a.Shown()), cmp.Compare(b.Seq, a.Seq), cmp.Compare(a.ID, b.ID))
}

// Live returns the articles that are published, newest first by the date shown.
// The slice is shared: do not change it.
func (c *Catalog) Live() []*Entry { return c.indexed().live }

// Pages returns the static pages that are published, by title.
func (c *Catalog) Pages() []*Entry {
	var pages []*Entry
	for _, e := range c.Posts {
		if e.Live && e.Kind == post.Page {
			pages = append(pages, e)
		}
	}
	slices.SortFunc(pages, func(a, b *Entry) int {
		return cmp.Or(strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
	})
	return pages
}

// ByKey returns the post whose source is the content key, or nil.
func (c *Catalog) ByKey(key string) *Entry {
	if f := c.Files[key]; f != nil && f.Post != "" {
		return c.Posts[f.Post]
	}
	return nil
}

// Current tells whether the source of the post is the one it was read from. It
// is not while a later upload cannot be parsed, and then its body cannot be had.
func (c *Catalog) Current(e *Entry) bool {
	f := c.Files[e.Key]
	return f != nil && f.ETag == e.ETag
}

// Shows tells whether the output at a site key is there and a page of that very post, and
// not one of whoever had its address before.
func (c *Catalog) Shows(e *Entry, key string) bool {
	out, made := c.Outputs[key]
	return made && (out.Post == "" || out.Post == e.ID)
}

// Shown is the date a post carries: the author's, else that of its first upload.
func (e *Entry) Shown() time.Time {
	if !e.Meta.Date.IsZero() {
		return e.Meta.Date
	}
	return e.First
}

// Scheduled tells whether the post waits for its time.
func (e *Entry) Scheduled() bool { return !e.Live && !e.Draft && e.Path != "" && !e.GoLive.IsZero() }

// PreviewPath is the URL path of the unlisted page on which a post can be read
// before it is published; empty for posts that are live. Nobody can guess it
// without the catalog's secret.
func (c *Catalog) PreviewPath(e *Entry) string {
	if e.Live || c.Secret == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(c.Secret))
	mac.Write([]byte("preview " + e.ID))
	token := strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:15]))
	return "/preview/" + token + "/"
}
