package mirror_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/local/mirror"
)

func TestNewChangedDeleted(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	w.write("trip/über uns + 100%.md", "2")
	w.write("trip/photo.jpg", "3")
	for _, name := range []string{".hidden", ".git/config", "a.md~", "#a.md#", ".a.md.swp", "a.md.tmp", "Thumbs.db", "4913"} {
		w.write(name, "no")
	}
	m := w.open()
	w.settle(m)
	w.holds("posts/a.md=1", "posts/trip/über uns + 100%.md=2", "posts/trip/photo.jpg=3")
	if o, _ := w.bucket.Head(t.Context(), "posts/a.md"); o.ContentType != "text/markdown; charset=utf-8" {
		t.Errorf("a post is %s", o.ContentType)
	}
	if o, _ := w.bucket.Head(t.Context(), "posts/trip/photo.jpg"); o.ContentType != "image/jpeg" {
		t.Errorf("a photo is %s", o.ContentType)
	}
	w.write("a.md", "one")
	w.remove("trip/photo.jpg")
	w.settle(m)
	w.holds("posts/a.md=one", "posts/trip/über uns + 100%.md=2")
	w.remove("trip")
	w.settle(m)
	w.holds("posts/a.md=one")
}

func TestSecondStartUploadsNothing(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	w.write("b.md", "2")
	w.settle(w.open())
	before := w.writes.Load()
	later := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(w.dir, "b.md"), later, later); err != nil { // touched, not changed
		t.Fatal(err)
	}
	w.settle(w.open())
	if n := w.writes.Load() - before; n != 0 {
		t.Errorf("%d writes", n)
	}
	w.remove("b.md") // while nothing runs
	w.write("c.md", "3")
	w.settle(w.open())
	w.holds("posts/a.md=1", "posts/c.md=3")
}

func TestKilledBeforeItRemembered(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	w.settle(w.open())
	old, err := os.ReadDir(w.index)
	if err != nil || len(old) != 1 {
		t.Fatal(old, err)
	}
	path := filepath.Join(w.index, old[0].Name())
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w.write("a.md", "changed")
	w.write("b.md", "2")
	w.settle(w.open())
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := w.bucket.Head(t.Context(), "posts/a.md")
	if err != nil {
		t.Fatal(err)
	}
	m := w.open()
	w.settle(m)
	if now, _ := w.bucket.Head(t.Context(), "posts/a.md"); !now.Modified.Equal(o.Modified) {
		t.Error("it was uploaded again")
	}
	w.holds("posts/a.md=changed", "posts/b.md=2")
	w.remove("b.md")
	w.settle(m)
	w.holds("posts/a.md=changed")
}

// A folder that vanishes as a whole, such as a disk that is taken out, deletes nothing.
func TestFolderVanishes(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	m := w.open()
	w.settle(m)
	if err := os.Rename(w.dir, w.dir+"-gone"); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		m.Look(t.Context())
		time.Sleep(20 * time.Millisecond)
	}
	w.holds("posts/a.md=1")
	w.says("cannot be read, so nothing is mirrored")
	if err := os.Rename(w.dir+"-gone", w.dir); err != nil {
		t.Fatal(err)
	}
	w.write("a.md", "one")
	w.settle(m)
	w.holds("posts/a.md=one")
}

func TestAnotherFolder(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	w.settle(w.open())
	first := w.dir
	w.dir = t.TempDir()
	w.write("b.md", "2")
	w.settle(w.open())
	w.holds("posts/a.md=1", "posts/b.md=2")
	w.dir = first
	w.settle(w.open())
	w.holds("posts/a.md=1", "posts/b.md=2")
}

func TestFoldersThatAreNone(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	for dir, part := range map[string]string{
		filepath.Join(w.dir, "none"): "none does not exist",
		filepath.Join(w.dir, "a.md"): "a.md is a file",
	} {
		_, err := mirror.Open(mirror.Options{Dir: dir, Index: w.index})
		if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %q", err, part)
		}
	}
}

func TestRunSeesChanges(t *testing.T) {
	w := newWorld(t)
	m := w.open()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { m.Run(ctx); close(done) }()
	var want []string
	for i := range 30 {
		name := fmt.Sprintf("new/%d/%d.md", i%3, i)
		w.write(name, name)
		want = append(want, "posts/"+name+"="+name)
	}
	w.becomes(want)
	w.remove("new/0")
	var left []string
	for _, word := range want {
		if !strings.HasPrefix(word, "posts/new/0/") {
			left = append(left, word)
		}
	}
	w.write("new/1/1.md", "changed")
	left[slices.Index(left, "posts/new/1/1.md=new/1/1.md")] = "posts/new/1/1.md=changed"
	w.becomes(left)
	cancel()
	<-done
}
