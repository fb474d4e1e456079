package publish_test

import (
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"strconv"
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

// BenchmarkPeakMemory publishes at once what takes most memory: many photos of the
// most pixels, and many texts that are largest once parsed. peak-MB is the most this
// process ever held, the S3 server included; the function has 1,769.
func BenchmarkPeakMemory(b *testing.B) {
	var photo strings.Builder
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8000, 6000)), nil); err != nil {
		b.Fatal(err)
	}
	rows := "|a|b|\n|-|-|\n" + strings.Repeat("|x|y|\n", (mdpost.MaxBytes-100)/6)
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			for b.Loop() {
				w := newWorld(b)
				var keys []string
				for i := range n {
					keys = append(keys, fmt.Sprintf("posts/p%d.jpg", i), fmt.Sprintf("posts/t%d.md", i), fmt.Sprintf("posts/s%d.md", i))
					w.put(keys[3*i], photo.String()+strings.Repeat("x", i)) // unlike the others
					w.put(keys[3*i+1], fmt.Sprintf("# Number %d\n\n", i)+rows)
					w.put(keys[3*i+2], fmt.Sprintf("![](p%d.jpg)\n", i))
				}
				// Linux forgets the highest mark so far: proc_pid_clear_refs(5).
				_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600)
				w.run(w.publisher(), keys...)
			}
			b.ReportMetric(peak(b), "peak-MB")
		})
	}
}

// peak is the highest mark of this process's memory in MB.
func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("there is no /proc/self/status here")
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}
