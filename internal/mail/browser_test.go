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
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestMessagesInABrowser looks at every message in Chromium, on a telephone and on a
// desk, by day and by night: nothing sticks out sideways, the preheader cannot be
// seen, all pictures keep their shape, and axe finds nothing to complain about. With
// SCREENSHOTS naming a folder it keeps pictures for people there.
func TestMessagesInABrowser(t *testing.T) {
	axe, err := os.ReadFile("../../.cache/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not in .cache; .ci/tools fetches it")
	}
	ctx := browser(t)
	server := messageServer(t)
	for name := range everyMessage(t) {
		for _, width := range []int64{360, 700} {
			for _, colours := range []string{"light", "dark"} {
				label := fmt.Sprintf("%s-%s-%d", name, colours, width)
				t.Run(label, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
					defer cancel()
					err := chromedp.Do(ctx, prefers(colours), chromedp.EmulateViewport(width, 900), chromedp.Navigate(server+"/"+name),
						chromedp.Evaluate[chromedp.Void](`Promise.all([...document.images].map(i => i.decode()))`, chromedp.EvalAwaitPromise))
					if err != nil {
						t.Fatal(err)
					}
					if dir := os.Getenv("SCREENSHOTS"); dir != "" {
						shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
						if err == nil {
							err = os.WriteFile(filepath.Join(dir, label+".png"), shot, 0o644)
						}
						if err != nil {
							t.Fatal(err)
						}
					}
					looksRight(ctx, t, string(axe))
				})
			}
		}
	}
}

// looksRight measures the message that is shown.
func looksRight(ctx context.Context, t *testing.T, axe string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		t.Fatal(err)
	}
	// A mail has no landmarks of its own: the program that shows it has. Its frame is
	// a table for Outlook's sake, and its language is named on it as well.
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run({
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
		rules: {"landmark-one-main": {enabled: false}, "region": {enabled: false}, "page-has-heading-one": {enabled: false}}
	}).then(r => {
		const found = r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary))
		const wide = document.documentElement.scrollWidth - window.innerWidth
		if (wide > 0) found.push("it is " + wide + " pixels too wide")
		for (const v of document.querySelectorAll(".v"))
			if (v.getBoundingClientRect().height > 0) found.push("the preheader can be seen")
		for (const i of document.images) {
			const b = i.getBoundingClientRect()
			if (b.width > 0 && Math.abs(b.width / b.height - i.naturalWidth / i.naturalHeight) > 0.03)
				found.push(i.src + " is " + b.width + " by " + b.height + " and should be like " + i.naturalWidth + " by " + i.naturalHeight)
		}
		return found
	})`, chromedp.EvalAwaitPromise))
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

// browser starts Chromium, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	found, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// prefers makes the message be shown in "light" or "dark" colours.
func prefers(colours string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
		})
		return err
	})
}
