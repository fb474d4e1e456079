package mirror_test

import (
	"context"
	"errors"
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
