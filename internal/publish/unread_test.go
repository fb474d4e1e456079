package publish_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/settings"
)

// hurried is a publisher for whose runs it is late from the beginning: each reads one
// file at most.
func (w *world) hurried() *publish.Publisher {
	p := w.publisher()
	p.Hurry(func() bool { return true })
	return p
}

// left are three posts of which a hurried run read the first.
func (w *world) left() {
	w.t.Helper()
	keys := []string{"posts/a.md", "posts/b.md", "posts/c.md"}
	for _, key := range keys {
		w.put(key, post(key, ""))
	}
	if err := w.hurried().Run(w.t.Context(), keys); err != nil {
		w.t.Fatal(err)
	}
}

// catchUp lets hurried ticks go on until nothing is to be read, and says how many it took.
func (w *world) catchUp(each func()) (ticks int) {
	w.t.Helper()
	for p := w.hurried(); len(w.catalog().Unread) > 0; ticks++ {
		if ticks == 100 {
			w.t.Fatalf("still to be read after %d ticks: %v", ticks, w.catalog().Unread)
		}
		w.wait(time.Minute)
		if err := p.Tick(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		each()
	}
	return ticks
}

// TestTooMuchToRead: what one run has no time to read the ticks read, and nothing is
// written before all is read.
func TestTooMuchToRead(t *testing.T) {
	w := newWorld(t)
	var keys []string
	for i := range 5 {
		post, photo := fmt.Sprintf("posts/p%d.md", i), fmt.Sprintf("posts/p%d.jpg", i)
		w.put(post, fmt.Sprintf("# Number %d\n\n![It](p%d.jpg)\n", i, i))
		w.put(photo, jpegOf(t, 10+i))
		keys = append(keys, photo, post)
	}
	if err := w.hurried().Run(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	if c := w.catalog(); len(c.Files) != 1 || c.Files["posts/p0.md"] == nil || len(c.Unread) != 9 {
		t.Fatalf("read %v, left %v", slices.Collect(maps.Keys(c.Files)), c.Unread)
	}
	if w.receipt("posts/p1.md") != "" {
		t.Error("a file that was not read has a receipt")
	}
	ticks := w.catchUp(func() {
		if c := w.catalog(); len(c.Unread) > 0 && len(c.Outputs) > 0 {
			t.Errorf("%d outputs are written, and %d files are not read", len(c.Outputs), len(c.Unread))
		}
	})
	if ticks != 9 {
		t.Errorf("nine files took %d ticks", ticks)
	}
	tick(t, w)
	w.settled()
	if !strings.Contains(w.page("index.html"), "Number 4") || w.announced[w.catalog().ByKey("posts/p3.md").ID] != 1 {
		t.Error("a post is not listed, or not announced")
	}
}

// TestAnUploadMeanwhile: while files wait to be read, an upload is read and waits with
// them, and a deletion is seen.
func TestAnUploadMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.left()
	w.put("posts/d.md", post("d", ""))
	w.rm("posts/c.md")
	p := w.publisher()
	w.run(p, "posts/d.md")
	w.run(p, "posts/c.md")
	if c := w.catalog(); len(c.Unread) != 1 || len(c.Outputs) > 0 || c.ByKey("posts/d.md") == nil {
		t.Errorf("to be read: %v, written: %d", c.Unread, len(c.Outputs))
	}
	tick(t, w)
	w.settled()
	w.has("the receipt", w.receipt("posts/b.md"), "Published")
	w.has("the receipt", w.receipt("posts/c.md"), "Removed")
}

// TestPoisonAmongMany: a file that ends the process while it is read with others is
// found out, and the others are published.
func TestPoisonAmongMany(t *testing.T) {
	w := newWorld(t)
	keys := []string{"posts/a.md", "posts/m.md", "posts/poison.md", "posts/z.md"}
	for _, key := range keys {
		w.put(key, post(key, ""))
	}
	deaths := 0
	for range 12 { // of its event nobody heard: the sweep finds it
		w.trips.reset()
		var dead atomic.Bool
		w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
			if r.Method == http.MethodGet && r.URL.Path == "/content/posts/poison.md" {
				dead.Store(true)
			}
			return dead.Load(), false
		}
		w.wait(time.Minute)
		_ = w.publisher().Tick(t.Context()) // it may die
		if dead.Load() {
			deaths++
		}
	}
	w.trips.reset()
	tick(t, w)
	w.has("the receipt", w.receipt("posts/poison.md"), "Rejected", "three times")
	for _, key := range []string{"posts/a.md", "posts/m.md", "posts/z.md"} {
		w.has("the receipt", w.receipt(key), "Published")
	}
	if deaths != 6 {
		t.Errorf("it took %d deaths, not three with the others and three alone", deaths)
	}
}

