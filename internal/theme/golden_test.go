package theme

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPagesAreAsExpected compares every sample page with testdata/pages; hashes in
// the names of assets are left out, so that a change of style is not a change of
// every page.
func TestPagesAreAsExpected(t *testing.T) {
	th := sampleTheme(t)
	hashes := regexp.MustCompile(`(/assets/[a-z0-9-]+)\.[0-9a-f]{12}\.`)
	for name, page := range samplePages(t, th) {
		file := filepath.Join("testdata", "pages", name+".html")
		got := hashes.ReplaceAllString(page, "$1.HASH.")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not as expected (-update writes it anew): %s", file, firstDifference(string(want), got))
		}
	}
}

// firstDifference shows the first line that differs.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return "\n want " + a + "\n got  " + b
		}
	}
	return "no line differs"
}

// TestDigestFollowsWhatPagesShow: what a page shows changes the digest, what none
// shows does not.
func TestDigestFollowsWhatPagesShow(t *testing.T) {
	base := sampleTheme(t).Digest()
	if again := sampleTheme(t).Digest(); again != base {
		t.Errorf("%s and %s of the same settings", base, again)
	}
	changed := sampleSettings()
	changed.Theme.Accent = "#7a1f5c"
	th, err := New(changed)
	if err != nil {
		t.Fatal(err)
	}
	if th.Digest() == base {
		t.Error("another accent, the same digest")
	}
	changed = sampleSettings()
	changed.Nav = nil
	if th, err = New(changed); err != nil {
		t.Fatal(err)
	}
	if th.Digest() == base {
		t.Error("another navigation, the same digest")
	}
	same := sampleSettings()
	same.Newsletter.Batch, same.Author.Email, same.PageSize = 7, "me@tidetable.example", 3
	if th, err = New(same); err != nil {
		t.Fatal(err)
	}
	if th.Digest() != base {
		t.Error("a setting that no page shows changed the digest")
	}
}

// TestDigestCoversAllThatWritesPages: a file of this package that is not part of
// the digest is one of those that cannot change a page by themselves.
func TestDigestCoversAllThatWritesPages(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	// What these decide reaches the page through a view, or an asset's name.
	apart := []string{"theme.go", "digest.go", "view.go", "body.go", "asset.go", "style.go", "palette.go", "colour.go", "icon.go"}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || slices.Contains(apart, file) {
			continue
		}
		if _, err := sources.Open(file); err != nil {
			t.Errorf("%s is not part of the digest", file)
		}
	}
}

// TestFontsAreLight: all fonts together, and what nearly every page loads.
func TestFontsAreLight(t *testing.T) {
	files, err := fontAssets()
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, f := range files {
		all += len(f.Body)
		if string(f.Body[:4]) != "wOF2" {
			t.Errorf("%s is not woff2", f.Path)
		}
	}
	if all > 200_000 {
		t.Errorf("the fonts are %d bytes", all)
	}
	if n := strings.Count(string(sampleTheme(t).frame.links), `rel="preload"`); n != 2 {
		t.Errorf("%d fonts are loaded early, not 2", n)
	}
}
