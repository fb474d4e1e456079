package simulate

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// reader crawls the site all the time: after each change it looks at what changed.
type reader struct {
	w     *World
	pages map[string]map[string]bool // site key → the site keys it leads to or shows
	from  map[string]map[string]bool // backwards
	dirty map[string]bool            // changed since the last look
	gone  map[string]bool            // deleted since the last look
	ever  map[string]bool            // was there once
	late  map[string]bool            // the last change was made by a run that others had overtaken
}

func newReader(w *World) *reader {
	return &reader{w: w, pages: map[string]map[string]bool{}, from: map[string]map[string]bool{}, dirty: map[string]bool{}, gone: map[string]bool{}, ever: map[string]bool{}, late: map[string]bool{}}
}

// before are what stands before an address that a page, feed or sitemap leads to or shows.
var before = []string{`href="`, `src="`, `<loc>`, `<link>`, `"url": "`, `"feed_url": "`}

// references are the paths on this site that a text leads to or shows.
func references(body string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, mark := range before {
			rest := body
			for found := true; found; {
				if _, rest, found = strings.Cut(rest, mark); !found {
					break
				}
				to := strings.TrimPrefix(rest, siteURL)
				if end := strings.IndexAny(to, "\"<#?"); end > 0 && to[0] == '/' && !yield(to[:end]) {
					return
				}
			}
		}
	}
}

// hubs are the lists that every site has.
var hubs = map[string]bool{
	"index.html": true, "archive/index.html": true, "books/index.html": true, "tags/index.html": true, "404.html": true,
	"feed.xml": true, "atom.xml": true, "feed.json": true, "sitemap.xml": true,
}

// served by functions, not by the bucket.
var served = []string{"/subscribe", "/confirm", "/preferences", "/unsubscribe", "/author", "/webhooks"}

// changed takes in a change of the site. It runs while S3 answers, so it only looks.
func (r *reader) changed(c memory.Change, overtaken bool) {
	r.late[c.Key] = overtaken
	for to := range r.pages[c.Key] {
		delete(r.from[to], c.Key)
	}
	delete(r.pages, c.Key)
	if c.New == nil {
		r.gone[c.Key] = true
		return
	}
	delete(r.gone, c.Key)
	r.ever[c.Key] = true
	r.dirty[c.Key] = true
	links := map[string]bool{}
	if text(c.Key) {
		body := string(c.New.Body)
		r.whole(c.Key, body)
		take := func(text string, all bool) {
			for path := range references(text) {
				key, ok := target(path)
				if !ok || !all && !shown(key) {
					continue
				}
				links[key] = true
				if r.from[key] == nil {
					r.from[key] = map[string]bool{}
				}
				r.from[key][c.Key] = true
			}
		}
		if strings.HasSuffix(c.Key, ".xml") {
			// What the text of a post leads to is its author's business, in a feed as on its page.
			for found := true; found; {
				var list, post string
				list, body, found = strings.Cut(body, "<![CDATA[")
				post, body, _ = strings.Cut(body, "]]>")
				take(list, true)
				take(post, false)
			}
		}
		take(body, true)
	}
	r.pages[c.Key] = links
}

func text(key string) bool {
	return strings.HasSuffix(key, ".html") || strings.HasSuffix(key, ".xml") || strings.HasSuffix(key, ".json")
}

// target is the site key behind a path; false for what is not in the bucket.
func target(path string) (string, bool) {
	for _, s := range served {
		if strings.HasPrefix(path, s) {
			return "", false
		}
	}
	if strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	return strings.TrimPrefix(path, "/"), true
}

var (
	inTitle = regexp.MustCompile(`mt(\d+)x`)
	inBody  = regexp.MustCompile(`mb(\d+)x`)
)

// whole holds a page against what a reader can see of it alone: it has its end, and
// title and text are of one version.
func (r *reader) whole(key, body string) {
	trimmed := strings.TrimSpace(body)
	for ext, end := range map[string]string{".html": "</html>", ".xml": ">", ".json": "}"} {
		if strings.HasSuffix(key, ext) && !strings.HasSuffix(trimmed, end) {
			r.w.fail("readers get only a part of %s", key)
		}
	}
	if !article(key) {
		return
	}
	texts := inBody.FindAllStringSubmatch(body, -1)
	_, head, found := strings.Cut(body, "<h1")
	if len(texts) == 0 || !found {
		return // a page that leads on
	}
	title := inTitle.FindStringSubmatch(head)
	for _, m := range texts {
		if r.w.desk.draft(m[1]) {
			r.w.fail("readers get a draft at %s: version %s", key, m[1])
		}
		if title == nil || m[1] != title[1] {
			r.w.fail("readers get a mix at %s: a title of version %v, a text of version %s", key, title, m[1])
		}
		r.w.seenAt(key, m[1])
	}
}

func article(key string) bool {
	return strings.HasSuffix(key, ".html") && !listing(key) && !strings.HasPrefix(key, "preview/")
}

// shown tells whether a file is shown in pages.
func shown(key string) bool {
	return strings.HasPrefix(key, "media/") || strings.HasPrefix(key, "assets/")
}

// listing tells whether a page is one that lists others.
func listing(key string) bool {
	return hubs[key] || slices.ContainsFunc([]string{"page/", "tags/", "archive/", "books/"}, func(p string) bool { return strings.HasPrefix(key, p) })
}

// look follows the links of what changed since the last look.
func (r *reader) look() {
	for _, key := range slices.Sorted(maps.Keys(r.dirty)) {
		for _, to := range slices.Sorted(maps.Keys(r.pages[key])) {
			r.follow(key, to)
		}
	}
	for _, to := range slices.Sorted(maps.Keys(r.gone)) {
		for _, key := range slices.Sorted(maps.Keys(r.from[to])) {
			r.follow(key, to)
		}
	}
	clear(r.dirty)
	clear(r.gone)
}

func (r *reader) follow(key, to string) {
	if _, there := r.pages[to]; there {
		return
	}
	// What a page of its own leads to is its author's business: two that name each other
	// come up, or go, one before the other.
	if !listing(key) && !shown(to) {
		return
	}
	// The lists that every site has, and the pages of one that is long, lead to each other:
	// when they come up or go, one is the first.
	if listing(to) && (hubs[to] && !r.ever[to] || !hubs[to] && !hubs[key]) {
		return
	}
	// The windows that the README states: a run that was overtaken wrote the list, or
	// deleted the page; or the catalog is a restored one that no sweep has held against the
	// site yet. It must close by itself, which the end of the history shows.
	if r.late[key] || r.late[to] || !r.w.swept {
		r.w.tally.Windows++
		return
	}
	r.w.fail("readers who follow a link of %s do not find %s", key, to)
}
