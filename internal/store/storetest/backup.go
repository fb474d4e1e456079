package storetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/store"
)

// List lists all objects of a bucket whose key begins with prefix.
func List(t testing.TB, b *store.Bucket, prefix string) (all []store.Object) {
	t.Helper()
	for after, more := "", true; more; {
		var objects []store.Object
		var err error
		if objects, more, err = b.List(t.Context(), prefix, after, 0); err != nil {
			t.Fatal(err)
		}
		all = append(all, objects...)
		if len(objects) > 0 {
			after = objects[len(objects)-1].Key
		}
	}
	return all
}

// Keys names all objects of a bucket whose key begins with prefix, in order.
func Keys(t testing.TB, b *store.Bucket, prefix string) []string {
	t.Helper()
	return listed(List(t, b, prefix))
}

// Stored is an object as a backup keeps it.
type Stored struct {
	Body   string
	Header store.Header
}

// Backup reads a whole bucket, by key. What is deleted meanwhile is left out.
func Backup(t testing.TB, b *store.Bucket) map[string]Stored {
	t.Helper()
	all := map[string]Stored{}
	for _, key := range Keys(t, b, "") {
		o, body, err := b.Get(t.Context(), key, store.Cond{})
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all[key] = Stored{string(body), store.Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}}
	}
	return all
}

// Restore makes a bucket, which nobody else writes to, what a backup of it says, but for
// the keys that begin with one of stays.
func Restore(t testing.TB, b *store.Bucket, to map[string]Stored, stays ...string) {
	t.Helper()
	kept := func(key string) bool {
		for _, prefix := range stays {
			if strings.HasPrefix(key, prefix) {
				return true
			}
		}
		return false
	}
	for _, o := range List(t, b, "") {
		if kept(o.Key) {
			continue
		}
		if err := b.Delete(t.Context(), o.Key, o.ETag); err != nil {
			t.Fatal(err)
		}
	}
	for key, o := range to {
		if kept(key) {
			continue
		}
		if _, err := b.Create(t.Context(), key, []byte(o.Body), o.Header); err != nil {
			t.Fatal(err)
		}
	}
}
