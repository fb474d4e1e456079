package publish

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// errOvertaken is reported by commit when another run committed first.
var errOvertaken = errors.New("another run committed first")

var packed = store.Header{ContentType: "application/gzip", CacheControl: "no-store"}

// load reads the catalog, from memory if it is unchanged. A catalog that does not
// exist is rebuilt from what the buckets hold.
func (p *Publisher) load(ctx context.Context) (*version, error) {
	p.mu.Lock()
	known := p.cached
	p.mu.Unlock()
	cond := store.Cond{Limit: catalog.MaxBytes}
	if known != nil {
		cond.IfNoneMatch = known.etag
	}
	o, body, err := p.State.Get(ctx, catalog.Key, cond)
	switch {
	case errors.Is(err, store.ErrNotModified):
		return known, nil
	case errors.Is(err, store.ErrNotFound):
		return p.rebuild(ctx)
	case err != nil:
		return nil, err
	}
	c, err := catalog.Decode(body)
	if err != nil {
		return nil, err
	}
	v := &version{catalog: c, etag: o.ETag}
	p.remember(v)
	return v, nil
}

func (p *Publisher) remember(v *version) {
	p.mu.Lock()
	p.cached = v
	p.mu.Unlock()
}

// stamp makes a draft out of a version: a copy with the generation and the nonce
// of the commit to come.
func (p *Publisher) stamp(v *version) (*catalog.Catalog, error) {
	nonce, err := p.nonce()
	if err != nil {
		return nil, err
	}
	next := v.catalog.Clone()
	next.Generation++
	next.Nonce = nonce
	next.Changed = p.Now()
	return next, nil
}

// commit replaces one version by the next, or reports errOvertaken. After an
// answer that leaves it open who wrote, the nonce tells.
func (p *Publisher) commit(ctx context.Context, from *version, next *catalog.Catalog) (*version, error) {
	noteMark(next)
	body, err := next.Encode()
	if err != nil {
		return nil, err
	}
	etag, err := p.State.Swap(ctx, catalog.Key, body, packed, from.etag)
	switch {
	case err == nil:
		v := &version{catalog: next, etag: etag}
		p.remember(v)
		return v, nil
	case errors.Is(err, store.ErrConflict):
		return nil, errOvertaken
	case !errors.Is(err, store.ErrChanged) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("committing the catalog: %w", err)
	}
	o, body, err := p.State.Get(ctx, catalog.Key, store.Cond{Limit: catalog.MaxBytes})
	if errors.Is(err, store.ErrNotFound) {
		return nil, errOvertaken
	}
	if err != nil {
		return nil, fmt.Errorf("committing the catalog: %w", err)
	}
	there, err := catalog.Decode(body)
	if err != nil {
		return nil, err
	}
	v := &version{catalog: there, etag: o.ETag}
	p.remember(v)
	if there.Nonce == next.Nonce {
		return v, nil
	}
	return nil, errOvertaken
}

// amend commits a change to whatever the catalog is by then. Change is called
// anew after each lost race and reports whether there is anything to commit; the
// version in force is returned either way.
func (p *Publisher) amend(ctx context.Context, change func(*catalog.Catalog) bool) (*version, error) {
	for try := 0; ; try++ {
		from, err := p.load(ctx)
		if err != nil {
			return nil, err
		}
		next, err := p.stamp(from)
		if err != nil {
			return nil, err
		}
		if !change(next) {
			return from, nil
		}
		v, err := p.commit(ctx, from, next)
		if !errors.Is(err, errOvertaken) {
			return v, err
		}
		if err := p.backoff(ctx, try); err != nil {
			return nil, err
		}
	}
}
