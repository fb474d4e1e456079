package store_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/pennypost/pennypost/internal/local/s3disk"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// between starts an S3 server with something in front of it.
func between(t *testing.T, front func(http.Handler) http.HandlerFunc) *store.Bucket {
	t.Helper()
	disk, err := s3disk.Open(t.TempDir(), s3disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.Make("state"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(front(disk.Handler()))
	t.Cleanup(server.Close)
	return store.New(storetest.Client(server.URL), "state")
}

// conflict answers the first n writes as S3 does when two meet.
func conflict(n int64) func(http.Handler) http.HandlerFunc {
	var writes atomic.Int64
	return func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && r.Method != http.MethodHead && writes.Add(1) <= n {
				w.Header().Set("Content-Type", "application/xml")
				w.WriteHeader(http.StatusConflict)
				_, _ = w.Write([]byte(`<Error><Code>ConditionalRequestConflict</Code><Message>again</Message></Error>`))
				return
			}
			next.ServeHTTP(w, r)
		}
	}
}

func TestConflictIsTriedAgain(t *testing.T) {
	b := between(t, conflict(3))
	etag, err := b.Create(t.Context(), "x", []byte("1"), store.Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), "x", etag); err != nil {
		t.Fatal(err)
	}
}

func TestEndlessConflict(t *testing.T) {
	b := between(t, conflict(1<<40))
	_, err := b.Create(t.Context(), "x", []byte("1"), store.Header{})
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("create: %v", err)
	}
	if err := b.Delete(t.Context(), "x", `"1"`); !errors.Is(err, store.ErrConflict) {
		t.Errorf("delete: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Create(ctx, "x", []byte("1"), store.Header{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// lost does what is asked, but breaks the connection instead of answering the first
// write to a key that matters.
func lost(next http.Handler) http.HandlerFunc {
	var broken atomic.Bool
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Path == "/state/x" && broken.CompareAndSwap(false, true) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}
}

func TestOwnWriteIsKnownAfterALostAnswer(t *testing.T) {
	t.Run("create", func(t *testing.T) {
		b := between(t, lost)
		etag, err := b.Create(t.Context(), "x", []byte("nonce 1"), store.Header{})
		if err != nil {
			t.Fatal(err)
		}
		if o, err := b.Head(t.Context(), "x"); err != nil || o.ETag != etag {
			t.Errorf("got the ETag %s, but %s is there (%v)", etag, o.ETag, err)
		}
		if _, err := b.Create(t.Context(), "x", []byte("nonce 1"), store.Header{}); !errors.Is(err, store.ErrExists) {
			t.Errorf("a second create, with its answer: %v", err)
		}
	})
	t.Run("update", func(t *testing.T) {
		b := between(t, lost)
		n := 0
		err := store.Update(t.Context(), b, "x", func(old []byte) ([]byte, error) {
			n++
			return append(old, "nonce "+strconv.Itoa(n)+"\n"...), nil
		})
		_, body, _ := b.Get(t.Context(), "x", store.Cond{})
		if err != nil || n != 1 || string(body) != "nonce 1\n" {
			t.Errorf("after %d changes: %q, %v", n, body, err)
		}
	})
}

// TestForeignWriteIsNotTakenForOurs: the first try is lost on the way there, and
// somebody else creates the object before the second.
func TestForeignWriteIsNotTakenForOurs(t *testing.T) {
	var first atomic.Bool
	b := between(t, func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && first.CompareAndSwap(false, true) {
				other := httptest.NewRequest(http.MethodPut, r.URL.Path, http.NoBody)
				other.Header.Set("Content-Length", "0")
				next.ServeHTTP(httptest.NewRecorder(), other)
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		}
	})
	if _, err := b.Create(t.Context(), "x", []byte("ours"), store.Header{}); !errors.Is(err, store.ErrExists) {
		t.Errorf("got %v", err)
	}
}

func TestUpdateEnds(t *testing.T) {
	b := store.New(storetest.Server(t), "state")
	boom := errors.New("boom")
	if err := store.Update(t.Context(), b, "x", func([]byte) ([]byte, error) { return nil, boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if err := store.Update(t.Context(), b, "x", func([]byte) ([]byte, error) { return nil, store.ErrUnchanged }); err != nil {
		t.Errorf("got %v", err)
	}
	if _, err := b.Head(t.Context(), "x"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nothing was to be written: %v", err)
	}
	tries := 0
	err := store.Update(t.Context(), b, "y", func(old []byte) ([]byte, error) {
		tries++ // another writer is always faster
		if old == nil {
			_, err := b.Create(t.Context(), "y", []byte("0"), store.Header{})
			return []byte("mine"), err
		}
		o, err := b.Head(t.Context(), "y")
		if err == nil {
			_, err = b.Replace(t.Context(), "y", []byte(strconv.Itoa(tries)), store.Header{}, o.ETag)
		}
		return []byte("mine"), err
	})
	if !errors.Is(err, store.ErrConflict) || tries != 20 {
		t.Errorf("after %d tries: %v", tries, err)
	}
}

func TestMetadataValuesSurvive(t *testing.T) {
	b := store.New(storetest.Server(t), "state")
	values := map[string]string{"a": "", "b": "100% ünï 🪴", "c": "%41", "d": "line\nbreak\ttab", "e": " blanks ", "f": "a  b"}
	if _, err := b.Create(t.Context(), "x", nil, store.Header{Metadata: values}); err != nil {
		t.Fatal(err)
	}
	o, err := b.Head(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		if o.Metadata[name] != value {
			t.Errorf("%s: got %q, want %q", name, o.Metadata[name], value)
		}
	}
}
