package publish

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// keepBytes is how much of the sources a run keeps in memory, for the feeds read
// the same twenty posts three times.
const keepBytes = 16 << 20

// keepable is the largest body kept.
const keepable = 1 << 20

// staleError tells that a source was replaced since the catalog looked at it.
type staleError struct{ key string }

func (e staleError) Error() string {
	return fmt.Sprintf("%s was replaced while its page was made", e.key)
}

// bodies reads the sources exactly as one version of the catalog knows them.
type bodies struct {
	content *store.Bucket
	catalog *catalog.Catalog

	under singleflight.Group // what is being read, by key: pages made side by side ask for the same

	mu   sync.Mutex // guards what follows
	kept map[string][]byte
	left int
}

func newBodies(content *store.Bucket, c *catalog.Catalog) *bodies {
	return &bodies{content: content, catalog: c, kept: map[string][]byte{}, left: keepBytes}
}

// get returns the body of a content key, or a staleError if it is no longer what
// the catalog saw.
func (b *bodies) get(ctx context.Context, key string) ([]byte, error) {
	got, err, _ := b.under.Do(key, func() (any, error) { return b.read(ctx, key) })
	body, _ := got.([]byte)
	return body, err
}

func (b *bodies) read(ctx context.Context, key string) ([]byte, error) {
	b.mu.Lock()
	body, ok := b.kept[key]
	b.mu.Unlock()
	if ok {
		return body, nil
	}
	f := b.catalog.Files[key]
	if f == nil {
		return nil, staleError{key}
	}
	_, body, err := b.content.Get(ctx, key, store.Cond{IfMatch: f.ETag})
	if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrNotFound) {
		return nil, staleError{key}
	}
	if err != nil {
		return nil, err
	}
	if len(body) <= keepable {
		b.mu.Lock()
		if b.left >= len(body) {
			b.kept[key] = body
			b.left -= len(body)
		}
		b.mu.Unlock()
	}
	return body, nil
}
