package simulate

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// addresses is where readers saw the texts of files: what others may have linked to.
type addresses struct {
	of map[string]map[string]bool // by content key, as long as it was there: paths
	// shared are paths at which texts of several files were ever seen, or one that lay at
	// several keys, as when it is renamed: whose they are is not certain.
	shared map[string]bool
	first  map[string]string // path → content key
}

func newAddresses() addresses {
	return addresses{map[string]map[string]bool{}, map[string]bool{}, map[string]string{}}
}

// seenAt notes that readers get a version of a file's text at a page.
func (w *World) seenAt(page, mark string) {
	a, key, path := &w.addresses, w.desk.written[mark], "/"+strings.TrimSuffix(page, "index.html")
	if a.first[path] == "" {
		a.first[path] = key
	}
	if !w.desk.stands(key, mark) {
		return // of a file that is gone, and may come back as another post
	}
	if w.desk.copied[mark] || a.first[path] != key {
		a.shared[path] = true
	}
	if a.of[key] == nil {
		a.of[key] = map[string]bool{}
	}
	a.of[key][path] = true
}

// stands tells whether a text was put to a key since that last came to be there, and the key
// is there now.
func (d *desk) stands(key, mark string) bool {
	toggles := d.toggles[key]
	return d.files[key] != nil && slices.ContainsFunc(d.ever[key], func(s *sheet) bool {
		return markOf(s) == mark && !s.up.Before(toggles[len(toggles)-1])
	})
}

// share notes that where a file's texts were seen, or are still to be, may be another file's
// from now on.
func (a *addresses) share(key string, texts []*sheet) {
	for path := range a.of[key] {
		a.shared[path] = true
	}
	for _, s := range texts {
		a.shared[address(s)] = true
	}
}

// judgeAddresses: wherever readers found a post that is there now, they find it, another
// post, or the way to it. A restored state may not know where a post was.
func (w *World) judgeAddresses(published map[string]string) {
	if w.tally.Restores > 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(published)) {
		at := published[key]
		if w.desk.copied[strconv.Itoa(w.desk.files[key].mark)] {
			continue // the page may be another file's
		}
		for _, old := range slices.Sorted(maps.Keys(w.addresses.of[key])) {
			if old == at || w.addresses.shared[old] || inBody.MatchString(w.page(old)) || w.contested(old, key) {
				continue
			}
			if !slices.Contains(slices.Collect(references(w.page(old))), at) {
				w.fail("%s was at %s and is at %s now, and the old address does not lead there", key, old, at)
			}
			w.tally.Addresses++
		}
	}
}

// contested tells whether an address may as well lead to another file's post, which names it
// as an alias, or once asked for it.
func (w *World) contested(at, but string) bool {
	for key, all := range w.desk.ever {
		if key != but && slices.ContainsFunc(all, func(s *sheet) bool { return address(s) == at || strings.Contains(s.body, "aliases: ["+at+"]") }) {
			return true
		}
	}
	return false
}
