package publish_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// pairStep makes TestTwoRunsAtOnce play every n-th pair only.
var pairStep = flag.Int("pair-step", 2999, "play every n-th pair of runs")

// uploads are what the author may do, and the keys that the run it wakes is told of.
var uploads = map[string]func(w *world) []string{
	"a new post": func(w *world) []string {
		w.put("posts/new.jpg", jpegOf(w.t, 40))
		w.put("posts/new.md", post("New", "image: new.jpg\ntags: [x]\n"))
		return []string{"posts/new.md", "posts/new.jpg"}
	},
	"an edit": func(w *world) []string {
		w.put("posts/alpha.md", post("Alpha, better", "date: 2024-01-02\ntags: [x, y]\n"))
		return []string{"posts/alpha.md"}
	},
	"the same again": func(w *world) []string {
		w.put("posts/alpha.md", pairAlpha)
		return []string{"posts/alpha.md"}
	},
	"another slug": func(w *world) []string {
		w.put("posts/alpha.md", post("Alpha", "date: 2024-01-02\nslug: omega\n"))
		return []string{"posts/alpha.md"}
	},
	"a removal": func(w *world) []string {
		w.rm("posts/alpha.md")
		return []string{"posts/alpha.md"}
	},
	"a rename": func(w *world) []string {
		w.put("posts/gamma.md", pairAlpha)
		w.rm("posts/alpha.md")
		return []string{"posts/gamma.md", "posts/alpha.md"}
	},
	"a copy": func(w *world) []string {
		w.put("posts/gamma.md", pairAlpha)
		return []string{"posts/gamma.md"}
	},
	"a rival": func(w *world) []string {
		w.put("posts/2023-01-01-alpha.md", post("A rival", ""))
		return []string{"posts/2023-01-01-alpha.md"}
	},
	"a bad file": func(w *world) []string {
		w.put("posts/alpha.md", "---\ntitle: [\n---\n\nText.\n")
		return []string{"posts/alpha.md"}
	},
	"another name of the site": func(w *world) []string {
		w.put("posts/site.yaml", "title: Another\n")
		return []string{"posts/site.yaml"}
	},
	"other addresses": func(w *world) []string {
		w.put("posts/site.yaml", "title: One\npermalink: /essays/:slug/\n")
		return []string{"posts/site.yaml"}
	},
	"nothing": func(*world) []string { return nil },
}

var pairAlpha = post("Alpha", "date: 2024-01-02\ntags: [x]\n")

// pair is two uploads, of which the second and its run come in between two requests of the
// first's.
type pair struct {
	first, second string
	sweeps        bool // the second run is a sweep
	at            int  // the request before which the second comes; 0: never
	last          int  // the write after which the second run dies; 0: it does not
}

func (c pair) String() string {
	how := ""
	if c.sweeps {
		how = ", swept"
	}
	return fmt.Sprintf("%s, %s%s before request %d, dying after write %d", c.first, c.second, how, c.at, c.last)
}

// play lets it happen, and tells how many requests the first run made and how many writes
// the second.
func (c pair) play(t *testing.T) (requests, writes int) {
	w := newWorld(t)
	w.put("posts/site.yaml", "title: One\n")
	w.put("posts/alpha.md", pairAlpha)
	w.put("posts/beta.md", post("Beta", "date: 2024-01-03\ntags: [x]\n"))
	w.run(w.publisher(), "posts/site.yaml", "posts/alpha.md", "posts/beta.md")
	id := w.catalog().ByKey("posts/alpha.md").ID
	tick(t, w)

	first, second := w.publisher(), &trips{}
	second.fault = dying(c.last)
	other := w.publisherOver(second)
	w.trips.reset()
	w.trips.fault = func(n int, _ *http.Request) (bool, bool) {
		if n == c.at {
			c.meanwhile(t.Context(), w, other)
		}
		return false, false
	}
	keys := uploads[c.first](w)
	if err := first.Run(t.Context(), keys); err != nil {
		t.Error(err)
	}
	requests = w.trips.n
	if c.at > requests {
		c.meanwhile(t.Context(), w, other)
	}
	w.trips.reset()
	c.judge(w, id)
	return requests, len(second.writes("content")) + len(second.writes("site")) + len(second.writes("state"))
}

