package publish_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

const markKey = "receipts/mark"

// TestMarkNamesTheLastCommit that owed receipts, and goes no further back than the catalog
// remembers; an upload that says nothing new moves neither.
func TestMarkNamesTheLastCommit(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	var before string
	for _, title := range []string{"One", "Two", "Three"} {
		w.put("posts/a.md", post(title, ""))
		w.run(p, "posts/a.md")
		marks, is := w.catalog().Marks, strings.TrimSpace(w.text(w.content, markKey))
		if len(marks) != 1 || marks[0] != is || is == before {
			t.Errorf("the catalog remembers %v, the mark is %q, and was %q", marks, is, before)
		}
		before = is
	}
	w.wait(2 * time.Hour)
	w.trips.reset()
	tick(t, w)
	if got := w.trips.writes("content"); len(got) > 0 {
		t.Errorf("a sweep that found nothing wrote %v", got)
	}
	w.settled()
}

// TestNoReceiptBeforeItsMark: a restored catalog would not know of the time that it tells of.
func TestNoReceiptBeforeItsMark(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("One", ""))
	w.trips.fault = noPut("/content/" + markKey)
	if err := w.publisher().Run(t.Context(), []string{"posts/a.md"}); err == nil {
		t.Error("the run did not tell that it failed")
	}
	if text := w.receipt("posts/a.md"); text != "" {
		t.Errorf("there is a receipt:\n%s", text)
	}
	w.trips.reset()
	w.wait(time.Minute)
	tick(t, w)
	w.settled()
}

// TestFilesOfATimeThatNeverWas: a file was uploaded and deleted, and of that only its receipt
// is left when the state is put back to before; another is still there.
func TestFilesOfATimeThatNeverWas(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("One", ""))
	w.run(w.publisher(), "posts/a.md")
	backup := w.text(w.state, catalog.Key)
	w.wait(time.Hour)
	w.put("posts/b.md", post("Two", ""))
	w.put("posts/c.md", post("Three", ""))
	w.run(w.publisher(), "posts/b.md", "posts/c.md")
	w.rm("posts/b.md") // and no event tells of it
	w.restore(backup)
	w.put("posts/d.md", post("Four", ""))
	w.run(w.publisher(), "posts/d.md")
	w.wait(time.Minute)
	tick(t, w)
	w.wait(time.Hour)
	tick(t, w)
	w.settled()
	w.has("the receipt of what is gone", w.receipt("posts/b.md"), "Removed")
	w.has("the receipt of what is there", w.receipt("posts/c.md"), "Published")
}

// TestAMarkThatIsNotOurs: whatever stands there, the receipts are written anew and it is replaced.
func TestAMarkThatIsNotOurs(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "another": "abc\n", "large": strings.Repeat("x", 1<<20), "no text": "\xff\x00"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.put("posts/a.md", post("One", ""))
			w.run(w.publisher(), "posts/a.md")
			w.restored = true // so it seems
			w.drop(w.content, markKey)
			w.drop(w.content, "receipts/posts/a.md.txt")
			if _, err := w.content.Create(t.Context(), markKey, []byte(text), store.Header{}); err != nil {
				t.Fatal(err)
			}
			w.wait(2 * time.Hour)
			tick(t, w)
			w.settled()
			if got, want := strings.TrimSpace(w.text(w.content, markKey)), w.catalog().Marks; len(want) != 1 || want[0] != got {
				t.Errorf("the mark is %q, and the catalog remembers %v", got, want)
			}
			w.alarmed = false
			w.restored = false
			w.wait(2 * time.Hour)
			tick(t, w)
			w.settled()
		})
	}
}
