package publish_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestThousandPostsAtOnce: as many come in batches that overlap.
func TestThousandPostsAtOnce(t *testing.T) {
	w := newWorld(t)
	const n = 1000
	keys := make([]string, n)
	c := w.client(nil)
	var wg sync.WaitGroup
	for part := range 8 {
		wg.Go(func() {
			for i := part; i < n; i += 8 {
				keys[i] = fmt.Sprintf("posts/%04d.md", i)
				_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("content"), Key: &keys[i],
					Body: strings.NewReader(post(fmt.Sprintf("Number %d", i), fmt.Sprintf("date: 2020-01-01T00:%02d:%02dZ\n", i/60, i%60)))})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	// Several batches at once, one of them twice, as a queue delivers them.
	for _, part := range [][]string{keys[:400], keys[400:], keys[300:600]} {
		wg.Go(func() {
			if err := w.publisher().Run(t.Context(), part); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tick(t, w)
	if got := strings.Count(w.page("sitemap.xml"), "/blog/"); got < n {
		t.Errorf("the sitemap names %d posts", got)
	}
	w.settled()
	if len(w.announced) != n {
		t.Errorf("announced %d", len(w.announced))
	}
}

func TestTenCopiesAtOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			w.put("posts/a.md", post(fmt.Sprintf("Version %d", i), ""))
			if err := w.publisher().Run(t.Context(), []string{"posts/a.md"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tick(t, w)
	w.settled()
	if len(w.announced) != 1 {
		t.Errorf("announced %v", w.announced)
	}
}

// TestASignpostIsNobodysPage: a new file asks for the address that another left, where a page
// leads on to that, and cannot be read any more before its own page is written. It is not
// published, and nobody is mailed about it.
func TestASignpostIsNobodysPage(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/d.md", post("One", ""))
	w.run(p, "posts/d.md")
	w.put("posts/e.md", post("One", ""))
	w.rm("posts/d.md")
	w.run(p, "posts/d.md", "posts/e.md")
	w.has("the page at the former address", w.page("blog/d/index.html"), "/blog/e/", `http-equiv="refresh"`)
	w.put("posts/d.md", post("Two", ""))
	w.trips.fault = noPut("/site/blog/d/index.html")
	w.run(p, "posts/d.md")
	second := w.catalog().ByKey("posts/d.md")
	w.trips.reset()
	w.put("posts/d.md", "---\ntitle: [\n---\n\nText.\n")
	w.run(p, "posts/d.md")
	w.has("its receipt", w.receipt("posts/d.md"), "Rejected", "!the last good version stays")
	if w.announced[second.ID] > 0 {
		t.Error("nobody can read it, and it is announced")
	}
	w.has("the page at the former address", w.page("blog/d/index.html"), "/blog/e/", `http-equiv="refresh"`)
	w.put("posts/d.md", post("Three", ""))
	w.run(p, "posts/d.md")
	w.has("its page", w.page("blog/d/index.html"), "Three")
	if w.announced[second.ID] != 1 {
		t.Errorf("it is announced %d times", w.announced[second.ID])
	}
	w.settled()
}
