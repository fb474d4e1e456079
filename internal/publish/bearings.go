package publish

import (
	"maps"
	"path"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// turned names the files whose receipts have to say something else now because of another
// file: a picture that a post begins or ceases to show, a post with links or pictures that
// have come or gone, or that waits for an address which another holds; and posts of which
// the settings say that they are found elsewhere, or mailed at another time.
func turned(old, next *catalog.Catalog, receipt func(key string)) {
	if old.Settings != next.Settings {
		reset(old, next, receipt)
	}
	if maps.Equal(old.Files, next.Files) && maps.Equal(old.Posts, next.Posts) {
		return
	}
	before, after := showing{}, showing{}
	for id, e := range old.Posts {
		before.add(old, e)
		if now := next.Posts[id]; now != nil && bearings(old, now) != bearings(next, now) {
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

// bearings is what a catalog knows of the files that the receipt of a post speaks of: of
// each that it links to and shows whether it is there, and who holds the address it asks for.
func bearings(c *catalog.Catalog, e *catalog.Entry) string {
	b := make([]byte, 0, 32)
	for _, ref := range e.Links {
		switch to := c.Target(e.Key, ref.To); {
		case to == nil:
			b = append(b, 'n')
		case to.Live || to.ID == e.ID:
			b = append(b, 'y')
		default:
			b = append(b, 'u')
		}
	}
	for _, ref := range pictureRefs(e) {
		beside := c.Files[path.Join(path.Dir(e.Key), ref)]
		switch {
		case c.ImageKey(e.Key, ref) != "":
			b = append(b, 'y')
		case beside != nil && beside.Problem != "":
			b = append(append(b, 'p'), beside.Problem...)
		default:
			b = append(b, 'n')
		}
	}
	if holder := c.Posts[e.Rival]; holder != nil {
		b = append(b, holder.Key...)
	}
	return string(b)
}

// showing tells of pictures, by content key, which posts show them.
type showing map[string]struct {
	first string // of the posts' keys, in order
	posts int
}

func (s showing) add(c *catalog.Catalog, e *catalog.Entry) {
	var keys []string
	for _, ref := range pictureRefs(e) {
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
