package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store"
)

// Keys that S3 takes and that one server or another gets wrong.
var awkward = []string{
	"a b c.md",
	"a+b.md",
	"a%2Bb.md",
	"100%.md",
	"emoji 🪴 ünï.md",
	"quote'\"&<>.md",
	"question?x=y#z.md",
	"semi;comma,tilde~star*.md",
	"[brackets](and)=@$!.md",
	"back\\slash.md",
	"deep/er/and/deeper.md",
	".hidden/..almost/x.md",
}

// Run holds an S3 server against what package store relies on, and against what else
// of S3 the known differences are about. dial returns a client of a server with an
// empty bucket "state"; every call may return the same server.
func Run(t *testing.T, dial func() *s3.Client, known ...Difference) {
	t.Run("round trip", func(t *testing.T) { roundTrip(t, store.New(dial(), "state")) })
	t.Run("conditions", func(t *testing.T) { writes(t, store.New(dial(), "state")) })
	t.Run("conditional reads", func(t *testing.T) { reads(t, store.New(dial(), "state")) })
	t.Run("conditional deletes", func(t *testing.T) { deletes(t, store.New(dial(), "state")) })
	t.Run("awkward keys", func(t *testing.T) { keys(t, store.New(dial(), "state")) })
	t.Run("listing", func(t *testing.T) { listing(t, store.New(dial(), "state")) })
	if !slices.Contains(known, WriteRaces) {
		t.Run("one of many creates wins", func(t *testing.T) { createRace(t, store.New(dial(), "state")) })
		t.Run("no update is lost", func(t *testing.T) { updateRace(t, dial) })
	}
	if !slices.Contains(known, DeleteRaces) {
		t.Run("replacing and deleting race", func(t *testing.T) { deleteRace(t, store.New(dial(), "state")) })
	}
	differences(t, dial(), known)
	t.Run("a missing bucket is not a missing object", func(t *testing.T) {
		_, _, err := store.New(dial(), "no-such-bucket").Get(t.Context(), "x", store.Cond{})
		if err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// prefix is a folder of its own, so that one server can be used again and again.
func prefix() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return "t" + hex.EncodeToString(b[:]) + "/"
}

func want(t *testing.T, doing string, got, wanted error) {
	t.Helper()
	if !errors.Is(got, wanted) {
		t.Fatalf("%s: got %v, want %v", doing, got, wanted)
	}
}

func create(t *testing.T, b *store.Bucket, key, body string) (etag string) {
	t.Helper()
	etag, err := b.Create(t.Context(), key, []byte(body), store.Header{})
	if err != nil {
		t.Fatal(err)
	}
	return etag
}

func roundTrip(t *testing.T, b *store.Bucket) {
	ctx, key := t.Context(), prefix()+"x"
	header := store.Header{
		ContentType:  "text/html; charset=utf-8",
		CacheControl: "public, max-age=60",
		Metadata:     map[string]string{"source": "posts/ünï 🪴 100%.md", "id": "abc", "edge": " x "},
	}
	body := bytes.Repeat([]byte("0123456789\n\x00\xff"), 100_000)
	before := time.Now().Add(-2 * time.Minute)
	etag, err := b.Create(ctx, key, body, header)
	want(t, "create", err, nil)
	o, got, err := b.Get(ctx, key, store.Cond{})
	want(t, "get", err, nil)
	if !bytes.Equal(got, body) {
		t.Errorf("the body came back with %d bytes, unlike the %d stored", len(got), len(body))
	}
	head, err := b.Head(ctx, key)
	want(t, "head", err, nil)
	for _, o := range []store.Object{o, head} {
		if o.Key != key || o.ETag != etag || o.Size != int64(len(body)) || o.Modified.Before(before) {
			t.Errorf("got %+v, want ETag %s and size %d", o, etag, len(body))
		}
		if o.ContentType != header.ContentType || o.CacheControl != header.CacheControl {
			t.Errorf("got %q, %q", o.ContentType, o.CacheControl)
		}
		for name, value := range header.Metadata {
			if o.Metadata[name] != value {
				t.Errorf("metadata %s: got %q, want %q", name, o.Metadata[name], value)
			}
		}
	}
	if _, err := b.Create(ctx, key+"-empty", nil, store.Header{}); err != nil {
		t.Fatal(err)
	}
	if _, got, err := b.Get(ctx, key+"-empty", store.Cond{}); err != nil || len(got) != 0 {
		t.Errorf("an empty object: %q, %v", got, err)
	}
}

func writes(t *testing.T, b *store.Bucket) {
	ctx, key := t.Context(), prefix()+"x"
	_, err := b.Replace(ctx, key, []byte("0"), store.Header{}, `"00000000000000000000000000000000"`)
	want(t, "replace of a missing object", err, store.ErrNotFound)
	first := create(t, b, key, "1")
	_, err = b.Create(ctx, key, []byte("1"), store.Header{})
	want(t, "second create with an equal body", err, store.ErrExists)
	second, err := b.Replace(ctx, key, []byte("2"), store.Header{}, first)
	want(t, "replace", err, nil)
	_, err = b.Replace(ctx, key, []byte("3"), store.Header{}, first)
	want(t, "replace of an old version", err, store.ErrChanged)
	_, body, err := b.Get(ctx, key, store.Cond{IfMatch: second})
	want(t, "get", err, nil)
	if string(body) != "2" {
		t.Errorf("got %q", body)
	}
}

func reads(t *testing.T, b *store.Bucket) {
	ctx, key := t.Context(), prefix()+"x"
	_, err := b.Head(ctx, key)
	want(t, "head of a missing object", err, store.ErrNotFound)
	_, _, err = b.Get(ctx, key, store.Cond{})
	want(t, "get of a missing object", err, store.ErrNotFound)
	etag := create(t, b, key, "12345")
	_, _, err = b.Get(ctx, key, store.Cond{IfNoneMatch: etag})
	want(t, "get unless the same", err, store.ErrNotModified)
	_, _, err = b.Get(ctx, key, store.Cond{IfMatch: `"00000000000000000000000000000000"`})
	want(t, "get if another", err, store.ErrChanged)
	_, _, err = b.Get(ctx, key, store.Cond{Limit: 4})
	want(t, "get above the limit", err, store.ErrTooLarge)
	_, body, err := b.Get(ctx, key, store.Cond{Limit: 5, IfMatch: etag})
	want(t, "get at the limit", err, nil)
	if string(body) != "12345" {
		t.Errorf("got %q", body)
	}
}

func deletes(t *testing.T, b *store.Bucket) {
	ctx, key := t.Context(), prefix()+"x"
	first := create(t, b, key, "1")
	second, err := b.Replace(ctx, key, []byte("2"), store.Header{}, first)
	want(t, "replace", err, nil)
	want(t, "delete of an old version", b.Delete(ctx, key, first), store.ErrChanged)
	if _, err := b.Head(ctx, key); err != nil {
		t.Fatalf("deleted though it had changed: %v", err)
	}
	want(t, "delete", b.Delete(ctx, key, second), nil)
	_, err = b.Head(ctx, key)
	want(t, "head after delete", err, store.ErrNotFound)
	want(t, "delete of a missing object", b.Delete(ctx, key, second), nil)
	if err := b.Delete(ctx, key, ""); err == nil {
		t.Error("a blind delete went through")
	}
}

func keys(t *testing.T, b *store.Bucket) {
	p := prefix()
	names := append([]string{strings.Repeat("long-", 46) + ".md"}, awkward...)
	var wanted []string
	for _, name := range names {
		key := p + name
		if _, err := b.Create(t.Context(), key, []byte(key), store.Header{}); err != nil {
			t.Fatalf("%q: %v", key, err)
		}
		_, body, err := b.Get(t.Context(), key, store.Cond{})
		if err != nil || string(body) != key {
			t.Errorf("%q: got %q, %v", key, body, err)
		}
		wanted = append(wanted, key)
	}
	slices.Sort(wanted)
	objects, more, err := b.List(t.Context(), p, "", 0)
	want(t, "list", err, nil)
	if got := listed(objects); !slices.Equal(got, wanted) || more {
		t.Errorf("listed %q, want %q", got, wanted)
	}
	for _, o := range objects {
		want(t, "delete "+o.Key, b.Delete(t.Context(), o.Key, o.ETag), nil)
	}
}

func listed(objects []store.Object) (keys []string) {
	for _, o := range objects {
		keys = append(keys, o.Key)
	}
	return keys
}

func listing(t *testing.T, b *store.Bucket) {
	ctx, p := t.Context(), prefix()
	var wanted []string
	for i := range 25 {
		key := fmt.Sprintf("%sk%02d", p, i)
		create(t, b, key, strconv.Itoa(i))
		wanted = append(wanted, key)
	}
	create(t, b, strings.TrimSuffix(p, "/")+"0-behind", "x")
	for _, size := range []int{1, 7, 24, 25, 26, 1500} {
		var got []string
		after, more := "", true
		for more {
			var objects []store.Object
			var err error
			objects, more, err = b.List(ctx, p, after, size)
			want(t, "list", err, nil)
			if len(objects) > size || more && len(objects) != size {
				t.Fatalf("pages of %d: got one of %d", size, len(objects))
			}
			if len(objects) == 0 {
				break
			}
			got = append(got, listed(objects)...)
			after = got[len(got)-1]
		}
		if !slices.Equal(got, wanted) {
			t.Errorf("pages of %d: got %q", size, got)
		}
	}
	objects, _, err := b.List(ctx, p, "", 1)
	want(t, "list", err, nil)
	head, err := b.Head(ctx, objects[0].Key)
	want(t, "head", err, nil)
	if objects[0].ETag != head.ETag || objects[0].Size != head.Size || objects[0].Modified.IsZero() {
		t.Errorf("listed as %+v, but is %+v", objects[0], head)
	}
}

func createRace(t *testing.T, b *store.Bucket) {
	for range 10 {
		key := prefix() + "x"
		var group sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 8 {
			group.Go(func() {
				_, err := b.Create(t.Context(), key, []byte(strconv.Itoa(i)), store.Header{})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, store.ErrExists) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if won != 1 {
			t.Fatalf("%d of 8 created one object", won)
		}
	}
}

// deleteRace: of a replacement and a deletion of the same version one succeeds.
func deleteRace(t *testing.T, b *store.Bucket) {
	for range 40 {
		key := prefix() + "x"
		etag := create(t, b, key, "1")
		var group sync.WaitGroup
		var replaced, deleted error
		group.Go(func() { _, replaced = b.Replace(t.Context(), key, []byte("2"), store.Header{}, etag) })
		group.Go(func() { deleted = b.Delete(t.Context(), key, etag) })
		group.Wait()
		_, err := b.Head(t.Context(), key)
		switch {
		case replaced == nil && errors.Is(deleted, store.ErrChanged) && err == nil:
		case deleted == nil && errors.Is(replaced, store.ErrNotFound) && errors.Is(err, store.ErrNotFound):
		default:
			t.Fatalf("replace: %v; delete: %v; afterwards: %v", replaced, deleted, err)
		}
	}
}

// updateRace: 16 writers count to 160. Their bodies hold nothing random, so two may
// well try to store the same bytes.
func updateRace(t *testing.T, dial func() *s3.Client) {
	const writers, each = 16, 10
	key := prefix() + "counter"
	var group sync.WaitGroup
	for range writers {
		b := store.New(dial(), "state")
		group.Go(func() {
			for range each {
				for {
					err := store.Update(context.Background(), b, key, func(old []byte) ([]byte, error) {
						n, err := 0, error(nil)
						if old != nil {
							n, err = strconv.Atoi(string(old))
						}
						return []byte(strconv.Itoa(n + 1)), err
					})
					if errors.Is(err, store.ErrConflict) {
						continue // twenty others were faster; nothing was stored
					}
					if err != nil {
						t.Error(err)
					}
					break
				}
			}
		})
	}
	group.Wait()
	_, body, err := store.New(dial(), "state").Get(t.Context(), key, store.Cond{})
	want(t, "get", err, nil)
	if string(body) != strconv.Itoa(writers*each) {
		t.Errorf("counted to %s, want %d", body, writers*each)
	}
}
