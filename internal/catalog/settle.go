package catalog

import (
	"cmp"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// Rules are what settling needs of the settings.
type Rules struct {
	// Path is the URL path an entry asks for; Refuse says why it cannot be had by
	// any post, or "".
	Path   func(*Entry) string
	Refuse func(path string) string
	// Page is the site key of the page at a path.
	Page func(path string) string
	// MaxAge is the age at upload from which on a new post is not mailed.
	MaxAge time.Duration
}

// Settled tells what settling did.
type Settled struct {
	// Went holds the ids of posts that went live for the first time, in order.
	Went []string
	// Refused pairs each post without a path with the reason or its rival.
	Refused []*Entry
}

// Settle decides, over all known posts, who holds which path and who is
// published. Of several that ask for one path the oldest by first upload holds
// it. A post that goes live for the first time gets the next sequence number.
func (c *Catalog) Settle(now time.Time, rules Rules) Settled {
	c.touched()
	var out Settled
	all := make([]*Entry, 0, len(c.Posts))
	for _, e := range c.Posts {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *Entry) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Key, b.Key))
	})
	holder := make(map[string]string, len(all)) // path → post id
	var debuts []*Entry
	for _, old := range all {
		e := *old
		c.schedule(&e, now)
		e.Path, e.Rival = "", ""
		if !e.Draft {
			want := rules.Path(&e)
			if rules.Refuse(want) != "" {
				out.Refused = append(out.Refused, &e)
			} else if rival, taken := holder[want]; taken {
				e.Rival = rival
				out.Refused = append(out.Refused, &e)
			} else {
				holder[want], e.Path = e.ID, want
			}
		}
		// What is live stays so by a clock that runs behind the one that let it go live. Of
		// what cannot be read now only title and description are left: it stays if its page is
		// there, and waits if not.
		stays := old.Live && e.GoLive.Equal(old.GoLive)
		readable := c.Current(&e) || stays && c.Shows(&e, rules.Page(e.Path))
		e.Live = e.Path != "" && readable && (stays || !e.GoLive.After(now))
		e.Former = former(old, e.Path)
		if e.Live && e.Seq == 0 && e.Kind == post.Article {
			debuts = append(debuts, &e)
		}
		if !same(old, &e) {
			c.Posts[e.ID] = &e
		}
	}
	slices.SortStableFunc(debuts, func(a, b *Entry) int {
		return cmp.Or(a.GoLive.Compare(b.GoLive), a.Shown().Compare(b.Shown()), cmp.Compare(a.Key, b.Key))
	})
	for _, e := range debuts {
		c.Sequence++
		e.Seq = c.Sequence
		e.Late = !e.Meta.Date.IsZero() && c.uploaded(e).Sub(e.Meta.Date) > rules.MaxAge
		c.Posts[e.ID] = e
		out.Went = append(out.Went, e.ID)
	}
	return out
}

// schedule resolves when a post goes live, if that is not resolved yet.
func (c *Catalog) schedule(e *Entry, now time.Time) {
	if e.Draft {
		if e.Seq == 0 {
			e.GoLive = time.Time{} // a draft's time starts when it stops being one
		}
		return
	}
	if e.GoLive.IsZero() {
		e.GoLive = now
		if e.Meta.Date.After(now) && e.Kind == post.Article {
			e.GoLive = e.Meta.Date
		}
	}
}

func (c *Catalog) uploaded(e *Entry) time.Time {
	if f := c.Files[e.Key]; f != nil {
		return f.Uploaded
	}
	return e.First
}

// former adds the path a published post leaves, also if it has none for a while, and takes
// out the one it is at.
func former(old *Entry, path string) []string {
	list := slices.Clone(old.Former)
	// A page has no number, and no time to wait for: one that had a path was at it, if only
	// until its file changed, and may not be live now because that could not be read yet.
	published := old.Live || old.Seq > 0 || old.Kind == post.Page
	if old.Path != "" && published && old.Path != path && !slices.Contains(list, old.Path) {
		list = append(list, old.Path)
	}
	return slices.DeleteFunc(list, func(p string) bool { return p == path })
}

func same(a, b *Entry) bool {
	return a.Path == b.Path && a.Rival == b.Rival && a.Live == b.Live && a.GoLive.Equal(b.GoLive) &&
		slices.Equal(a.Former, b.Former)
}

// Due is the earliest time at which a waiting post goes live; zero if none waits.
func (c *Catalog) Due() time.Time {
	var due time.Time
	for _, e := range c.Posts {
		if e.Scheduled() && (due.IsZero() || e.GoLive.Before(due)) {
			due = e.GoLive
		}
	}
	return due
}
