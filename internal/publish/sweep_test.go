package publish_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestSweepAfterAnUpgrade: what the program makes otherwise than before is written anew,
// though nobody uploads anything.
func TestSweepAfterAnUpgrade(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("A", ""))
	w.run(w.publisher(), "posts/a.md")
	w.wait(2 * time.Hour)
	p := w.publisher()
	p.SiteURL = "https://upgraded.example" // is in the digest of each page, as the program's version is
	if err := p.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.has("the page", w.page("blog/a/index.html"), "https://upgraded.example/blog/a/")
}

// TestSweepAsksOnce: of the pages that cannot be made again each one that is not listed is
// asked for once in a round of the sweep, in however many chunks the site is listed.
func TestSweepAsksOnce(t *testing.T) {
	const posts = 6
	for _, chunk := range []int{1000, 1} {
		t.Run(fmt.Sprint(chunk), func(t *testing.T) {
			w := newWorld(t)
			var keys, asks []string
			for i := range posts {
				keys = append(keys, fmt.Sprintf("posts/p%02d.md", i))
				w.put(keys[i], post(fmt.Sprintf("Number %02d", i), "date: 2024-01-01\n"))
			}
			w.run(w.publisher(), keys...)
			for i := 0; i < posts; i += 2 {
				w.put(keys[i], "---\ntitle: [unclosed\n---\nbody\n")
			}
			w.run(w.publisher(), keys...)
			for i := 0; i < posts; i += 2 {
				page := fmt.Sprintf("blog/p%02d/index.html", i)
				w.drop(w.site, page)
				asks = append(asks, page, page) // by the sweep, and by the run that writes what it marked
			}

			w.trips.reset()
			w.wait(2 * time.Hour)
			p := w.publisher()
			p.SweepBy(chunk)
			chunks := 0
			for ; chunks == 0 || w.catalog().Sweep.Bucket != ""; chunks++ {
				if err := p.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if chunk == 1 && chunks < 2*posts {
				t.Errorf("it took %d chunks only", chunks)
			}
			if got := w.trips.asked("site", "HEAD"); !slices.Equal(got, asks) {
				t.Errorf("in %d chunks asked for %q, want %q", chunks, got, asks)
			}
			w.has("the index", w.page("index.html"), "!Number 00", "Number 01", "!Number 04", "Number 05")
			tick(t, w)
			w.settled()
		})
	}
}
