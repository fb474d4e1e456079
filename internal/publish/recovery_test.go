package publish_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// TestEveryCallMayFail breaks the connection at the n-th request of a run, before
// or after it took effect, for every n; the process is gone, and a new one's
// clock must bring the site to the same end.
func TestEveryCallMayFail(t *testing.T) {
	for _, after := range []bool{false, true} {
		name := map[bool]string{false: "before", true: "after"}[after]
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				w := newWorld(t)
				w.put("posts/a.md", post("Aaa", "date: 2024-01-01\ntags: [x]\n"))
				w.put("posts/b.md", post("Bbb", "date: 2024-01-02\ntags: [x]\n"))
				w.run(w.publisher(), "posts/a.md", "posts/b.md")
				w.rm("posts/a.md")
				w.put("posts/c.md", post("Ccc", "")+"[b](b.md#part)\n")

				w.trips.reset()
				broken := false
				w.trips.fault = func(i int, _ *http.Request) (bool, bool) {
					broken = broken || i >= n // from here on everything fails: the process is dead
					if i == n {
						return !after, after
					}
					return i > n, false
				}
				err := w.publisher().Run(t.Context(), []string{"posts/a.md", "posts/c.md"})
				w.trips.reset()
				if err != nil {
					// The queue delivers the message again.
					w.run(w.publisher(), "posts/a.md", "posts/c.md")
				}
				tick(t, w)
				w.settled()
				if t.Failed() {
					t.Fatalf("broken %s request %d", name, n)
				}
				if !broken {
					if n < 20 {
						t.Fatalf("only %d requests were tried", n)
					}
					return
				}
			}
		})
	}
}

// TestLostEvents: nothing is told; the sweep finds it.
func TestLostEvents(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("Aaa", ""))
	w.put("posts/b.md", post("Bbb", ""))
	w.run(w.publisher(), "posts/a.md", "posts/b.md")
	w.rm("posts/a.md")
	w.put("posts/b.md", post("Changed", ""))
	w.put("posts/c.md", post("Ccc", ""))
	tick(t, w)
	w.settled()
	w.has("the index", w.page("index.html"), "!Aaa", "Changed", "Ccc")

	// Somebody meddles with the site: it is mended.
	ctx := t.Context()
	for _, key := range []string{"index.html", "blog/b/index.html"} {
		o, err := w.site.Head(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.site.Replace(ctx, key, []byte("defaced"), store.Header{}, o.ETag); err != nil {
			t.Fatal(err)
		}
	}
	w.drop(w.site, "blog/c/index.html")
	if _, err := w.site.Create(ctx, "stray.html", []byte("x"), store.Header{}); err != nil {
		t.Fatal(err)
	}
	w.wait(2 * 3600e9)
	tick(t, w)
	w.settled()
}

// TestLastGoodPageIsGone: what nothing is left to make of is in no list, until there is
// something again. Then it is who it was.
func TestLastGoodPageIsGone(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("Aaa", "date: 2024-01-01\n"))
	w.put("posts/b.md", post("Bbb", "date: 2024-01-02\n"))
	w.run(w.publisher(), "posts/a.md", "posts/b.md")
	seq := w.catalog().ByKey("posts/a.md").Seq
	w.put("posts/a.md", "---\ntitle: [unclosed\n---\nbody\n")
	w.run(w.publisher(), "posts/a.md")
	w.drop(w.site, "blog/a/index.html")
	w.wait(2 * 3600e9)
	tick(t, w)
	w.has("the index", w.page("index.html"), "!Aaa", "Bbb")
	w.has("the feed", w.page("feed.xml"), "!Aaa", "Bbb")
	w.settled()

	w.put("posts/a.md", post("Better", "date: 2024-01-01\n"))
	w.run(w.publisher(), "posts/a.md")
	w.has("the index", w.page("index.html"), "Better", "Bbb")
	if now := w.catalog().ByKey("posts/a.md").Seq; now != seq {
		t.Errorf("it is post %d now, and was %d", now, seq)
	}
	w.settled()
}

