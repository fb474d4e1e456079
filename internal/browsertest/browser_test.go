package browsertest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWrongPages runs itself on a page that is wrong in each way that is looked for:
// a check that finds nothing anywhere would go unnoticed.
func TestWrongPages(t *testing.T) {
	const page = `<!DOCTYPE html><html><head><title>x</title></head><body><main><img src="data:,"><div style="width:9999px">wide</div></main></body></html>`
	if os.Getenv("WRONG_PAGE") != "" {
		ctx := Open(t)
		show(ctx, t, page)
		NewAxe(t).Check(ctx, t, "shown")
		Narrow(ctx, t, "shown")
		Valid(t, map[string]string{"page": page})
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWrongPages$", "-test.v")
	cmd.Env = append(os.Environ(), "WRONG_PAGE=1")
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("a tool is missing; .ci/tools brings it")
	}
	if err == nil {
		t.Error("nothing was found")
	}
	for _, want := range []string{"axe: html-has-lang", "axe: image-alt", "pixels too wide\n", "pixels too wide at 400 %", "wcag/h37"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q was not found:\n%s", want, out)
		}
	}
}

// show serves a page and opens it.
func show(ctx context.Context, t *testing.T, page string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 900), chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
}
