package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/pennypost/pennypost/internal/browsertest"
)

// TestMessagesInABrowser looks at every message in Chromium, on a telephone and on a
// desk, by day and by night: nothing sticks out sideways, the preheader cannot be
// seen, all pictures keep their shape, and axe finds nothing to complain about. With
// SCREENSHOTS naming a folder it keeps pictures for people there.
func TestMessagesInABrowser(t *testing.T) {
	ctx, axe := browsertest.Open(t), browsertest.NewAxe(t)
	server := messageServer(t)
	for name := range everyMessage(t) {
		for _, width := range []int64{360, 700} {
			for _, colours := range []string{"light", "dark"} {
				label := fmt.Sprintf("%s-%s-%d", name, colours, width)
				t.Run(label, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
					defer cancel()
					err := chromedp.Do(ctx, browsertest.Prefers(colours), chromedp.EmulateViewport(width, 900), chromedp.Navigate(server+"/"+name),
						chromedp.Evaluate[chromedp.Void](`Promise.all([...document.images].map(i => i.decode()))`, chromedp.EvalAwaitPromise))
					if err != nil {
						t.Fatal(err)
					}
					browsertest.Keep(ctx, t, label)
					// A mail has no landmarks of its own: the program that shows it has. Its frame
					// is a table for Outlook's sake, and its language is named on it as well.
					axe.Check(ctx, t, label, "landmark-one-main", "region", "page-has-heading-one", "target-size")
					looksRight(ctx, t)
				})
			}
		}
	}
}

// looksRight measures the message that is shown.
func looksRight(ctx context.Context, t *testing.T) {
	t.Helper()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(() => {
		const found = []
		for (const v of document.querySelectorAll(".v"))
			if (v.getBoundingClientRect().height > 0) found.push("the preheader can be seen")
		for (const i of document.images) {
			const b = i.getBoundingClientRect()
			if (b.width > 0 && Math.abs(b.width / b.height - i.naturalWidth / i.naturalHeight) > 0.03)
				found.push(i.src + " is " + b.width + " by " + b.height + " and should be like " + i.naturalWidth + " by " + i.naturalHeight)
		}
		return found
	})()`))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// messageServer serves the messages by name, and pictures as they are named in them.
func messageServer(t *testing.T) (url string) {
	t.Helper()
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	for name, m := range everyMessage(t) {
		body := strings.ReplaceAll(m.HTML, `src="`+site, `src="`+s.URL)
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(body))
		})
	}
	mux.HandleFunc("GET /media/", func(w http.ResponseWriter, r *http.Request) {
		var width, height int
		name := strings.TrimSuffix(path.Base(r.URL.Path), path.Ext(r.URL.Path))
		kind, size, _ := strings.Cut(name, "-")
		_, _ = fmt.Sscan(size, &width)
		if height = width * 2 / 3; kind == "hinge" {
			height = width * 3 / 2
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(gradient(max(width, 1), max(height, 1)))
	})
	return s.URL
}

func gradient(width, height int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{uint8(200 - 90*y/height), uint8(160 + 60*x/width), uint8(150 + 60*y/height), 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a buffer takes everything
	return b.Bytes()
}
