package theme

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// policy is the Content-Security-Policy that the site is served with.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// sampleServer serves the sample pages by name ("/article") with their assets and
// drawn pictures, under the site's policy.
func sampleServer(t *testing.T, th *Theme) *httptest.Server {
	t.Helper()
	pages := samplePages(t, th)
	mux := http.NewServeMux()
	for name, body := range pages {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", policy)
			_, _ = w.Write([]byte(body))
		})
	}
	for _, a := range th.Assets() {
		mux.HandleFunc("GET "+a.URL(), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", a.ContentType)
			_, _ = w.Write(a.Body)
		})
	}
	var pictures sync.Map
	mux.HandleFunc("GET /media/{name}", func(w http.ResponseWriter, r *http.Request) {
		picture := sync.OnceValue(func() []byte { return drawn(r.PathValue("name")) })
		kept, _ := pictures.LoadOrStore(r.PathValue("name"), picture)
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = w.Write(kept.(func() []byte)())
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// browser starts Chromium, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// scheme makes the page prefer "light" or "dark".
func prefers(colours string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
		})
		return err
	})
}

// loaded waits until fonts and pictures are there, also those further down.
func loaded() chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`(async () => {
		for (const i of document.images) i.loading = "eager"
		await Promise.all([...document.images].map(i => i.decode()))
		await document.fonts.ready
	})()`, chromedp.EvalAwaitPromise)
}

// TestScreenshots takes pictures of the sample pages for people to look at, into
// the folder that SCREENSHOTS names; SCREENSHOT_PAGES limits them to a few.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("set SCREENSHOTS to a folder to take pictures of the pages")
	}
	th := sampleTheme(t)
	server := sampleServer(t, th)
	ctx := browser(t)
	wanted := strings.Fields(os.Getenv("SCREENSHOT_PAGES"))
	for name := range samplePages(t, th) {
		if len(wanted) > 0 && !slices.Contains(wanted, name) {
			continue
		}
		for _, colours := range []string{"light", "dark"} {
			for _, width := range []int64{360, 768, 1440} {
				label := name + "-" + colours + "-" + strconv.FormatInt(width, 10)
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				err := chromedp.Do(ctx, prefers(colours), chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+"/"+name), loaded())
				if err != nil {
					t.Fatalf("%s: %v", label, err)
				}
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				cancel()
				if err != nil {
					t.Fatalf("%s: %v", label, err)
				}
				if err := os.WriteFile(filepath.Join(dir, label+".png"), png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