// TestLostCatalog: it is made anew, everybody is who they were, nobody is announced.
func TestLostCatalog(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("Aaa", ""))
	w.put("posts/b.md", post("Bbb", "date: 2024-01-02\n"))
	w.run(w.publisher(), "posts/a.md", "posts/b.md")
	w.put("posts/renamed.md", post("Aaa", ""))
	w.rm("posts/a.md")
	w.run(w.publisher(), "posts/a.md", "posts/renamed.md")
	before := w.catalog()
	w.drop(w.state, catalog.Key)
	w.announced = map[string]int{}
	tick(t, w)
	after := w.catalog()
	for id, e := range before.Posts {
		f := after.Posts[id]
		if f == nil || f.Key != e.Key || !f.First.Equal(e.First) || f.Seq != e.Seq || !f.GoLive.Equal(e.GoLive) || f.Path != e.Path {
			t.Errorf("%s was %+v\nand is %+v", id, e, f)
		}
	}
	if len(w.announced) != 0 {
		t.Errorf("announced %v again", w.announced)
	}
	w.settled()
}

// TestLostCatalogAndAnotherDate: a post that was live and is scheduled now gets another date,
// or none, while nobody knows what it was.
func TestLostCatalogAndAnotherDate(t *testing.T) {
	date := func(w *world, in time.Duration) string {
		return "date: " + w.now.Add(in).Format(time.RFC3339) + "\n"
	}
	for name, c := range map[string]struct {
		then      func(w *world) string
		says, not string
	}{
		"none":    {func(*world) string { return "" }, "Published", "Scheduled"},
		"later":   {func(w *world) string { return date(w, 48*time.Hour) }, "Scheduled", "Published"},
		"the old": {func(w *world) string { return date(w, 2*time.Hour) }, "Scheduled", "Published"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.put("posts/a.md", post("Aaa", ""))
			w.run(w.publisher(), "posts/a.md")
			w.put("posts/a.md", post("Aaa", date(w, 2*time.Hour)))
			w.run(w.publisher(), "posts/a.md")
			w.has("its receipt", w.receipt("posts/a.md"), "Scheduled")
			want := w.now.Add(2 * time.Hour)
			w.drop(w.state, catalog.Key)
			w.put("posts/a.md", post("Aaa", c.then(w)))
			tick(t, w)
			w.settled()
			w.has("its receipt", w.receipt("posts/a.md"), c.says, "!"+c.not)
			if e := w.catalog().ByKey("posts/a.md"); name == "the old" && !e.GoLive.Equal(want) {
				t.Errorf("it goes live at %s, not at %s", e.GoLive, want)
			}
			if name == "later" {
				w.wait(3 * time.Hour)
				tick(t, w)
				w.has("its receipt", w.receipt("posts/a.md"), "Scheduled")
			}
		})
	}
}

// TestManyHands lets several publishers work on the same few keys while an author
// changes them, with answers lost now and then; then all is quiet and must be true.
func TestManyHands(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(t)
			rng := rand.New(rand.NewPCG(seed, 1))
			var lock sync.Mutex
			draw := func(n int) int { lock.Lock(); defer lock.Unlock(); return rng.IntN(n) }
			w.trips.fault = func(int, *http.Request) (bool, bool) { n := draw(60); return n == 0, n == 1 }
			key := func() string { return fmt.Sprintf("posts/%c.md", 'a'+draw(4)) }
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					p := w.publisher()
					for range 12 {
						k := key()
						if draw(3) == 0 {
							w.rm(k)
						} else {
							w.put(k, post(fmt.Sprintf("Title %d", draw(3)), fmt.Sprintf("slug: s%d\n", draw(3))))
						}
						_ = p.Run(t.Context(), []string{k}) // some fail: the sweep makes up for it
					}
				})
			}
			wg.Wait()
			w.trips.reset()
			tick(t, w)
			w.settled()
		})
	}
}

