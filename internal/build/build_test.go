package build_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/build"
)

func options(dir, out string) build.Options {
	return build.Options{Dir: dir, Out: out, URL: "https://blog.example", Workers: 16,
		Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestManyHandsOneFolder: however many write at once, every folder is there in time.
func TestManyHandsOneFolder(t *testing.T) {
	dir := t.TempDir()
	for i := range 60 {
		write(t, dir, fmt.Sprintf("%02d.md", i), fmt.Sprintf("# Post %d\n\nText.\n", i))
	}
	for range 20 {
		res, err := build.Build(t.Context(), options(dir, filepath.Join(t.TempDir(), "public")))
		if err != nil {
			t.Fatal(err)
		}
		if res.Posts != 60 || len(res.Problems) > 0 {
			t.Fatalf("%d posts, problems %v", res.Posts, res.Problems)
		}
	}
}

// TestOnlyWhatChanged: a second build writes nothing, an edit writes what quotes it, a
// file that cannot be read is explained and costs nothing else.
func TestOnlyWhatChanged(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "public")
	write(t, dir, "a.md", "---\ntitle: Aaa\ndate: 2024-01-01\n---\nText.\n")
	write(t, dir, "b.md", "---\ntitle: Bbb\ndate: 2024-01-02\n---\nText.\n")
	write(t, dir, "later.md", "---\ntitle: Later\ndate: 2030-01-02\n---\nText.\n")
	write(t, dir, "broken.md", "---\ntitle: [\n---\n")
	first, err := build.Build(t.Context(), options(dir, out))
	if err != nil {
		t.Fatal(err)
	}
	if first.Posts != 2 || len(first.Problems) != 1 || !strings.Contains(first.Problems[0].String(), "broken.md") {
		t.Errorf("%+v", first)
	}
	if strings.Contains(read(t, filepath.Join(out, "index.html")), "Later") {
		t.Error("a post of the future is listed")
	}
	second, err := build.Build(t.Context(), options(dir, out))
	if err != nil || second.Written != 0 || second.Kept != first.Written {
		t.Errorf("the second build: %+v, %v", second, err)
	}
	write(t, dir, "a.md", "---\ntitle: Aaa\ndate: 2024-01-01\n---\nAnother text.\n")
	third, err := build.Build(t.Context(), options(dir, out))
	if err != nil || third.Written == 0 || third.Written >= first.Written/2 {
		t.Errorf("an edit: %+v, %v", third, err)
	}
	if !strings.Contains(read(t, filepath.Join(out, "blog/a/index.html")), "Another text") {
		t.Error("the page is not renewed")
	}
}

// TestCleanKeepsWhatIsNotOurs: --clean removes what the site does not consist of, never
// in a folder no build has written to, and never hidden files.
func TestCleanKeepsWhatIsNotOurs(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	write(t, dir, "a.md", "# Aaa\n\nText.\n")
	write(t, out, "thesis.tex", "ten years of work")
	o := options(dir, out)
	o.Clean = true
	if _, err := build.Build(t.Context(), o); err == nil {
		t.Fatal("a foreign folder was cleaned")
	}
	read(t, filepath.Join(out, "thesis.tex"))

	out = filepath.Join(t.TempDir(), "public")
	if _, err := build.Build(t.Context(), options(dir, out)); err != nil {
		t.Fatal(err)
	}
	write(t, out, "old/index.html", "old")
	write(t, out, ".git/config", "mine")
	o.Out = out
	res, err := build.Build(t.Context(), o)
	if err != nil || res.Removed != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := os.Stat(filepath.Join(out, "old")); !os.IsNotExist(err) {
		t.Error("an empty folder is left")
	}
	read(t, filepath.Join(out, ".git/config"))
}
