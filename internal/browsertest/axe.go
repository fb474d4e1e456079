package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// Axe is the accessibility checker axe-core.
type Axe struct{ source string }

// NewAxe reads axe-core.
func NewAxe(t *testing.T) Axe {
	t.Helper()
	source, err := os.ReadFile(node(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return Axe{string(source)}
}

// Check reports breaches of WCAG 2.2 A and AA and of good practice on the page that is
// shown, and whether it is wider than its window. Rules of these names do not apply.
func (a Axe) Check(ctx context.Context, t *testing.T, label string, except ...string) {
	t.Helper()
	off := map[string]map[string]bool{}
	for _, rule := range except {
		off[rule] = map[string]bool{"enabled": false}
	}
	rules, err := json.Marshal(off)
	if err != nil {
		t.Fatal(err)
	}
	// By this call, because the pages' policy keeps foreign scripts out.
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](a.source)); err != nil {
		t.Fatalf("%s: %v", label, err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](fmt.Sprintf(`axe.run(document, {
		iframes: false, rules: %s, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
	}).then(r => {
		const found = r.violations.flatMap(v => v.nodes.map(n => "axe: " + v.id + ": " + n.target + ": " + n.failureSummary))
		const wide = document.documentElement.scrollWidth - window.innerWidth
		return wide > 0 ? [...found, "it is " + wide + " pixels too wide"] : found
	})`, rules), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", label, err)
	}
	for _, f := range found {
		t.Errorf("%s: %s", label, f)
	}
}

// Narrow reports whether the page that is shown is wider than a window of 320 pixels,
// which a page at 400 % has to fit into (WCAG 2.2, 1.4.10).
func Narrow(ctx context.Context, t *testing.T, label string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 900)); err != nil {
		t.Fatalf("%s: %v", label, err)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth - window.innerWidth`))
	if err != nil || wide > 0 {
		t.Errorf("%s: %.0f pixels too wide at 400 %%, %v", label, wide, err)
	}
}
