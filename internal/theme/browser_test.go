package theme

import (
	"context"
	"fmt"
	"io"
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
// drawn pictures, under the site's policy; refused lists what browsers told of it.
func sampleServer(t *testing.T, th *Theme) (url string, refused func() []string) {
	t.Helper()
	var mutex sync.Mutex
	var reports []string
	pages := samplePages(t, th)
	mux := http.NewServeMux()
	for name, body := range pages {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", policy+"; report-uri /refused")
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
	mux.HandleFunc("POST /refused", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mutex.Lock()
		defer mutex.Unlock()
		reports = append(reports, fmt.Sprint(string(body), err))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, func() []string {
		mutex.Lock()
		defer mutex.Unlock()
		return slices.Clone(reports)
	}
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

// prefers makes the page prefer "light" or "dark".
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

// scene is one way of looking at a page.
type scene struct {
	colours string
	width   int64
}

// TestPagesInABrowser looks at every page in Chromium on a telephone by day and on
// a desk by night: nothing is refused by the policy, nothing sticks out sideways,
// lines have the right length, and axe finds nothing to complain about. With
// SCREENSHOTS naming a folder it looks at all widths in both schemes and keeps
// pictures for people there; SCREENSHOT_PAGES limits it to a few pages.
func TestPagesInABrowser(t *testing.T) {
	dir, wanted := os.Getenv("SCREENSHOTS"), strings.Fields(os.Getenv("SCREENSHOT_PAGES"))
	scenes := []scene{{"light", 360}, {"dark", 1440}}
	if dir != "" {
		scenes = append(scenes, scene{"light", 768}, scene{"dark", 768}, scene{"light", 1440}, scene{"dark", 360})
	}
	th := sampleTheme(t)
	server, refused := sampleServer(t, th)
	ctx := browser(t)
	axe := axeSource(t)
	for name := range samplePages(t, th) {
		if name == "redirect" || len(wanted) > 0 && !slices.Contains(wanted, name) {
			continue
		}
		for _, s := range scenes {
			label := name + "-" + s.colours + "-" + strconv.FormatInt(s.width, 10)
			t.Run(label, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
				defer cancel()
				if err := chromedp.Do(ctx, prefers(s.colours), chromedp.EmulateViewport(s.width, 900), chromedp.Navigate(server+"/"+name), loaded()); err != nil {
					t.Fatal(err)
				}
				if dir != "" {
					keepPicture(ctx, t, filepath.Join(dir, label+".png"))
				}
				checkShape(ctx, t, name, s)
				checkWithAxe(ctx, t, axe)
			})
		}
	}
	for _, report := range refused() {
		t.Errorf("the policy refused: %s", report)
	}
}

func keepPicture(ctx context.Context, t *testing.T, file string) {
	t.Helper()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkShape measures the page.
func checkShape(ctx context.Context, t *testing.T, name string, s scene) {
	t.Helper()
	// 320 pixels are a page at 400 % (WCAG 2.2, 1.4.10).
	for _, width := range []int64{320, s.width} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth - window.innerWidth`))
		if err != nil {
			t.Fatal(err)
		}
		if wide > 0 {
			t.Errorf("in a window of %d pixels the page is %.0f pixels too wide", width, wide)
		}
	}
	low, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll(".field input, .field select, .button")]
		.filter(e => !e.closest(".unseen") && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)`))
	if err != nil {
		t.Fatal(err)
	}
	for _, control := range low {
		t.Errorf("less than 44 pixels high: %s", control)
	}
	if name != "article" || s.width < 768 {
		return
	}
	// Characters on the full lines of the first paragraphs.
	measure, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`(() => {
		let chars = 0, lines = 0
		for (const p of [...document.querySelectorAll(".prose > p")].slice(0, 4)) {
			const range = document.createRange(), tops = new Map()
			const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT)
			for (let n; n = walker.nextNode();) for (let i = 0; i < n.length; i++) {
				range.setStart(n, i); range.setEnd(n, i + 1)
				const box = range.getBoundingClientRect(), line = Math.round(box.bottom / 16)
				if (box.height > 0) tops.set(line, (tops.get(line) || 0) + 1)
			}
			const counts = [...tops.values()].filter(c => c > 30).slice(0, -1)
			chars += counts.reduce((a, b) => a + b, 0); lines += counts.length
		}
		return chars / lines
	})()`))
	if err != nil {
		t.Fatal(err)
	}
	if measure < 60 || measure > 70 {
		t.Errorf("a line of text holds %.1f characters", measure)
	}
}
