package publish

import (
	"context"
	"errors"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// put writes one output over exactly what the catalog knows to be there. If
// something else is, the catalog is asked again: still wanted, it is written over
// what was just seen; else it is left to whoever wants otherwise. That the object
// there looks like ours is never taken for done.
func (w *writer) put(ctx context.Context, key string, o site.Object) error {
	p := w.v.catalog.Pending[key]
	header := store.Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}
	known := w.v.catalog.Outputs[key].ETag
	for try := 0; ; try++ {
		var etag string
		var err error
		if known == "" {
			etag, err = w.Site.Create(ctx, key, o.Body, header)
		} else {
			etag, err = w.Site.Replace(ctx, key, o.Body, header, known)
		}
		if err == nil {
			w.done.touch(key, touch{digest: p.Digest, post: w.owner(key), etag: etag})
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
		known = there
	}
}

// remove deletes one output, with the same care.
func (w *writer) remove(ctx context.Context, key string) error {
	p := w.v.catalog.Pending[key]
	known := w.v.catalog.Outputs[key].ETag
	for try := 0; ; try++ {
		if known != "" {
			err := w.Site.Delete(ctx, key, known)
			if err == nil {
				w.done.touch(key, touch{})
				w.count(key)
				return nil
			}
			if !lostRace(err) || try == maxRounds {
				return err
			}
		}
		there, wanted, err := w.again(ctx, key, p)
		if err != nil {
			return err
		}
		if !wanted {
			w.done.touch(key, touch{etag: there, left: true})
			return nil
		}
		if there == "" { // gone already
			w.done.touch(key, touch{})
			return nil
		}
		known = there
	}
}

// owner is the id of the post whose page an output is, or "".
func (w *writer) owner(key string) string {
	o := w.plan.Outputs()[key]
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
