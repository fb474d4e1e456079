package publish

import (
	"context"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
)

// clearEvery is how much time lies between two clearings of the CDN's copies at the
// least. Whoever sets out to clear them writes so into the catalog first: runs that
// overlap, follow each other or die cannot do it more often. What is owed meanwhile
// is done by the first tick after that.
const clearEvery = time.Minute

// clearable tells whether the CDN may be cleared again.
func clearable(c *catalog.Catalog, now time.Time) bool {
	since := now.Sub(c.Owed.Cleared)
	return since >= clearEvery || since < 0 // the clock was set back
}

// reserve takes the next clearing, if one is owed and may be done.
func reserve(next *catalog.Catalog, now time.Time) bool {
	if next.Owed.Invalidation == 0 || !clearable(next, now) {
		return false
	}
	next.Owed.Cleared = now
	return true
}

// reserve commits that this run clears the CDN's copies, unless another does.
func (r *run) reserve(ctx context.Context) error {
	mine := false
	_, err := r.amend(ctx, func(next *catalog.Catalog) bool {
		mine = reserve(next, r.Now())
		return mine
	})
	r.clearing = err == nil && mine
	return err
}

// clearCDN does the clearing that was owed too early.
func (p *Publisher) clearCDN(ctx context.Context) error {
	r := &run{Publisher: p}
	if err := r.reserve(ctx); err != nil || !r.clearing {
		return err
	}
	v, err := p.load(ctx)
	if err != nil {
		return err
	}
	if err := p.Invalidator.Invalidate(ctx); err != nil {
		return err
	}
	_, err = p.amend(ctx, (&discharged{invalidation: v.catalog.Owed.Invalidation}).clear)
	return err
}
