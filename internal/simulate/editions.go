package simulate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// edition is an issue of the newsletter that was begun, as everybody can see it: the
// witness in the content bucket says which posts it has, and from when on it counts.
type edition struct {
	id   string
	keys []string // of its posts, where the author never renames
	// frozen is when it was decided who gets it: somewhere between the beginning of the
	// run that did and the moment at which its witness was there.
	frozen span
	closed time.Time // zero: it is not over
	// never says of whom it is certain that this edition is not for them, and why: by
	// person, or by person and post.
	never map[string]string
}

// kind is how the id of an edition begins.
func (e *edition) kind() string {
	kind, _, _ := strings.Cut(e.id, "-")
	return kind
}

// mailing is from the freeze of an edition until it was over.
func (e *edition) mailing() span {
	if e.closed.IsZero() {
		return span{e.frozen.from, time.Now()}
	}
	return span{e.frozen.from, e.closed}
}

// begun takes note of an edition when its witness is created, and of its end.
func (w *World) begun(c memory.Change) {
	id, ok := strings.CutPrefix(c.Key, "receipts/issues/")
	if !ok || c.New == nil {
		return
	}
	var seen struct {
		Posts     []string  `json:"posts"`
		Closed    time.Time `json:"closed"`
		Cancelled bool      `json:"cancelled"`
	}
	if err := json.Unmarshal(c.New.Body, &seen); err != nil {
		w.fail("%s cannot be read: %v", c.Key, err)
		return
	}
	e := w.editions[id]
	if c.Old == nil && w.landing != nil && !seen.Cancelled {
		e = &edition{id: id, frozen: span{w.landing.by.began, time.Now()}, never: map[string]string{}}
		for _, post := range seen.Posts {
			e.keys = append(e.keys, w.posts[post]) // "" is one of which nobody knows what it is
		}
		w.editions[id] = e
		for _, p := range w.people {
			w.exclude(e, p)
		}
	}
	if e != nil && e.closed.IsZero() && !seen.Closed.IsZero() {
		e.closed = time.Now()
	}
}

// exclude notes why an edition that is frozen just now is certainly not for somebody, or
// some of its posts are not. Whatever comes later does not put them on its list.
func (w *World) exclude(e *edition, p *person) {
	switch s := e.frozen; {
	case p.is(presence, gone, s):
		e.never[p.id()] = "was off the list"
	case p.slept(s):
		e.never[p.id()] = "had paused"
	}
	if !w.weather.plain {
		return
	}
	for _, key := range e.keys {
		switch fits, certain := w.desk.gardening(key); {
		case key == "":
		case certain && !fits && p.is(subjects, garden, e.frozen):
			e.never[p.id()+" "+key] = "had chosen another topic"
		case !w.addressed(e, p, key, time.Time{}):
			e.never[p.id()+" "+key] = "had another cadence ever since it was written"
		}
	}
}

// lateness is how long after they asked for it a change of somebody's cadence may be
// written: so long before a post was there they may have had the one that counts.
const lateness = 2 * time.Minute

// addressed tells whether a post in an edition may be for somebody, by the cadences that
// they may have had since it was written, or since a later moment: whoever switches in
// between belongs to both.
func (w *World) addressed(e *edition, p *person, key string, since time.Time) bool {
	versions := slices.DeleteFunc(slices.Clone(w.desk.ever[key]), func(s *sheet) bool { return s.up.After(e.frozen.to) })
	if len(versions) == 0 {
		return true // a post of the same name, of which nothing is known
	}
	if since.After(e.frozen.to) {
		return false
	}
	may := p.may(rhythm, span{lastOf(since, versions[0].up.Add(-lateness)), e.frozen.to})
	says := func(email string) bool {
		return slices.ContainsFunc(versions, func(s *sheet) bool { return !s.bad && s.email == email })
	}
	switch e.kind() {
	case "post":
		digestsOnly := !slices.ContainsFunc(versions, func(s *sheet) bool { return !s.bad && s.email != "digest" })
		return len(may) == 0 || slices.Contains(may, "each") && !digestsOnly || says("now")
	case "weekly":
		return len(may) == 0 || slices.Contains(may, "weekly") || slices.Contains(may, "each") && says("digest")
	}
	return len(may) == 0 || slices.Contains(may, "monthly")
}

// barred is why an edition, or a post in it, is certainly not for somebody; "" if it may be.
func (e *edition) barred(p *person, key string) string {
	if len(p.deeds) > 0 && p.deeds[0].from.After(e.frozen.to) {
		return "was not there yet"
	}
	if why := e.never[p.id()]; why != "" {
		return why
	}
	return e.never[p.id()+" "+key]
}

// holdAgainstFreeze holds a mail against what was certain of its reader when its edition was frozen.
func (w *World) holdAgainstFreeze(p *person, m mailRequest) {
	e := w.editions[m.issue()]
	if e == nil {
		w.fail("%s is mailed %v in %s, which has no witness", p.address, m.marks, m.issue())
		return
	}
	for _, what := range w.contents(m) {
		if why := e.barred(p, what); why != "" {
			w.fail("%s is mailed %s in %s, and %s when that was frozen, between %s and %s", p.address, what, e.id, why, hour(e.frozen.from), hour(e.frozen.to))
		}
	}
}

func hour(t time.Time) string { return fmt.Sprint(t.UTC().Format("Mon 15:04:05")) }

// announced tells whether a file's post ever had a mail of its own.
func (w *World) announced(key string) bool {
	for post, its := range w.posts {
		if its == key && w.editions["post-"+post] != nil {
			return true
		}
	}
	return false
}

// carrying are the editions that have a post; known is false if some edition has a post
// of which nobody knows which one it is.
func (w *World) carrying(key string) (with []*edition, known bool) {
	known = true
	for _, e := range w.editions {
		if slices.Contains(e.keys, key) {
			with = append(with, e)
		}
		known = known && !slices.Contains(e.keys, "")
	}
	slices.SortFunc(with, func(a, b *edition) int { return a.frozen.to.Compare(b.frozen.to) })
	return with, known
}

// gardening tells whether a file's post is about the garden, as every version of it says
// that can be read; else it is not certain.
func (d *desk) gardening(key string) (yes, certain bool) {
	var says []bool
	for _, s := range d.ever[key] {
		if !s.bad && !slices.Contains(says, s.garden) {
			says = append(says, s.garden)
		}
	}
	return len(says) > 0 && says[0], len(says) == 1
}
