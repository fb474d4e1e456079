package cli

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"sync"
	"testing"
)

// What people upload besides tidy files: each is published or explained, by a receipt
// whose first word and words are given here.
func TestOddUploads(t *testing.T) {
	t.Parallel()
	p := launch(t, "--now", "2026-11-27T08:00:00Z")
	title200 := strings.Repeat("Long and longer ", 13)[:200]
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + strings.Repeat("x", 100)
	odd := []struct {
		key, body string
		receipt   []string // state, then what it holds
	}{
		{"posts/bom.md", "\ufeff---\ntitle: With a mark\n---\nText.\n", []string{"Published", "With a mark", "/blog/bom/"}},
		{"posts/crlf.md", "---\r\ntitle: Windows lines\r\ntags: [a]\r\n---\r\nText.\r\n", []string{"Published", "Windows lines"}},
		{"posts/latin.md", "# Caf\xe9\n\nCr\xe8me.\n", []string{"Published", "Café"}},
		{"posts/spaced name.md", "# Spaced\n\nText.\n", []string{"Published", "/blog/spaced-name/"}},
		{"posts/a+b.md", "# Plus\n\nText.\n", []string{"Published", "/blog/a"}},
		{"posts/100%25.md", "# Percent\n\nText.\n", []string{"Published", "/blog/100"}},
		{"posts/🎉.md", "# Party\n\nText.\n", []string{"Published", "/blog/"}},
		{"posts/title.md", "# " + title200 + "\n\nText.\n", []string{"Published", "/blog/title/"}},
		{"posts/empty.md", "", []string{"Rejected", "empty"}},
		{"posts/photo.md", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + strings.Repeat("\x00\xff\xfe", 500), []string{"Rejected"}},
		{"posts/yaml.md", "---\ntitle: \"never closed\ndate: 2026-11-27\n---\nText.\n", []string{"Rejected", "Line 2"}},
		{"posts/date.md", "---\ntitle: X\ndate: next tuesday\n---\nText.\n", []string{"Rejected", "Line 3", "2026"}},
		{"posts/huge.md", "# Huge\n\n" + strings.Repeat("All work and no play makes Jack a dull boy.\n\n", 20<<20/45), []string{"Rejected", "MB"}},
		{"posts/future.md", "---\ndate: 2026-11-28 09:30\n---\n# Tomorrow\n\nText.\n", []string{"Scheduled", "28 November 2026", "09:30"}},
		{"posts/draft.md", "---\ndraft: true\n---\n# Draft\n\nText.\n", []string{"Draft", "/preview/"}},
		{"posts/unmailed.md", "---\nemail: none\n---\n# Quiet\n\nText.\n", []string{"Published", "nobody"}},
		{"posts/weekly.md", "---\nemail: digest\n---\n# Weekly\n\nText.\n", []string{"Published", "weekly digest"}},
		{"posts/typo.md", "---\ntitel: Typo\n---\nText.\n", []string{"Published", "title"}},
		{"posts/trip/index.md", "# Trip\n\n![](photo.jpg)\n", []string{"Published", "/blog/trip/", "photo.jpg"}},
		{"posts/trip/photo.jpg", located(t), []string{"Published", "posts/trip/index.md"}},
		{"posts/trip/phone.heic", heic, []string{"Rejected", "JPEG"}},
		{"posts/.hidden.md", "# Hidden\n", nil},
		{"posts/note.md~", "# Dropping\n", nil},
		{"posts/script.md", "# Script\n\n<script>alert(1)</script><p onclick=\"x()\">Paragraph</p><iframe src=\"https://video.example/1\"></iframe>\n", []string{"Published", "/blog/script/"}},
	}
	p.put("posts/site.yaml", "newsletter:\n  max_per_hour: 100\n")
	p.receipt("posts/site.yaml", "Published")
	for _, o := range odd {
		p.put(o.key, o.body)
	}
	for _, o := range odd {
		if o.receipt == nil {
			continue
		}
		text := p.receipt(o.key, o.receipt[0], o.receipt[1:]...)
		_, path, found := strings.Cut(text, "http://"+p.site)
		if path, _, _ = strings.Cut(path, "\n"); found && o.receipt[0] == "Published" && strings.HasSuffix(o.key, ".md") {
			if code, body := p.page(path); code != 200 || strings.Count(body, "<h1") != 1 {
				t.Errorf("%s: %s answers %d with %d h1", o.key, path, code, strings.Count(body, "<h1"))
			}
		}
	}
	for key := range p.bucket("content") {
		if strings.Contains(key, "hidden.md.txt") || strings.Contains(key, "~.txt") {
			t.Errorf("there is a receipt %s of a file that is ignored", key)
		}
	}
	if _, body := p.page("/blog/script/"); strings.Contains(body, "alert(") || strings.Contains(body, "onclick") || strings.Contains(body, "<iframe") || !strings.Contains(body, "https://video.example/1") {
		t.Error("raw HTML was not made harmless")
	}
	for key, body := range p.bucket("site") {
		if strings.HasPrefix(key, "media/") && (strings.Contains(body, "Exif") || strings.Contains(body, "GPS-IS-HERE")) {
			t.Errorf("%s still tells where it was taken", key)
		}
	}
	// A broken edit keeps the last good page.
	p.put("posts/bom.md", "---\ntitle: [\n---\nBroken.\n")
	p.receipt("posts/bom.md", "Rejected", "last good version stays")
	p.shows("/blog/bom/", "With a mark")
}

