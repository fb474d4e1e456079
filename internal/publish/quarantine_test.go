package publish_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// TestPoison: a file that kills the process is quarantined at the fourth try.
func TestPoison(t *testing.T) {
	w := newWorld(t)
	w.put("posts/poison.md", post("Poison", ""))
	for i := range 3 {
		p := w.publisher()
		w.trips.reset()
		var dead atomic.Bool
		w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
			if r.Method == http.MethodGet && r.URL.Path == "/content/posts/poison.md" {
				dead.Store(true) // nothing of this process is heard from then on
			}
			return dead.Load(), false
		}
		if err := p.RunAlone(t.Context(), []string{"posts/poison.md"}); err == nil {
			t.Fatalf("try %d did not fail", i)
		}
	}
	w.trips.reset()
	if err := w.publisher().RunAlone(t.Context(), []string{"posts/poison.md"}); err != nil {
		t.Fatal(err)
	}
	w.has("the receipt", w.receipt("posts/poison.md"), "Rejected", "three times")
	// Replaced, it is read like any other.
	w.put("posts/poison.md", post("Harmless", ""))
	w.run(w.publisher(), "posts/poison.md")
	w.has("the receipt", w.receipt("posts/poison.md"), "Published")
	if _, err := w.site.Head(t.Context(), "blog/poison/index.html"); errors.Is(err, store.ErrNotFound) {
		t.Error("there is no page")
	}
}

// noPoison fails the test unless a file is published as soon as nothing is in its way.
func (w *world) noPoison(key string) {
	w.t.Helper()
	w.trips.reset()
	if err := w.publisher().RunAlone(w.t.Context(), []string{key}); err != nil {
		w.t.Fatal(err)
	}
	w.has("the receipt", w.receipt(key), "Published")
}

// TestATroubledFileIsNoPoison: however often S3 fails while a file is read, the file is
// not to blame.
func TestATroubledFileIsNoPoison(t *testing.T) {
	w := newWorld(t)
	w.put("posts/fine.md", post("Fine", ""))
	for i := range 5 {
		w.trips.reset()
		w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
			return r.Method == http.MethodGet && r.URL.Path == "/content/posts/fine.md", false
		}
		if err := w.publisher().RunAlone(t.Context(), []string{"posts/fine.md"}); err == nil {
			t.Fatalf("try %d did not fail", i)
		}
	}
	w.noPoison("posts/fine.md")
}

// TestASlowBucketIsNoPoison: however often time runs out while S3 is asked for a file, the
// file is not to blame.
func TestASlowBucketIsNoPoison(t *testing.T) {
	w := newWorld(t)
	w.put("posts/fine.md", post("Fine", ""))
	for range 5 {
		ctx := expiring{t.Context(), make(chan struct{})}
		w.trips.reset()
		asked := 0
		w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
			if r.Method == http.MethodHead && r.URL.Path == "/content/posts/fine.md" {
				if asked++; asked == 2 { // the first one comes before it is suspected
					close(ctx.over)
				}
			}
			return false, false
		}
		if err := w.publisher().RunAlone(ctx, []string{"posts/fine.md"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
	}
	w.noPoison("posts/fine.md")
}

// expiring is a context whose time runs out when the test says so.
type expiring struct {
	context.Context
	over chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.over }

func (e expiring) Err() error {
	select {
	case <-e.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// TestAPublishedFileIsNoPoison: a file whose page is written is not to blame for what
// ends its run again and again, as power cuts do.
func TestAPublishedFileIsNoPoison(t *testing.T) {
	w := newWorld(t)
	w.put("posts/fine.md", post("Fine", ""))
	w.run(w.publisher(), "posts/fine.md")
	for i := range 5 {
		w.trips.reset()
		var looks atomic.Int64 // at the file: before it is noted, and when its run begins
		w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
			if r.Method == http.MethodHead && r.URL.Path == "/content/posts/fine.md" {
				looks.Add(1)
			}
			return looks.Load() > 1, false
		}
		if err := w.publisher().RunAlone(t.Context(), []string{"posts/fine.md"}); err == nil {
			t.Fatalf("try %d did not fail", i)
		}
	}
	w.noPoison("posts/fine.md")
}

// TestRunsSideBySideAreNoDeaths: of a file that many runs read at once, because its event was
// doubled, it is not said that each of them was ended by it.
func TestRunsSideBySideAreNoDeaths(t *testing.T) {
	w := newWorld(t)
	w.put("posts/fine.md", post("Fine", ""))
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var dead atomic.Bool
		w.trips.reset()
		w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
			if r.Method == http.MethodGet && r.URL.Path == "/content/posts/fine.md" {
				dead.Store(true) // it is not heard of again, but may still be at it
			}
			return dead.Load(), false
		}
		if err := w.publisher().RunAlone(ctx, []string{"posts/fine.md"}); err == nil {
			t.Fatal("it came to its end")
		}
		w.wait(time.Second)
	}
	w.noPoison("posts/fine.md")
}
