package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// rebuild makes a catalog where there is none: an empty one at the very start,
// else one that remembers from the pages' metadata who each post is. Posts enter
// as tombstones, and are themselves again as soon as their sources are seen. What
// was uploaded before counts as announced.
func (p *Publisher) rebuild(ctx context.Context) (*version, error) {
	secret, err := p.nonce()
	if err != nil {
		return nil, err
	}
	c := catalog.New(secret)
	c.Reader = reader
	lost, err := p.wasThere(ctx)
	if err != nil {
		return nil, fmt.Errorf("rebuilding the catalog: %w", err)
	}
	if !lost {
		return &version{catalog: c}, nil
	}
	p.Log.Warn("the catalog is gone; it is made anew from the site and the content")
	c.Rebuilt = p.Now()
	origins, former, err := p.origins(ctx)
	if err != nil {
		return nil, fmt.Errorf("rebuilding the catalog: %w", err)
	}
	for key, o := range origins {
		e := catalog.Entry{ID: o.Post, Key: o.Source, First: o.First, GoLive: o.GoLive, Seq: o.Seq, Late: o.Late, Path: site.Path(key), Former: former[o.Post]}
		e.Kind = post.Page
		if o.Seq > 0 {
			e.Kind = post.Article
		}
		c.Sequence = max(c.Sequence, o.Seq)
		c.Tombstones[o.Post] = catalog.Tombstone{Gone: c.Rebuilt, Entry: e}
	}
	return &version{catalog: c}, nil
}

// wasThere tells whether this stack published before.
func (p *Publisher) wasThere(ctx context.Context) (bool, error) {
	for _, place := range []struct {
		bucket *store.Bucket
		prefix string
	}{{p.Content, "receipts/"}, {p.State, "issues/"}, {p.Site, ""}} {
		objects, _, err := place.bucket.List(ctx, place.prefix, "", 1)
		if err != nil || len(objects) > 0 {
			return true, err
		}
	}
	return false, nil
}

// origins reads what the site's pages remember, by site key, and the URL paths that
// posts had before, by post id.
func (p *Publisher) origins(ctx context.Context) (found map[string]site.Origin, former map[string][]string, err error) {
	found, former = map[string]site.Origin{}, map[string][]string{}
	var mu sync.Mutex
	for there := (listing{more: true}); there.more; {
		if there, err = list(ctx, p.Site, "", there.last, p.chunk); err != nil {
			return nil, nil, err
		}
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(readers)
		for _, key := range slices.Sorted(maps.Keys(there.etags)) {
			if !strings.HasSuffix(key, "/index.html") {
				continue
			}
			g.Go(func() error {
				o, err := p.Site.Head(gctx, key)
				if errors.Is(err, store.ErrNotFound) {
					return nil
				}
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				if origin, ok := site.ReadOrigin(o.Metadata); ok {
					found[key] = origin
				}
				if id, ok := site.ReadFormer(o.Metadata); ok {
					former[id] = append(former[id], site.Path(key))
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return nil, nil, err
		}
	}
	for _, paths := range former {
		slices.Sort(paths)
	}
	return found, former, nil
}
