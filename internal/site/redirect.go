package site

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/theme"
)

// detour is an address that leads on to a post or page.
type detour struct {
	from string
	to   *item
	was  bool // the post once was there; else the author says so
}

// planRedirects plans a page at each former path and alias of what is published.
// It leads straight to where the post is now, so there are no chains. A real page
// always wins; of several posts that claim one address, the one that once was
// there wins over those that name it as an alias, and then the older.
func (p *Plan) planRedirects() {
	taken := map[string]way{} // by URL path
	for _, d := range p.detours() {
		if _, is := taken[d.from]; !is && p.at[d.from] == nil {
			w := way{to: d.to.url}
			if d.was {
				w.of = d.to.e.ID
			}
			taken[d.from] = w
		}
	}
	// Somebody who cuts the address of a post short shall find the index.
	if folder, _, _ := strings.Cut(p.s.Permalink, ":"); strings.HasSuffix(folder, "/") {
		path, ok := safePath(folder)
		if _, is := taken[path]; ok && !is && p.at[path] == nil {
			taken[path] = way{to: "/"}
		}
	}
	p.dropNested(taken)
	for from, w := range taken {
		p.planRedirect(from, w)
	}
}

// way is where a redirect leads, and the id of the post that once was there itself.
type way struct{ to, of string }

// detours are all addresses that lead on, the strongest claim first.
func (p *Plan) detours() []detour {
	var all []detour
	for _, group := range [][]*item{p.live, p.pages} {
		for _, it := range group {
			for _, from := range it.e.Former {
				if path, ok := safePath(from); ok {
					all = append(all, detour{path, it, true})
				}
			}
			for _, from := range it.e.Aliases {
				if path, ok := safePath(from); ok {
					all = append(all, detour{path, it, false})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b detour) int {
		if a.was != b.was {
			if a.was {
				return -1
			}
			return 1
		}
		return cmp.Or(a.to.e.First.Compare(b.to.e.First), cmp.Compare(a.to.e.ID, b.to.e.ID))
	})
	return all
}

func (p *Plan) planRedirect(from string, leads way) {
	h := p.start("redirect")
	h.text(p.t.Digest())
	h.text(p.s.URL)
	h.text(from)
	h.text(leads.to)
	h.text(leads.of)
	key := redirectKey(from)
	if leads.of != "" {
		p.former[key] = leads.of
	}
	p.plan(Output{Key: key, Stage: Redirect}, h, func(w *bytes.Buffer, _ Reader) error {
		return p.t.Redirect(w, &theme.Redirect{From: from, To: leads.to})
	})
}

// redirectKey is the site key at which an old address is asked for.
func redirectKey(path string) string {
	if isFile(path) {
		return strings.Trim(path, "/")
	}
	return Key(path)
}

// dropNested takes out what lies below a redirect from a file, or the redirect if a
// real page does: no key is ever a path prefix of another, because not every store
// can hold both.
func (p *Plan) dropNested(taken map[string]way) {
	files := map[string]string{} // site key → URL path
	for from := range taken {
		if isFile(from) {
			files[redirectKey(from)] = from
		}
	}
	if len(files) == 0 {
		return
	}
	for _, it := range p.at {
		if file := above(it.key, files); file != "" {
			delete(taken, files[file])
			delete(files, file)
		}
	}
	for _, from := range slices.Sorted(maps.Keys(taken)) { // what is above comes first
		if key := redirectKey(from); above(key, files) != "" {
			delete(taken, from)
			delete(files, key)
		}
	}
}

// above is the first of the files that a key would lie below, or "".
func above(key string, files map[string]string) string {
	for i := range key {
		if key[i] == '/' && files[key[:i]] != "" {
			return key[:i]
		}
	}
	return ""
}
