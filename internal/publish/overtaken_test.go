package publish_test

import (
	"net/http"
	"testing"
)

// before lets something happen before the n-th request of its kind on the road of w.
func (w *world) before(n int, method, path string, happens func()) {
	met := 0
	w.trips.fault = func(_ int, r *http.Request) (bool, bool) {
		if r.Method == method && r.URL.Path == path {
			if met++; met == n {
				happens()
			}
		}
		return false, false
	}
}

// TestALastGoodPageThatAnOvertakenRunWrote: the text broke between the write and its record,
// so that nobody can write the page again. It stays, and is known as it is.
func TestALastGoodPageThatAnOvertakenRunWrote(t *testing.T) {
	w := newWorld(t)
	w.put("posts/site.yaml", "title: One\n")
	w.put("posts/a.md", post("Aaa", ""))
	w.run(w.publisher(), "posts/site.yaml", "posts/a.md")
	w.put("posts/site.yaml", "title: Another\n")
	w.before(2, http.MethodPut, "/state/catalog.json.gz", func() {
		w.put("posts/a.md", "---\ntitle: [\n---\n")
		w.run(w.publisherOver(&trips{}), "posts/a.md")
	})
	w.run(w.publisher(), "posts/site.yaml")
	w.trips.reset()
	w.has("the page", w.page("blog/a/index.html"), "Another")
	tick(t, w)
	w.settled()
	if found, err := w.publisher().Verify(t.Context()); err != nil || len(found) > 0 {
		t.Error(err, found)
	}
	w.put("posts/a.md", post("Aaa, mended", ""))
	w.run(w.publisher(), "posts/a.md")
	w.has("the page", w.page("blog/a/index.html"), "Aaa, mended")
	w.settled()
}

// TestAReceiptIsOfOneVersion: what it says comes of the catalog that it is as of, also where
// another run committed after this one had planned.
func TestAReceiptIsOfOneVersion(t *testing.T) {
	for n, happened := 1, true; happened; n++ {
		happened = false
		w := newWorld(t)
		w.put("posts/a.md", post("Aaa", "draft: true\n")+"See [the other](b.md).\n")
		w.put("posts/b.md", post("Bbb", ""))
		w.run(w.publisher(), "posts/a.md", "posts/b.md")
		w.put("posts/a.md", post("Aaa, better", "draft: true\n")+"See [the other](b.md).\n")
		w.before(n, http.MethodGet, "/state/catalog.json.gz", func() {
			happened = true
			w.rm("posts/b.md")
			road := &trips{fault: dying(2)} // what it owes is left to whoever comes
			_ = w.publisherOver(road).Run(t.Context(), []string{"posts/b.md"})
		})
		w.run(w.publisher(), "posts/a.md")
		w.trips.reset()
		tick(t, w)
		if happened {
			w.has("the receipt", w.receipt("posts/a.md"), "Draft", "“b.md” leads nowhere yet")
		}
		w.settled()
	}
}