// located is a JPEG whose metadata tells a place.
func located(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 900, 600)), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00GPS-IS-HERE"
	return b.String()[:2] + "\xff\xe1\x00" + string(rune(len(exif)+2)) + exif + b.String()[2:]
}

// The same file ten times at once is one post and one mail. A flood of posts is on the
// site as one, and held: all but what had gone out before the flood was known as one,
// which is never more than max_per_hour.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := launch(t, "--now", "2026-11-27T08:00:00Z")
	var all sync.WaitGroup
	upload := func(key, body string) {
		all.Go(func() {
			if err := p.upload(key, body); err != nil {
				t.Error(err)
			}
		})
	}
	for range 10 {
		upload("posts/ten.md", "# Ten times\n\nText.\n")
	}
	all.Wait()
	p.receipt("posts/ten.md", "Published", "mailed at")
	const flood = 150
	for i := range flood {
		upload(fmt.Sprintf("posts/flood/%03d.md", i), fmt.Sprintf("# Flood %d\n\nText. [Next](%03d.md)\n", i, (i+1)%flood))
	}
	all.Wait()
	for i := range flood {
		p.receipt(fmt.Sprintf("posts/flood/%03d.md", i), "Published")
	}
	p.settle()
	held := 0
	for i := range flood {
		if strings.Contains(p.receipt(fmt.Sprintf("posts/flood/%03d.md", i), "Published"), "held until you release it") {
			held++
		}
	}
	if got := p.subjects(); len(got) > 3 || len(got)+held != flood+1 {
		t.Errorf("mailed %q and held %d of %d posts", got, held, flood)
	}
	seen := map[string]bool{}
	for key, body := range p.bucket("site") {
		if key == "index.html" || strings.HasPrefix(key, "page/") {
			for i := range flood {
				if path := fmt.Sprintf("/blog/%03d/", i); strings.Contains(body, `"`+path+`"`) {
					seen[path] = true
				}
			}
		}
	}
	if len(seen) != flood {
		t.Errorf("the index pages list %d of %d posts", len(seen), flood)
	}
}

// Two posts may want one address while files move about.
func TestMovingIntoATakenAddress(t *testing.T) {
	t.Parallel()
	p := launch(t, "--now", "2026-11-27T08:00:00Z")
	p.put("posts/a.md", "# First\n\nOne.\n")
	p.receipt("posts/a.md", "Published", "/blog/a/")
	p.put("posts/b.md", "---\nslug: a\n---\n# Second\n\nTwo.\n")
	p.receipt("posts/b.md", "Held", "posts/a.md", "older")
	p.put("posts/c.md", "# First\n\nOne.\n") // mv a c: a copy, then a deletion
	p.remove("posts/a.md")
	p.receipt("posts/c.md", "Published", "/blog/c/")
	p.receipt("posts/b.md", "Published", "/blog/a/")
	p.shows("/blog/a/", "Second")
	p.shows("/blog/c/", "First")
	p.settle()
	if got := p.subjects(); len(got) != 2 {
		t.Errorf("mailed %q, want each post once", got)
	}
}
