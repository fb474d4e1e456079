package mirror_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/local/mirror"
	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// world is a folder, a bucket, and what was said.
type world struct {
	*testing.T
	dir, index string
	bucket     *store.Bucket
	writes     atomic.Int64 // PUTs and DELETEs

	mu   sync.Mutex
	said []string
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, dir: t.TempDir(), index: t.TempDir()}
	disk, err := s3disk.Open(t.TempDir(), s3disk.Options{Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("content"); err != nil {
		t.Fatal(err)
	}
	inner := disk.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut || r.Method == http.MethodDelete {
			w.writes.Add(1)
		}
		inner.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.bucket = store.New(storetest.Client(server.URL), "content")
	return w
}

func (w *world) open() *mirror.Mirror {
	w.Helper()
	m, err := mirror.Open(mirror.Options{
		Dir: w.dir, Bucket: w.bucket, Prefix: "posts/", Index: w.index, Settle: 30 * time.Millisecond,
		Say: func(line string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.said = append(w.said, line)
		},
	})
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// write makes a file that has rested for a while.
func (w *world) write(name, body string) {
	w.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		w.Fatal(err)
	}
}

func (w *world) remove(name string) {
	w.Helper()
	if err := os.RemoveAll(filepath.Join(w.dir, name)); err != nil {
		w.Fatal(err)
	}
}

// settle looks until nothing is unsettled.
func (w *world) settle(m *mirror.Mirror) {
	w.Helper()
	for range 100 {
		if !m.Look(context.Background()) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.Fatal("it never settles")
}

// upload is somebody else's.
func (w *world) upload(key, body string) {
	w.Helper()
	o, err := w.bucket.Head(w.Context(), key)
	if errors.Is(err, store.ErrNotFound) {
		_, err = w.bucket.Create(w.Context(), key, []byte(body), store.Header{})
	} else if err == nil {
		_, err = w.bucket.Replace(w.Context(), key, []byte(body), store.Header{}, o.ETag)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) erase(key string) {
	w.Helper()
	o, err := w.bucket.Head(w.Context(), key)
	if err == nil {
		err = w.bucket.Delete(w.Context(), key, o.ETag)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// holds compares the bucket with "key=body" words.
func (w *world) holds(want ...string) {
	w.Helper()
	objects, _, err := w.bucket.List(context.Background(), "", "", 0)
	if err != nil {
		w.Fatal(err)
	}
	var got []string
	for _, o := range objects {
		_, body, err := w.bucket.Get(context.Background(), o.Key, store.Cond{})
		if err != nil {
			w.Fatal(err)
		}
		got = append(got, o.Key+"="+string(body))
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.Errorf("the bucket holds %q, want %q", got, want)
	}
}

func (w *world) says(part string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.ContainsFunc(w.said, func(line string) bool { return strings.Contains(line, part) }) {
		w.Errorf("%q was not said, but %q", part, w.said)
	}
	w.said = nil
}

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

// becomes waits until the bucket has as many objects as wanted and the last of them is
// as it should be, and then compares.
func (w *world) becomes(want []string) {
	w.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		objects, _, err := w.bucket.List(context.Background(), "", "", 0)
		if err != nil {
			w.Fatal(err)
		}
		equal := len(objects) == len(want)
		for _, word := range want {
			key, text, _ := strings.Cut(word, "=")
			_, body, err := w.bucket.Get(context.Background(), key, store.Cond{})
			equal = equal && err == nil && string(body) == text
		}
		if equal {
			break
		}
	}
	w.holds(want...)
}
