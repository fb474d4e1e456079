package simulate

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// desk is the author's: what lies in the content bucket because they put it there,
// and what they meant by it.
type desk struct {
	w     *World
	files map[string]*sheet // by content key, as it is now
	bin   map[string]*sheet // what was deleted, for bringing it back
	marks int
	// ever holds every text that ever was at a key.
	ever map[string][]*sheet
	// toggles are when a key came to be there or went.
	toggles map[string][]time.Time
	todo    []func()          // the second halves of acts
	written map[string]string // text, by its mark → the key it was written for
	copied  map[string]bool   // texts, by their marks, that lay at more than one key
	last    time.Time         // when anything was last uploaded or deleted
	// cancelled is when the author was told that a key's mail is; withdrawn is when they may
	// first have cancelled it.
	cancelled map[string]time.Time
	withdrawn map[string]time.Time
	// deaths are the runs that ended with their process while they looked at a key for
	// the second time or a later one.
	deaths map[string]int
}

// sheet is one text as it was written.
type sheet struct {
	mark int // its number stands in its title, description and body
	body string
	bad  bool // it cannot be read
	// convicted: it can, and chance made it look as if it killed every run
	convicted bool
	draft     bool
	date      time.Time // zero: none
	slug      string    // as its address will have it
	page      bool      // a static page
	other     bool      // a picture or the settings
	title     string    // of the site, in settings
	email     string    // how it is to be mailed
	garden    bool      // it has the tag of a topic
	up        time.Time
}

// The keys an author of the simulation uses: few, so that things collide.
var (
	postKeys = []string{"posts/a.md", "posts/b.md", "posts/2026-03-01-c.md", "posts/d/index.md", "posts/e.md", "posts/deep/er/f.md"}
	pageKeys = []string{"posts/pages/about.md", "posts/pages/now.md"}
	picture  = "posts/p.png"
	settings = "posts/site.yaml"
)

func newDesk(w *World) *desk {
	return &desk{w: w, files: map[string]*sheet{}, bin: map[string]*sheet{}, ever: map[string][]*sheet{}, toggles: map[string][]time.Time{}, written: map[string]string{}, copied: map[string]bool{}, cancelled: map[string]time.Time{}, withdrawn: map[string]time.Time{}, deaths: map[string]int{}}
}

// slugs is what an address is made of where nothing else is said.
var slugs = map[string]string{
	"posts/a.md": "a", "posts/b.md": "b", "posts/2026-03-01-c.md": "c", "posts/d/index.md": "d", "posts/e.md": "e",
	"posts/deep/er/f.md": "f", "posts/pages/about.md": "about", "posts/pages/now.md": "now",
}

// write composes a new text for a key.
func (d *desk) write(key string) *sheet {
	r := d.w.chance
	d.marks++
	s := &sheet{mark: d.marks, slug: slugs[key], page: strings.HasPrefix(key, "posts/pages/")}
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: \"mt%dx\"\ndescription: \"md%dx\"\n", s.mark, s.mark)
	switch r.IntN(12) {
	case 0:
		s.draft = true
		b.WriteString("draft: true\n")
	case 1, 2:
		s.date = time.Now().Add(d.w.upTo(6 * time.Hour)).UTC().Truncate(time.Minute)
		b.WriteString("date: " + s.date.Format(time.RFC3339) + "\n")
	case 3:
		s.date = time.Now().Add(-d.w.upTo(90 * 24 * time.Hour)).UTC().Truncate(time.Minute)
		b.WriteString("date: " + s.date.Format(time.RFC3339) + "\n")
	case 4, 5:
		if d.w.weather.plain {
			break
		}
		s.slug = []string{"a", "b", "shared"}[r.IntN(3)]
		b.WriteString("slug: " + s.slug + "\n")
	case 6:
		if s.garden = !d.w.weather.leaps; s.garden {
			b.WriteString("tags: [garden]\n")
		}
	case 7:
		b.WriteString("aliases: [/old/]\n")
	case 8:
		s.bad = true
		b.WriteString("title: [\n")
	}
	if d.w.weather.leaps && !s.page {
		s.email, s.garden = []string{"", "", "", "", "", "", "none", "digest", "now", "digest"}[r.IntN(10)], r.IntN(2) == 0
		if before := d.ever[key]; len(before) > 0 && r.IntN(4) > 0 {
			last := before[len(before)-1] // whoever edits a post seldom changes what it is
			s.email, s.garden = last.email, last.garden
		}
		if s.email != "" {
			b.WriteString("email: " + s.email + "\n")
		}
		if s.garden {
			b.WriteString("tags: [garden]\n")
		}
	}
	fmt.Fprintf(&b, "---\n\nText mb%dx.\n", s.mark)
	switch r.IntN(5) {
	case 0:
		b.WriteString("\n![a picture](p.png)\n")
	case 1:
		b.WriteString("\nSee [that](a.md#part), [this](b.md), [there](/blog/d/) and [these](/tags/garden/).\n")
	}
	s.body = b.String()
	if s.page {
		s.date = time.Time{} // a static page waits for no date
	}
	return s
}

