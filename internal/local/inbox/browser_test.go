package inbox_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

// TestTheInboxInABrowser looks at the list and at a mail in Chromium, on a telephone:
// nothing sticks out, axe finds nothing, and new mail shows up by itself.
func TestTheInboxInABrowser(t *testing.T) {
	axe, err := os.ReadFile("../../../.cache/npm/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not in .cache; .ci/tools fetches it")
	}
	found, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()

	base, mg := opened(t, inbox.Options{})
	look := func(url string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 800), chromedp.Navigate(url)); err != nil {
			t.Fatal(err)
		}
	}
	judge := func(what string) {
		t.Helper()
		// By this call, because the pages' policy keeps foreign scripts out.
		if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](string(axe))); err != nil {
			t.Fatal(err)
		}
		troubles, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run(document, {
			iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
		}).then(r => {
			const found = r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary))
			const wide = document.documentElement.scrollWidth - window.innerWidth
			return wide > 0 ? [...found, "it is " + wide + " pixels too wide"] : found
		})`, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range troubles {
			t.Errorf("%s: %s", what, f)
		}
	}
	look(base + "/")
	judge("the empty list")
	if _, _, err := mg.Send(ctx, letter(3)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.WaitVisible(`.list a`)); err != nil { // without a reload
		t.Fatalf("new mail did not show up: %v", err)
	}
	judge("the list")
	href, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector(".list a").href`))
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range []string{"html", "phone", "text", "headers", "source"} {
		look(href + "?view=" + view)
		judge(view)
	}
}
