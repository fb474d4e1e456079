package theme

import (
	"context"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeSource is the accessibility checker axe-core, where .ci/tools has fetched it.
func axeSource(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../../.cache/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not in .cache; .ci/tools fetches it")
	}
	return string(source)
}

// checkWithAxe asks axe for breaches of WCAG 2.2 A and AA and of good practice.
func checkWithAxe(ctx context.Context, t *testing.T, axe string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run({
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
	}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary)))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("axe: %s", f)
	}
}