// TestAFailedRunIsNoDeath: whatever S3 does while files are read together, they are read
// together the next time.
func TestAFailedRunIsNoDeath(t *testing.T) {
	w := newWorld(t)
	w.left()
	w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
		return r.Method == http.MethodGet && r.URL.Path == "/content/posts/c.md", false
	}
	w.wait(time.Minute)
	if err := w.publisher().Tick(t.Context()); err == nil {
		t.Fatal("it does not tell that a file could not be read")
	}
	w.trips.reset()
	for key, u := range w.catalog().Unread {
		if u.Tried > 0 {
			t.Errorf("%s is under suspicion", key)
		}
	}
	tick(t, w)
	w.settled()
}

// TestANewZoneInAHurry: what must be read anew is, even if one run has no time for it.
func TestANewZoneInAHurry(t *testing.T) {
	w := newWorld(t)
	var keys []string
	for i := range 4 {
		key := fmt.Sprintf("posts/p%d.md", i)
		w.put(key, post(key, "date: 2026-03-01 23:30\n"))
		keys = append(keys, key)
	}
	w.run(w.publisher(), keys...)
	w.put(settings.Key, "timezone: America/New_York\n")
	if err := w.hurried().Run(t.Context(), []string{settings.Key}); err != nil {
		t.Fatal(err)
	}
	w.catchUp(func() {})
	for _, key := range keys {
		want := time.Date(2026, 3, 2, 4, 30, 0, 0, time.UTC)
		if e := w.catalog().ByKey(key); !e.Date.Equal(want) {
			t.Errorf("%s is of %v, want %v", key, e.Date, want)
		}
	}
	tick(t, w)
	w.settled()
}

// TestRebuildInAHurry: while a lost catalog is made anew in several runs, the site stays
// as it was, also when others publish.
func TestRebuildInAHurry(t *testing.T) {
	w := newWorld(t)
	var keys []string
	for i := range 4 {
		key := fmt.Sprintf("posts/p%d.md", i)
		w.put(key, post(key, ""))
		keys = append(keys, key)
	}
	w.run(w.publisher(), keys...)
	site := func() map[string]string {
		all := map[string]string{}
		for _, key := range []string{"index.html", "feed.xml", "blog/p0/index.html", "blog/p3/index.html"} {
			all[key] = w.page(key)
		}
		return all
	}
	before, announced := site(), maps.Clone(w.announced)
	w.wait(time.Hour)
	w.drop(w.state, catalog.Key)
	if err := w.hurried().Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.catchUp(func() {
		if len(w.catalog().Unread) == 0 {
			return
		}
		w.run(w.publisher(), keys[0]) // with all the time there is
		if !maps.Equal(site(), before) {
			t.Error("the site is not as it was")
		}
	}); n < 3 {
		t.Errorf("it took %d ticks more", n)
	}
	w.wait(time.Hour)
	tick(t, w)
	w.settled()
	if !maps.Equal(announced, w.announced) {
		t.Errorf("announced %v, before %v", w.announced, announced)
	}
}

// TestRepairReadsTheRest: repairing has all the time it needs.
func TestRepairReadsTheRest(t *testing.T) {
	w := newWorld(t)
	w.left()
	p := w.publisher()
	found, err := p.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.has("what verify tells", strings.Join(found, "\n"), "posts/b.md is still to be read")
	if err := p.Repair(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settled()
}