// compose writes site.yaml.
func (d *desk) compose() *sheet {
	r := d.w.chance
	d.marks++
	s := &sheet{mark: d.marks, other: true, title: fmt.Sprintf("ms%dx", d.marks)}
	s.body = fmt.Sprintf("title: %s\npage_size: %d\n", s.title, 1+r.IntN(3))
	if r.IntN(3) == 0 {
		s.body += "timezone: " + []string{"Europe/Berlin", "America/New_York"}[r.IntN(2)] + "\n"
	}
	switch {
	case d.w.weather.leaps:
		s.body += fmt.Sprintf("topics: [garden, letters]\nauthor:\n  email: author@example.net\nnewsletter:\n  batch: %d\n", 1+r.IntN(2))
		if r.IntN(3) == 0 {
			s.body += "  undo: " + []string{"0s", "2m"}[r.IntN(2)] + "\n"
		}
	case r.IntN(2) == 0:
		s.body += "author:\n  email: author@example.net\nnewsletter:\n  batch: 2\n"
	}
	if r.IntN(6) == 0 {
		s.body += "page_size: many\n"
		s.bad = true
	}
	return s
}

// put uploads a text.
func (d *desk) put(key string, s *sheet) {
	up := *s
	up.up = time.Now()
	d.last = up.up
	if d.files[key] == nil {
		d.toggles[key] = append(d.toggles[key], up.up)
	}
	d.files[key] = &up
	d.ever[key] = append(d.ever[key], &up)
	if mark := strconv.Itoa(s.mark); !s.other {
		if at := d.written[mark]; at != "" && at != key {
			d.copied[mark] = true
			d.w.addresses.share(at, d.ever[at]) // it may go on as that of the copy
		}
		d.written[mark] = key
	}
	d.w.s3.Put("content", key, []byte(s.body), http.Header{})
	d.w.event(key)
}

func (d *desk) remove(key string) {
	d.last = time.Now()
	if s := d.files[key]; s != nil {
		d.bin[key] = s
		delete(d.files, key)
		delete(d.w.addresses.of, key) // what comes back may be another post
		d.toggles[key] = append(d.toggles[key], time.Now())
	}
	d.w.s3.Delete("content", key)
	d.w.event(key)
}

// text is the one with a mark; nil: there is none.
func (d *desk) text(mark string) *sheet {
	for _, s := range d.ever[d.written[mark]] {
		if strconv.Itoa(s.mark) == mark {
			return s
		}
	}
	return nil
}

// owed tells whether it is beyond doubt that a file's post was owed to readers until some
// moment: every version of it so far says so, in the same way, it was not taken back, and
// the author had not cancelled it.
func (d *desk) owed(key string, until time.Time) bool {
	var last *sheet
	email := ""
	for _, s := range d.ever[key] {
		switch {
		case s.up.After(until) || s.bad:
			continue
		case s.email == "none" || last != nil && s.email != email:
			return false
		}
		last, email = s, s.email
	}
	if until.Before(time.Now()) {
		withdrawn := d.withdrawn[key]
		return last != nil && (withdrawn.IsZero() || withdrawn.After(until))
	}
	s := d.files[key]
	return s != nil && !s.bad && !s.draft && !s.date.After(until) && d.withdrawn[key].IsZero()
}

// keys are those that are there, in order.
func (d *desk) keys(want func(*sheet) bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(d.files)), func(key string) bool { return !want(d.files[key]) })
}

func texts(s *sheet) bool { return !s.other }

// some draws one of the keys.
func (d *desk) some(keys []string) string { return keys[d.w.chance.IntN(len(keys))] }
