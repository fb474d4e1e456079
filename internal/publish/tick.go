package publish

import (
	"context"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/picture"
	"github.com/pennypost/pennypost/internal/post"
)

// reader is the version of the way sources are read: when it changes, all are read
// again.
const reader = post.Version + "/" + picture.Version

// sweepEvery is how often the catalog is held against both buckets.
const sweepEvery = time.Hour

// Tick is what the clock calls about once a minute: what a run had no time to read is
// read, posts whose time has come go live, what a dead run left pending or owed is
// finished, and now and then the sweep looks for what events failed to tell. With
// nothing to do it costs one conditional GET.
func (p *Publisher) Tick(ctx context.Context) error {
	v, err := p.load(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	first := !p.woke && p.Alone
	p.woke = true
	p.mu.Unlock()
	now := p.Now()
	c := v.catalog
	switch {
	case len(c.Unread) > 0:
		err = p.catchUp(ctx)
	case v.etag == "", p.sweepDue(c, now, first):
		err = p.Sweep(ctx)
	case c.Reader != reader:
		err = p.reread(ctx, c)
	case dueBy(c, now), p.left(c, now, first):
		err = p.Run(ctx, nil)
	case c.Owed.Invalidation != 0 && clearable(c, now):
		err = p.clearCDN(ctx)
	}
	return err
}

func dueBy(c *catalog.Catalog, now time.Time) bool {
	due := c.Due()
	return !due.IsZero() && !due.After(now)
}

// left tells whether something is pending or owed that no living run sees to.
// What failed is tried again ever more rarely.
func (p *Publisher) left(c *catalog.Catalog, now time.Time, first bool) bool {
	quiet := now.Sub(c.Changed)
	if quiet < 0 { // the clock was set back
		quiet = sweepEvery
	}
	patience := p.Patience
	if p.Alone {
		patience = time.Second // no other run can be under way
	}
	if !first && quiet < patience {
		return false
	}
	if len(c.Owed.Receipts) > 0 {
		return true
	}
	for id := range c.Owed.Announce {
		if ready(c, id) {
			return true
		}
	}
	for _, waiting := range c.Pending {
		if quiet >= min(sweepEvery, patience<<min(waiting.Fails, 12)) || first {
			return true
		}
	}
	return false
}

// reread takes all sources in again, because they are read differently now.
func (p *Publisher) reread(ctx context.Context, c *catalog.Catalog) error {
	keys := make([]string, 0, len(c.Files))
	for key := range c.Files {
		keys = append(keys, key)
	}
	if err := p.start(ctx, keys, true); err != nil {
		return err
	}
	_, err := p.amend(ctx, func(next *catalog.Catalog) bool {
		next.Reader = reader
		return true
	})
	return err
}