func (c pair) meanwhile(ctx context.Context, w *world, p *publish.Publisher) {
	keys := uploads[c.second](w)
	if c.sweeps {
		_ = p.Sweep(ctx)
		return
	}
	_ = p.Run(ctx, keys)
}

// dying is a process whose last write arrives and is not answered; 0: it lives on.
func dying(last int) func(int, *http.Request) (before, after bool) {
	wrote := 0
	return func(_ int, r *http.Request) (before, after bool) {
		if last > 0 && wrote == last {
			return true, false
		}
		if r.Method == http.MethodPut || r.Method == http.MethodDelete {
			wrote++
		}
		return false, last > 0 && wrote == last
	}
}

// judge lets time go by, and holds what came of it against what must.
func (c pair) judge(w *world, id string) {
	w.t.Helper()
	tick(w.t, w)
	w.settled()
	now := w.catalog()
	for _, e := range now.Posts {
		if e.Live && w.announced[e.ID] == 0 {
			w.t.Errorf("%s is not announced", e.Key)
		}
	}
	for announced := range w.announced {
		e := now.Posts[announced]
		if e == nil {
			old := now.Tombstones[announced]
			e = &old.Entry
		}
		if e.Seq == 0 {
			w.t.Errorf("%q was announced, and is nothing", announced)
		}
	}
	if e := now.ByKey("posts/gamma.md"); c.renames() && (e == nil || e.ID != id) {
		w.t.Errorf("a renamed post is another one now: %+v", e)
	}
	// All receipts written anew say the same.
	var keys []string
	says := map[string]string{}
	for _, o := range storetest.List(w.t, w.content, "receipts/posts/") {
		key, _ := receipt.Source(o.Key)
		keys, says[key] = append(keys, key), lasting(w.receipt(key))
	}
	w.run(w.publisher(), keys...)
	for _, key := range keys {
		if got := lasting(w.receipt(key)); got != says[key] {
			w.t.Errorf("the receipt of %s says\n%s\nand\n%s\nis true", key, says[key], got)
		}
	}
	found, err := w.publisher().Verify(w.t.Context())
	if err != nil || len(found) > 0 {
		w.t.Error(err, found)
	}
}

// renames tells whether the post certainly goes on under another name: nothing else is done
// to its text, and nobody else asks for its address.
func (c pair) renames() bool {
	harmless := []string{"nothing", "a new post", "a rename", "another name of the site", "other addresses"}
	return (c.first == "a rename" || c.second == "a rename") && slices.Contains(harmless, c.first) && slices.Contains(harmless, c.second)
}

// lasting is what a receipt says but for what its upload changed, and when.
func lasting(text string) string {
	parts := strings.Split(text, "\n\n")
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool {
		return strings.HasPrefix(p, "What changed\n") || strings.HasPrefix(p, "When\n")
	}), "\n\n")
}

// TestTwoRunsAtOnce has the author do something else between two requests of a run, and
// another run see to it, whole, or dying after one of its writes. All of them take hours:
// go test -run AtOnce -timeout 0 ./internal/publish -pair-step 1
func TestTwoRunsAtOnce(t *testing.T) {
	requests, writes := map[string]int{}, map[string]int{}
	for u := range uploads {
		r, _ := pair{first: u, second: "nothing"}.play(t)
		requests[u] = r
		_, writes[u] = pair{first: "nothing", second: u, at: 1}.play(t)
	}
	nth := 0
	for _, first := range slices.Sorted(maps.Keys(uploads)) {
		for _, second := range slices.Sorted(maps.Keys(uploads)) {
			for _, sweeps := range []bool{false, true} {
				for at := range requests[first] {
					for last := range writes[second] + 1 {
						if nth++; nth%*pairStep != 0 {
							continue
						}
						c := pair{first, second, sweeps, at + 1, last}
						t.Run(c.String(), func(t *testing.T) {
							t.Parallel()
							c.play(t)
						})
					}
				}
			}
		}
	}
	t.Logf("%d pairs in all", nth)
}
