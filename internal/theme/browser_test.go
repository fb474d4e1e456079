package theme

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/pennypost/pennypost/internal/browsertest"
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
	wanted := strings.Fields(os.Getenv("SCREENSHOT_PAGES"))
	scenes := []scene{{"light", 360}, {"dark", 1440}}
	if browsertest.Screenshots() != "" {
		scenes = append(scenes, scene{"light", 768}, scene{"dark", 768}, scene{"light", 1440}, scene{"dark", 360})
	}
	th := sampleTheme(t)
	server, refused := sampleServer(t, th)
	ctx, axe := browsertest.Open(t), browsertest.NewAxe(t)
	for name := range samplePages(t, th) {
		if name == "redirect" || len(wanted) > 0 && !slices.Contains(wanted, name) {
			continue
		}
		for _, s := range scenes {
			label := name + "-" + s.colours + "-" + strconv.FormatInt(s.width, 10)
			t.Run(label, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
				defer cancel()
				if err := chromedp.Do(ctx, browsertest.Prefers(s.colours), chromedp.EmulateViewport(s.width, 900), chromedp.Navigate(server+"/"+name), loaded()); err != nil {
					t.Fatal(err)
				}
				browsertest.Keep(ctx, t, label)
				browsertest.Narrow(ctx, t, label)
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(s.width, 900)); err != nil {
					t.Fatal(err)
				}
				axe.Check(ctx, t, label)
				checkShape(ctx, t, name, s)
			})
		}
	}
	for _, report := range refused() {
		t.Errorf("the policy refused: %s", report)
	}
}

// checkShape measures the page.
func checkShape(ctx context.Context, t *testing.T, name string, s scene) {
	t.Helper()
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
