// Package browsertest looks at pages and mails as people and validators do: with a
// real Chromium, axe-core and html-validate. Where one of them is not installed the
// test is skipped; .ci/tools brings all three.
package browsertest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long all that a test does in one browser may take.
const patience = 10 * time.Minute

// Open starts Chromium and returns the context of its one tab, which ends with the test.
func Open(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("chromium is not installed; .ci/tools brings it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	// Not of t.Context, which ends before the browser is closed in good order.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// Prefers makes pages prefer "light" or "dark" colours.
func Prefers(colours string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
		})
		return err
	})
}

// Screenshots is the folder in which people want to have pictures, named by the
// environment variable SCREENSHOTS; empty if nobody does.
func Screenshots() string { return os.Getenv("SCREENSHOTS") }

// Keep takes a picture of the whole page for people, if they want any.
func Keep(ctx context.Context, t *testing.T, label string) {
	t.Helper()
	dir := Screenshots()
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, label+".png"), png, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// node is a file of an npm package that .ci/tools brings into .cache of the module
// in which the test runs.
func node(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("the test does not run in its module")
		}
		dir = parent
	}
	file := filepath.Join(dir, ".cache", "npm", "node_modules", name)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		t.Skip(name + " is not in .cache; .ci/tools brings it")
	} else if err != nil {
		t.Fatal(err)
	}
	return file
}
