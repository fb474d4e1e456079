package inbox_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/pennypost/pennypost/internal/browsertest"
	"github.com/pennypost/pennypost/internal/local/inbox"
)

// TestTheInboxInABrowser looks at the list and at a mail in Chromium, on a telephone:
// nothing sticks out, axe finds nothing, and new mail shows up by itself.
func TestTheInboxInABrowser(t *testing.T) {
	ctx, axe := browsertest.Open(t), browsertest.NewAxe(t)
	base, mg := opened(t, inbox.Options{})
	look := func(url string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 800), chromedp.Navigate(url)); err != nil {
			t.Fatal(err)
		}
	}
	look(base + "/")
	axe.Check(ctx, t, "the empty list")
	if _, _, err := mg.Send(ctx, letter(3)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.WaitVisible(`.list a`)); err != nil { // without a reload
		t.Fatalf("new mail did not show up: %v", err)
	}
	axe.Check(ctx, t, "the list")
	href, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector(".list a").href`))
	if err != nil {
		t.Fatal(err)
	}
	for _, view := range []string{"html", "phone", "text", "headers", "source"} {
		look(href + "?view=" + view)
		axe.Check(ctx, t, view)
	}
}
