package publish

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// settleOwed is step 7: it does what the catalog says is owed, whoever owed it,
// and commits that it is done. What fails stays owed.
func (r *run) settleOwed(ctx context.Context) error {
	v, err := r.load(ctx)
	if err != nil {
		return err
	}
	owed := v.catalog.Owed
	if len(owed.Announce) == 0 && len(owed.Receipts) == 0 && owed.Invalidation == 0 {
		return nil
	}
	d := discharged{announce: map[string]int64{}, receipts: map[string]int64{}}
	var errs []error
	var ids []string
	for id := range owed.Announce {
		if ready(v.catalog, id) { // the others may come back
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if err := r.Announcer.AnnounceAll(ctx, ids); err != nil {
		errs = append(errs, err)
	} else {
		for _, id := range ids {
			d.announce[id] = owed.Announce[id]
		}
	}
	if len(owed.Receipts) > 0 {
		errs = append(errs, r.writeReceipts(ctx, v, &d))
	}
	if owed.Invalidation != 0 && !r.clearing && clearable(v.catalog, r.Now()) { // another run owed it
		errs = append(errs, r.reserve(ctx))
	}
	if owed.Invalidation != 0 && r.clearing {
		if err := r.Invalidator.Invalidate(ctx); err != nil {
			errs = append(errs, err)
		} else {
			d.invalidation = owed.Invalidation
		}
	}
	_, err = r.amend(ctx, d.clear)
	return errors.Join(append(errs, err)...)
}

// ready tells whether a post's page can be read.
func ready(c *catalog.Catalog, id string) bool {
	e := c.Posts[id]
	return e != nil && e.Live && !waiting(c, e)
}

// waiting tells whether a post's page still has to be written.
func waiting(c *catalog.Catalog, e *catalog.Entry) bool {
	_, waits := c.Pending[site.Key(e.Path)]
	return waits
}

// discharged is what was owed and is done, with the generation it was owed with.
type discharged struct {
	mu           sync.Mutex
	announce     map[string]int64
	receipts     map[string]int64
	invalidation int64
	mark         string // the commit that the mark beside the receipts names
}

// clear takes out what is done, unless it has come to be owed again since.
func (d *discharged) clear(next *catalog.Catalog) bool {
	changed := false
	for id, generation := range d.announce {
		if next.Owed.Announce[id] == generation {
			delete(next.Owed.Announce, id)
			changed = true
		}
	}
	for key, generation := range d.receipts {
		if next.Owed.Receipts[key] == generation {
			delete(next.Owed.Receipts, key)
			changed = true
		}
	}
	if d.invalidation != 0 && next.Owed.Invalidation == d.invalidation {
		next.Owed.Invalidation = 0
		changed = true
	}
	if d.mark != "" {
		changed = forgetMarks(next, d.mark) || changed
	}
	return changed
}

// writeReceipts writes each receipt that is owed and can be told the truth yet.
func (r *run) writeReceipts(ctx context.Context, v *version, d *discharged) error {
	v, err := r.setMark(ctx, v)
	if err != nil {
		return err
	}
	if n := len(v.catalog.Marks); n > 0 {
		d.mark = v.catalog.Marks[n-1]
	}
	look, err := r.look(v.catalog)
	if err != nil {
		return err
	}
	if !r.planned.holds(v.catalog) { // another run has committed since
		r.planned = planned{site.New(v.catalog, look.settings, look.theme), v.catalog}
	}
	c := &clerk{run: r, c: v.catalog, look: look, plan: r.planned.plan, bodies: newBodies(r.Content, v.catalog), desk: newDesk()}
	var g errgroup.Group
	g.SetLimit(writers)
	for _, key := range slices.Sorted(maps.Keys(v.catalog.Owed.Receipts)) {
		generation := v.catalog.Owed.Receipts[key]
		if r.late(ctx) {
			break // the rest stays owed
		}
		e := v.catalog.ByKey(key)
		if e != nil && e.Live && waiting(v.catalog, e) && v.catalog.Pending[site.Key(e.Path)].Fails == 0 {
			continue
		}
		g.Go(func() error {
			if err := c.write(ctx, key); err != nil {
				return err
			}
			d.mu.Lock()
			d.receipts[key] = generation
			d.mu.Unlock()
			return nil
		})
	}
	return g.Wait()
}

// compareVersions tells whether a text tells of a newer, or may tell of an older version
// of the catalog than c. Two versions of one moment are told apart by their number.
func compareVersions(metadata map[string]string, c *catalog.Catalog) (newer, older bool) {
	generation, err := strconv.ParseInt(metadata["generation"], 10, 64)
	asOf, err2 := time.Parse(time.RFC3339Nano, metadata["as-of"])
	if err != nil || err2 != nil {
		return false, true
	}
	return generation > c.Generation && !asOf.Before(c.Changed), generation < c.Generation || asOf.Before(c.Changed)
}

// replaceReceipt writes a receipt over whatever is there, by compare-and-swap, and not at
// all if it is the same already; the text is asked for when what is there was read. It tells
// whether there was none. A run that was overtaken leaves alone what one that knew more has
// written: the text remembers which version of the catalog it tells of, by its number and,
// because a restored catalog counts again from where it was, by its time.
func (p *Publisher) replaceReceipt(ctx context.Context, c *catalog.Catalog, key string, write func() ([]byte, error)) (created bool, err error) {
	header := store.Header{ContentType: "text/plain; charset=utf-8", CacheControl: "no-store", Metadata: map[string]string{
		"generation": strconv.FormatInt(c.Generation, 10), "as-of": c.Changed.UTC().Format(time.RFC3339Nano),
	}}
	for try := 0; ; try++ {
		o, old, err := p.Content.Get(ctx, key, store.Cond{})
		missing := errors.Is(err, store.ErrNotFound)
		if err != nil && !missing {
			return false, err
		}
		newer, older := compareVersions(o.Metadata, c)
		if newer {
			return false, nil
		}
		text, err := write()
		edition := receipt.Edition(old)
		if err != nil || bytes.Equal(receipt.WithEdition(text, edition), old) && !older {
			return false, err
		}
		text = receipt.WithEdition(text, edition+1)
		if missing {
			_, err = p.Content.Create(ctx, key, text, header)
		} else {
			_, err = p.Content.Replace(ctx, key, text, header, o.ETag)
		}
		if !lostRace(err) {
			return missing && err == nil, err
		}
		if err := p.backoff(ctx, try); err != nil {
			return false, err
		}
	}
}
