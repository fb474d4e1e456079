package publish_test

import (
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/picture"
	mdpost "github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/settings"
)

// TestTooLarge: a file of the largest size may be read, one byte more is refused
// before it is.
func TestTooLarge(t *testing.T) {
	for key, limit := range map[string]int64{
		"posts/a.md": mdpost.MaxBytes, "posts/a.jpg": picture.MaxBytes, settings.Key: settings.MaxBytes,
	} {
		if got := publish.TooLarge(key, limit); got != "" {
			t.Errorf("%s of %d bytes: %s", key, limit, got)
		}
		if got := publish.TooLarge(key, limit+1); !strings.Contains(got, "the most is") {
			t.Errorf("%s of %d bytes: %q", key, limit+1, got)
		}
	}
}

// TestLimitsHaveReceipts: what is too large or too much changes nothing on the site,
// and a receipt says so.
func TestLimitsHaveReceipts(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	good := post("Good", "")
	w.put("posts/a.md", good)
	w.put("posts/site.yaml", "title: Fine\n")
	w.run(p, "posts/a.md", "posts/site.yaml")
	before := w.page("blog/a/index.html")

	for name, too := range map[string]struct{ key, body, words string }{
		"a post":           {"posts/a.md", strings.Repeat("words words\n", mdpost.MaxBytes/12+1), "the most is 2 MB"},
		"the settings":     {"posts/site.yaml", strings.Repeat("# filler\n", settings.MaxBytes/9+1), "the most is 64 KB"},
		"a picture":        {"posts/a.jpg", strings.Repeat("x", picture.MaxBytes+1), "the most is 30 MB"},
		"quotations":       {"posts/a.md", strings.Repeat(">", 100) + "a", "nested 100 deep"},
		"front matter":     {"posts/a.md", "---\n# " + strings.Repeat("c", 70_000) + "\n---\ntext\n", "longer than 64 KB"},
		"brackets":         {"posts/a.md", strings.Repeat("[", 1<<20), "too tangled"},
		"no kind of ours":  {"posts/a.zip", strings.Repeat("x", 1000), "this kind of file is not used"},
		"a repeated bomb":  {"posts/a.md", "[a]: /" + strings.Repeat("x", 30_000) + "\n\n" + strings.Repeat("[a] ", 10_000), "addresses of all links"},
		"settings aliases": {"posts/site.yaml", "title: &a [x, x]\nb: &b [*a, *a]\n", "must stand in quotes"},
	} {
		w.put(too.key, too.body)
		w.run(p, too.key)
		w.has("the receipt of "+name, w.receipt(too.key), "Rejected", too.words)
		if w.page("blog/a/index.html") != before {
			t.Errorf("%s changed the page", name)
		}
	}
}

// TestUnknownFilesAreNotRead: a disk image costs no more than any other file.
func TestUnknownFilesAreNotRead(t *testing.T) {
	w := newWorld(t)
	w.put("posts/backup.zip", strings.Repeat("x", 1000))
	w.trips.reset()
	w.run(w.publisher(), "posts/backup.zip")
	w.trips.mu.Lock()
	defer w.trips.mu.Unlock()
	for _, line := range w.trips.log {
		if line == "GET /content/posts/backup.zip" {
			t.Error("it was read")
		}
	}
	w.trips.log = nil
}
