package publish

import (
	"context"
	"errors"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// put writes one output over exactly what the catalog knows to be there.
func (w *writer) put(ctx context.Context, key string, o site.Object) error {
	digest := w.v.catalog.Pending[key].Digest
	header := store.Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}
	return w.swap(ctx, key, func(known string) (touch, error) {
		etag, err := w.Site.Swap(ctx, key, o.Body, header, known)
		return touch{digest: digest, post: w.owner(key), etag: etag}, err
	})
}

// remove deletes one output, with the same care.
func (w *writer) remove(ctx context.Context, key string) error {
	return w.swap(ctx, key, func(known string) (touch, error) {
		if known == "" { // the catalog does not know what it is
			return touch{}, store.ErrNotFound
		}
		return touch{}, w.Site.Delete(ctx, key, known)
	})
}

// swap does to one output what is pending for it, given the ETag of what the catalog
// knows to be there. If something else is, the catalog is asked again: still wanted, it
// is done to what was just seen; else it is left to whoever wants otherwise. That the
// object there looks like ours is never taken for done.
func (w *writer) swap(ctx context.Context, key string, do func(known string) (touch, error)) error {
	p := w.v.catalog.Pending[key]
	known := w.v.catalog.Outputs[key].ETag
	for try := 0; ; try++ {
		done, err := do(known)
		if err == nil {
			w.done.touch(key, done)
			w.count(key)
			return nil
		}
		if !lostRace(err) || try == maxRounds {
			return err
		}
		there, wanted, err := w.again(ctx, key, p)
		if err != nil {
			return err
		}
		if !wanted {
			w.done.touch(key, touch{etag: there, left: true})
			return nil
		}
		if p.Digest == "" && there == "" { // it is to go, and is gone already
			w.done.touch(key, touch{})
			return nil
		}
		known = there
	}
}

// owner is what [catalog.Output] notes of whose page an output is.
func (w *writer) owner(key string) string {
	o := w.plan.Outputs()[key]
	if o.Stage == site.Redirect {
		return catalog.Signpost
	}
	if o.Stage != site.Article || len(o.Sources) == 0 {
		return ""
	}
	e := w.v.catalog.ByKey(o.Sources[0])
	if e == nil {
		return ""
	}
	return e.ID
}

// again looks at what is at an output's key now, and whether the catalog still
// wants what this run was about to do.
func (w *writer) again(ctx context.Context, key string, p catalog.Pending) (etag string, wanted bool, err error) {
	head, err := w.Site.Head(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, err
	}
	v, err := w.load(ctx)
	if err != nil {
		return "", false, err
	}
	now, waits := v.catalog.Pending[key]
	return head.ETag, waits && now.Digest == p.Digest && now.Nonce == p.Nonce, nil
}

func lostRace(err error) bool {
	return errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrExists) ||
		errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict)
}
