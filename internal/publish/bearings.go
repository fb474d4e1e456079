package publish

import (
	"maps"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/site"
)

// turned names the files whose receipts have to say something else now because of another
// file: a picture that a post begins or ceases to show, a post whose links, pictures or
// aliases fare otherwise, or that waits for an address which another holds; and posts of
// which the settings say that they are found elsewhere, or mailed at another time.
func turned(old, next *catalog.Catalog, receipt func(key string)) {
	if old.Settings != next.Settings {
		reset(old, next, receipt)
	}
	if old.Settings == next.Settings && maps.Equal(old.Files, next.Files) && maps.Equal(old.Posts, next.Posts) {
		return
	}
	was, is := site.TakeBearings(old), site.TakeBearings(next)
	before, after := showing{}, showing{}
	for id, e := range old.Posts {
		before.add(old, e)
		if now := next.Posts[id]; now != nil && (was.Of(now) != is.Of(now) || holder(old, now) != holder(next, now)) {
			receipt(now.Key)
		}
	}
	for _, e := range next.Posts {
		after.add(next, e)
	}
	for key := range next.Files {
		if before[key] != after[key] {
			receipt(key)
		}
	}
}

// mailsAhead is how old a post may be of which a mail is still to come: the monthly digest is
// the last.
const mailsAhead = 40 * 24 * time.Hour

// reset is turned for what the settings say.
func reset(old, next *catalog.Catalog, receipt func(key string)) {
	was, _, err := settings.Parse([]byte(old.Settings))
	is, _, err2 := settings.Parse([]byte(next.Settings))
	if err != nil || err2 != nil {
		return // never: only what can be read comes into force
	}
	for _, e := range next.Posts {
		switch {
		case was.URL != is.URL, e.Path == "" && was.Permalink != is.Permalink:
			receipt(e.Key)
		case was.Newsletter != is.Newsletter && e.Kind == post.Article && next.Changed.Sub(e.GoLive) < mailsAhead:
			receipt(e.Key)
		}
	}
}

// holder is the key of the file that has the address for which a post waits, or "".
func holder(c *catalog.Catalog, e *catalog.Entry) string {
	if h := c.Posts[e.Rival]; h != nil {
		return h.Key
	}
	return ""
}

// showing tells of pictures, by content key, which posts show them.
type showing map[string]struct {
	first string // of the posts' keys, in order
	posts int
}

func (s showing) add(c *catalog.Catalog, e *catalog.Entry) {
	var keys []string
	for _, ref := range e.Pictures() {
		if key := c.ImageKey(e.Key, ref); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		is := s[key]
		if is.posts == 0 || e.Key < is.first {
			is.first = e.Key
		}
		is.posts++
		s[key] = is
	}
}
