package mirror_test

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRenamedFileIsNeverGone(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	m := w.open()
	w.settle(m)
	if err := os.Rename(filepath.Join(w.dir, "a.md"), filepath.Join(w.dir, "b.md")); err != nil {
		t.Fatal(err)
	}
	m.Look(t.Context())
	w.holds("posts/a.md=1", "posts/b.md=1")
	w.settle(m)
	w.holds("posts/b.md=1")
}

// Editors remove a file for a moment while they save it.
func TestSavingByReplacing(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	m := w.open()
	w.settle(m)
	w.remove("a.md")
	if !m.Look(t.Context()) {
		t.Error("a vanished file is not looked at again")
	}
	w.holds("posts/a.md=1")
	w.write("a.md", "one")
	w.settle(m)
	w.holds("posts/a.md=one")
}

func TestHalfWrittenFilesWait(t *testing.T) {
	w := newWorld(t)
	m := w.open()
	w.settle(m)
	for _, part := range []string{"a", "ab", "abc"} {
		w.write("a.md", part)
		if !m.Look(t.Context()) {
			t.Error("a file that is being written is not looked at again")
		}
		w.holds()
	}
	w.settle(m)
	w.holds("posts/a.md=abc")
	if n := w.writes.Load(); n != 1 {
		t.Errorf("%d writes", n)
	}
}
