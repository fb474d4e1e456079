package publish_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
)

// TestAReceiptIsNotPutBackToOlderMail: while a receipt is written, the newsletter moves the
// post's issue and writes it too. The run that knew less does not write over that, even if
// it dies right afterwards.
func TestAReceiptIsNotPutBackToOlderMail(t *testing.T) {
	w := newWorld(t)
	key, lines := receipt.Key("posts/a.md"), []string{"3 subscribers: in ten minutes"}
	w.mailed = func() []string { return lines }
	w.put("posts/a.md", post("One", ""))
	w.run(w.publisher(), "posts/a.md")

	moved := []string{"nobody: you cancelled it"}
	w.mailed = func() []string { // moved right after the first question
		was := lines
		if !slices.Equal(lines, moved) {
			lines = moved
			o, old, err := w.content.Get(t.Context(), key, store.Cond{})
			if err == nil {
				_, err = w.content.Replace(t.Context(), key, receipt.WithMail(old, lines), store.Header{Metadata: o.Metadata}, o.ETag)
			}
			if err != nil {
				t.Error(err)
			}
		}
		return was
	}
	var dead atomic.Bool
	w.trips.reset()
	w.trips.fault = func(_ int, r *http.Request) (before, after bool) {
		if dead.Load() {
			return true, false
		}
		dead.Store(r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, key))
		return false, dead.Load()
	}
	w.put("posts/a.md", post("Two", ""))
	if err := w.publisher().Run(t.Context(), []string{"posts/a.md"}); err == nil {
		t.Fatal("it did not die")
	}
	if says := receipt.Mail([]byte(w.receipt("posts/a.md"))); !slices.Equal(says, moved) {
		t.Errorf("the receipt says %q", says)
	}
}

// TestAReceiptDoesNotGoOnSayingThatAPageCouldNotBeMade once it was.
func TestAReceiptDoesNotGoOnSayingThatAPageCouldNotBeMade(t *testing.T) {
	w := newWorld(t)
	w.put("posts/a.md", post("Aaa", ""))
	w.trips.fault = noPut("/site/blog/a/index.html")
	w.run(w.publisher(), "posts/a.md")
	w.trips.reset()
	w.has("the receipt", w.receipt("posts/a.md"), "Published but its page could not be made yet")
	tick(t, w)
	w.has("the receipt", w.receipt("posts/a.md"), "Published", "!could not be made")
	w.settled()
}
