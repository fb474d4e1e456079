package mirror_test

import (
	"testing"
	"time"
)

func TestOthersObjectsAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.upload("posts/theirs.md", "theirs")
	w.write("mine.md", "mine")
	m := w.open()
	w.settle(m)
	w.upload("posts/mine.md", "theirs now")
	w.settle(m)
	w.settle(w.open())
	w.holds("posts/theirs.md=theirs", "posts/mine.md=theirs now")

	t.Run("until the file changes", func(t *testing.T) {
		w.write("mine.md", "mine again")
		w.settle(m)
		w.holds("posts/theirs.md=theirs", "posts/mine.md=mine again")
	})
	t.Run("also when the file goes", func(t *testing.T) {
		w.upload("posts/mine.md", "theirs again")
		w.remove("mine.md")
		w.settle(m)
		w.holds("posts/theirs.md=theirs", "posts/mine.md=theirs again")
		w.says("posts/mine.md was changed by somebody else and stays")
	})
}

func TestObjectDeletedByOthers(t *testing.T) {
	w := newWorld(t)
	w.write("a.md", "1")
	m := w.open()
	w.settle(m)
	w.erase("posts/a.md")
	w.settle(m)
	w.holds()
	w.write("a.md", "one")
	w.settle(m)
	w.holds("posts/a.md=one")
	w.erase("posts/a.md")
	w.remove("a.md")
	w.settle(m)
	w.holds()
}

// A file that was there before the first look does not replace what was uploaded to
// its place; one that comes later does.
func TestObjectThatWasThereFirst(t *testing.T) {
	w := newWorld(t)
	w.upload("posts/a.md", "theirs")
	w.upload("posts/b.md", "theirs")
	w.write("a.md", "mine")
	time.Sleep(50 * time.Millisecond) // at rest when first seen
	m := w.open()
	w.settle(m)
	w.holds("posts/a.md=theirs", "posts/b.md=theirs")
	w.says("posts/a.md was uploaded by somebody else")
	w.write("b.md", "mine")
	w.settle(m)
	w.holds("posts/a.md=theirs", "posts/b.md=mine")
	w.remove("a.md")
	w.settle(m)
	w.holds("posts/a.md=theirs", "posts/b.md=mine")
}
