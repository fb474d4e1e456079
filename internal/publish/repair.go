package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// damagedPrefix is where a catalog that cannot be read is put aside.
const damagedPrefix = "damaged/"

// Repair mends what Verify tells of: a catalog that is gone or cannot be read is made
// anew from the content and the site, a whole sweep finds what differs, and what was
// found is written. Nobody is mailed about a post that was uploaded before its catalog
// was lost. Repairing what is whole changes nothing but the catalog's record of the
// sweep.
//
// [catalog.ErrNewer] is reported where a newer program is at work.
func (p *Publisher) Repair(ctx context.Context) error {
	if err := p.putAside(ctx); err != nil {
		return err
	}
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	_, err := p.amend(ctx, func(next *catalog.Catalog) bool {
		next.Sweep = catalog.Sweep{Done: next.Sweep.Done, Bucket: "content"}
		return true
	})
	if err != nil {
		return err
	}
	for under := true; under; {
		if err := p.Sweep(ctx); err != nil {
			return err
		}
		v, err := p.load(ctx)
		if err != nil {
			return err
		}
		under = v.catalog.Sweep.Bucket != ""
	}
	found, err := p.verify(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	_, err = p.amend(ctx, func(next *catalog.Catalog) bool {
		changed := false
		for _, f := range found {
			if f.receipt != "" {
				next.Owed.Receipts[f.receipt] = next.Generation
				changed = true
			}
			if _, waits := next.Pending[f.remake]; f.remake != "" && !waits {
				next.Pending[f.remake] = catalog.Pending{Digest: next.Outputs[f.remake].Digest, Nonce: next.Nonce}
				changed = true
			}
		}
		return changed
	})
	if err != nil {
		return err
	}
	return p.Run(ctx, nil)
}

// putAside moves a catalog that cannot be read out of the way: publishing stands still
// while it is there. A newer one is none of this program's business.
func (p *Publisher) putAside(ctx context.Context) error {
	o, body, err := p.State.Get(ctx, catalog.Key, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, broken := catalog.Decode(body)
	if broken == nil || errors.Is(broken, catalog.ErrNewer) {
		return broken
	}
	key := damagedPrefix + p.Now().UTC().Format("20060102T150405Z") + "-" + catalog.Key
	if _, err := p.State.Create(ctx, key, body, packed); errors.Is(err, store.ErrExists) {
		_, there, err := p.State.Get(ctx, key, store.Cond{})
		if err != nil {
			return err
		}
		if !bytes.Equal(there, body) {
			return fmt.Errorf("putting the damaged catalog aside: %s is taken", key)
		}
	} else if err != nil {
		return fmt.Errorf("putting the damaged catalog aside: %w", err)
	}
	return p.State.Delete(ctx, catalog.Key, o.ETag)
}