// TestMoreThanOneRunCanDo: runs that have only a moment each still come to an end,
// because each records what it did, and nothing half done is ever listed.
func TestMoreThanOneRunCanDo(t *testing.T) {
	w := newWorld(t)
	var keys []string
	for i := range 120 {
		keys = append(keys, fmt.Sprintf("posts/p%03d.md", i))
		w.put(keys[i], post(fmt.Sprintf("Number %03d", i), fmt.Sprintf("date: 2024-01-01T00:00:%02dZ\n", i%60)))
	}
	p := w.publisher()
	w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
		if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/site/blog/") {
			time.Sleep(30 * time.Millisecond) // one after the other: 3.6 s for all
		}
		return false, false
	}
	runs, done := 0, false
	for ; !done && runs < 100; runs++ {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		if runs == 0 {
			_ = p.Run(ctx, keys)
		} else {
			_ = p.Run(ctx, nil)
		}
		cancel()
		if index := w.page("index.html"); strings.Contains(index, "Number") {
			for _, name := range regexp.MustCompile(`href="/(blog/[^"]+/)"`).FindAllStringSubmatch(index, -1) {
				if w.page(name[1]+"index.html") == "" {
					t.Fatalf("after run %d the index names %s, which is not there", runs, name[1])
				}
			}
		}
		c := w.catalog()
		done = len(c.Pending)+len(c.Owed.Receipts) == 0
	}
	if !done || runs < 2 {
		t.Errorf("after %d runs done is %v", runs, done)
	}
	w.trips.reset()
	tick(t, w)
	w.settled()
}

// TestReceiptAfterARestore: a file goes and comes back as it was, no event tells of that, and
// the state is put back to before it went. The catalog knows the file as it is; the receipt
// must not go on saying that it is gone.
func TestReceiptAfterARestore(t *testing.T) {
	files := map[string]string{
		"posts/a.md": post("A title", ""), "posts/p.png": tinyPNG(), "posts/site.yaml": "title: Notes of mine\n",
		"posts/b.md": "---\ntitle: With a picture\n---\n\n![it](p.png)\n",
	}
	for _, key := range []string{"posts/a.md", "posts/site.yaml", "posts/p.png"} {
		t.Run(key, func(t *testing.T) {
			w := newWorld(t)
			for key, text := range files {
				w.put(key, text)
			}
			w.run(w.publisher(), slices.Collect(maps.Keys(files))...)
			backup := w.text(w.state, catalog.Key)
			w.wait(time.Hour)
			w.rm(key)
			w.run(w.publisher(), key)
			w.has("its receipt", w.receipt(key), "Removed")
			w.put(key, files[key])
			w.restore(backup)
			w.wait(2 * time.Hour)
			tick(t, w)
			w.settled()
			w.has("its receipt", w.receipt(key), "Published")
		})
	}
}

// TestReceiptOfAPageThatIsMadeAnew is the same, but another file makes a run write the page
// anew, which is gone, before any sweep comes upon it.
func TestReceiptOfAPageThatIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("A title", "date: 2024-01-01\n"))
	w.run(p, "posts/a.md")
	tick(t, w)
	backup := w.text(w.state, catalog.Key)
	w.wait(time.Minute)
	w.rm("posts/a.md")
	w.run(p, "posts/a.md")
	w.put("posts/a.md", post("A title", "date: 2024-01-01\n"))
	w.restore(backup)
	w.wait(time.Minute)
	w.put("posts/b.md", post("The next one", "date: 2024-01-02\n")) // which the first leads on to
	w.run(w.publisher(), "posts/b.md")
	w.has("its receipt", w.receipt("posts/a.md"), "Published")
	w.settled()
}

// restore puts the catalog back to a text of before.
func (w *world) restore(backup string) {
	w.t.Helper()
	w.drop(w.state, catalog.Key)
	if _, err := w.state.Create(w.t.Context(), catalog.Key, []byte(backup), store.Header{}); err != nil {
		w.t.Fatal(err)
	}
}

// TestReceiptsOfOthersAfterARestore: a draft comes and goes, and the state is put back to
// before it came, where nothing else tells that the receipt of a post which links to it is of
// the time between.
func TestReceiptsOfOthersAfterARestore(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("A title", "")+"\nSee [it](draft.md).\n")
	w.run(w.publisher(), "posts/a.md")
	w.has("its receipt", w.receipt("posts/a.md"), "leads nowhere yet")
	backup := w.text(w.state, catalog.Key)
	w.wait(time.Hour)
	w.put("posts/draft.md", post("Another title", "draft: true\n"))
	w.run(w.publisher(), "posts/draft.md")
	w.rm("posts/draft.md")
	w.restore(backup)
	w.wait(time.Hour)
	w.has("its receipt", w.receipt("posts/a.md"), "as plain text until")
	tick(t, w)
	w.has("its receipt", w.receipt("posts/a.md"), "Published", "leads nowhere yet")
	w.settled()
}

// tinyPNG is a picture as small as they get.
func tinyPNG() string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.String()
}
