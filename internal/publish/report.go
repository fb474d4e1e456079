package publish

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/site"
)

// Report is what one run did, for a calm line to people.
type Report struct {
	New, Updated, Removed []string // URL paths of posts and pages
	Lists                 []string // "index", "books", "feeds" …: kinds of listings rewritten
	Pictures              int
	// Published are the posts among New that nobody could read before.
	Published []Publication
	// Mailing is whom the first mail about the one new post goes to: "1 subscriber".
	Mailing string
	Took    time.Duration
	Err     error

	clock time.Time
	mu    sync.Mutex // guards Mailing while receipts are written side by side
}

// Publication is a post that went live.
type Publication struct {
	Post string // its id
	// Wait is how long it took: since the upload, or since the date in it if that is later.
	Wait time.Duration
}

// Empty tells whether nothing was written.
func (r *Report) Empty() bool {
	return len(r.New)+len(r.Updated)+len(r.Removed)+len(r.Lists)+r.Pictures == 0
}

// String is the report in one line; empty if nothing was written.
func (r *Report) String() string {
	var parts []string
	for _, p := range []struct {
		verb  string
		paths []string
	}{{"published", r.New}, {"updated", r.Updated}, {"removed", r.Removed}} {
		switch n := len(p.paths); {
		case n == 1:
			parts = append(parts, p.verb+" "+p.paths[0])
		case n > 1:
			parts = append(parts, fmt.Sprintf("%s %d pages", p.verb, n))
		}
	}
	if len(parts) == 0 && !r.Empty() {
		parts = append(parts, "refreshed the site")
	}
	if len(parts) == 0 {
		return ""
	}
	line := strings.Join(parts, ", ") + " in " + took(r.Took)
	if len(r.Lists) > 0 {
		line += " · " + strings.Join(r.Lists, ", ")
	}
	if r.Mailing != "" && len(r.New) == 1 {
		line += " · mailing " + r.Mailing
	}
	return line
}

// expect notes whom a new post is mailed to, from the first line of its receipt's
// words about mail.
func (r *Report) expect(path string, lines []string) {
	if len(lines) == 0 || len(r.New) != 1 || r.New[0] != path {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Mailing = mailing(lines[0])
}

// mailing shortens a receipt's line about mail, like "2 subscribers who chose each
// post: at 14:05 (undo window of 10 minutes)", to whom and, unless it is now, when.
func mailing(line string) string {
	who, when, _ := strings.Cut(line, ": ")
	who, _, _ = strings.Cut(who, " who ")
	switch {
	case who == "nobody yet":
		return "nobody yet (see its receipt)"
	case strings.HasPrefix(when, "at "), strings.HasPrefix(when, "on "):
		when, _, _ = strings.Cut(when, " (")
		return who + " " + when
	}
	return who
}

func took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// changes are the report's words for the receipt of one post.
func (r *Report) changes(path string) []string {
	var out []string
	switch {
	case slices.Contains(r.New, path):
		out = append(out, "its page was put up")
	case slices.Contains(r.Updated, path):
		out = append(out, "its page was renewed")
	}
	if len(r.Lists) > 0 && len(out) > 0 {
		out = append(out, "renewed with it: "+strings.Join(r.Lists, ", "))
	}
	return out
}

// kinds names the listings by their keys, in the order in which they are told.
var kinds = []struct{ prefix, name string }{
	{"index.html", "index"}, {"page/", "index"}, {"books/", "books"}, {"tags/", "tags"}, {"archive/", "archive"},
	{"feed.", "feeds"}, {"atom.", "feeds"}, {"sitemap", "sitemap"},
}

// count notes that an output was written or deleted.
func (w *writer) count(key string) {
	stage := site.Article
	if o, planned := w.plan.Outputs()[key]; planned {
		stage = o.Stage
	}
	deleted := w.v.catalog.Pending[key].Digest == ""
	isNew := w.v.catalog.Outputs[key].ETag == ""
	w.done.mu.Lock()
	defer w.done.mu.Unlock()
	r := &w.report
	path := site.Path(key)
	switch {
	case stage == site.Media:
		r.Pictures++
	case stage == site.Listing || deleted && kindOf(key) != "":
		if kind := kindOf(key); kind != "" && !slices.Contains(r.Lists, kind) {
			r.Lists = append(r.Lists, kind)
			slices.SortFunc(r.Lists, func(a, b string) int { return rank(a) - rank(b) })
		}
	case stage != site.Article || strings.HasPrefix(key, "preview/") || !strings.HasSuffix(key, "index.html"):
	case deleted:
		r.Removed = append(r.Removed, path)
	case isNew:
		r.New = append(r.New, path)
		if p, ok := w.published(key); ok {
			r.Published = append(r.Published, p)
		}
	default:
		r.Updated = append(r.Updated, path)
	}
}

// published tells of the post whose page was put up; false if it is no post, or one
// that a lost catalog made look new.
func (w *writer) published(key string) (Publication, bool) {
	c := w.v.catalog
	for _, source := range w.plan.Outputs()[key].Sources {
		e, f := c.ByKey(source), c.Files[source]
		if e == nil || f == nil || e.Kind != post.Article || site.Key(e.Path) != key || f.Uploaded.Before(c.Rebuilt) {
			continue
		}
		since := f.Uploaded
		if e.GoLive.After(since) {
			since = e.GoLive
		}
		return Publication{Post: e.ID, Wait: max(0, w.Now().Sub(since))}, true
	}
	return Publication{}, false
}

func kindOf(key string) string {
	for _, k := range kinds {
		if strings.HasPrefix(key, k.prefix) {
			return k.name
		}
	}
	return ""
}

func rank(name string) int {
	for i, k := range kinds {
		if k.name == name {
			return i
		}
	}
	return len(kinds)
}
