package theme

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	mux.HandleFunc("GET /media/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(drawn(r.PathValue("name")))
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
		if len(wanted) > 0 && !contains(wanted, name) {
			continue
		}
		for _, colours := range []string{"light", "dark"} {
			for _, width := range []int64{360, 768, 1440} {
				label := name + "-" + colours + "-" + map[int64]string{360: "360", 768: "768", 1440: "1440"}[width]
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				err := chromedp.Do(ctx, prefers(colours), chromedp.EmulateViewport(width, 4000), chromedp.Navigate(server.URL+"/"+name),
					chromedp.Sleep(200*time.Millisecond), chromedp.EmulateViewport(width, 900), chromedp.Sleep(100*time.Millisecond))
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

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}
