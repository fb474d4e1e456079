package publish

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// deaths is how often a file may end the run that reads it.
const deaths = 3

// lastWords is how long after its deadline a run may still say that it came back: at that
// very moment another may begin, and must not take it for dead.
const lastWords = 10 * time.Second

// RunAlone is Run for keys that were delivered before without success: one key at
// a time, noted beforehand, so that a file which kills the process is known by
// it. The third time such a file is quarantined: it gets a receipt and is left
// alone until it is replaced. With too little time for all keys it reports an error.
func (p *Publisher) RunAlone(ctx context.Context, keys []string) error {
	began := time.Now()
	for i, key := range keys {
		if !Ours(key) {
			continue
		}
		if i > 0 && p.late(ctx, began) {
			return errLate
		}
		quarantined, err := p.suspect(ctx, key)
		if err != nil {
			return err
		}
		if quarantined {
			if err := p.Run(ctx, nil); err != nil {
				return err
			}
			continue
		}
		err = errors.Join(p.Run(ctx, []string{key}), p.absolve(context.WithoutCancel(ctx), key))
		if err != nil {
			return err
		}
	}
	return nil
}

// absolve forgets what a key was suspected of: its run came back, if only to say that
// S3 could not be reached, or was so slow that time ran out. That is nothing the file
// did: one that takes for ever does not come back, because Lambda ends its process.
func (p *Publisher) absolve(ctx context.Context, key string) error {
	_, err := p.amend(ctx, func(next *catalog.Catalog) bool { return cleared(next, key) })
	return err
}

// cleared takes a key off the list of suspects, and tells whether it was on it.
func cleared(next *catalog.Catalog, key string) bool {
	_, noted := next.Suspects[key]
	delete(next.Suspects, key)
	delete(next.Reading, key)
	return noted
}

// suspect notes that a key is about to be read, and quarantines it if that was
// noted too often. What another run noted that may still be reading it says nothing.
func (p *Publisher) suspect(ctx context.Context, key string) (quarantined bool, err error) {
	head, err := p.Content.Head(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil // reading nothing is safe
	}
	if err != nil {
		return false, err
	}
	_, err = p.amend(ctx, func(next *catalog.Catalog) bool {
		if quarantined = false; harmless(next, key, head.ETag) {
			return cleared(next, key)
		}
		over := !p.Now().Before(next.Reading[key])
		quarantined = over && next.Suspects[key] >= deaths
		if !quarantined {
			if over {
				next.Suspects[key]++
			}
			if until, ok := ctx.Deadline(); ok { // on a laptop only one process runs at a time
				next.Reading[key] = p.Now().Add(time.Until(until) + lastWords).UTC()
			}
			return true
		}
		cleared(next, key)
		delete(next.Unread, key)
		next.See(catalog.Seen{
			Key: key, ETag: head.ETag, Size: head.Size, Uploaded: head.Modified,
			Problem: "pennypost stopped working on this file three times and leaves it alone now: simplify it (fewer nested lists or quotes, a smaller picture) and upload it again",
		}, p.Now())
		next.Owed.Receipts[key] = next.Generation
		return true
	})
	return quarantined, err
}

// harmless tells whether this very file was read and its page written, as the catalog
// knows: whatever ended its run, a power cut say, came after that.
func harmless(c *catalog.Catalog, key, etag string) bool {
	f := c.Files[key]
	if f == nil || f.ETag != etag || f.Problem != "" {
		return false
	}
	e := c.Posts[f.Post]
	if e == nil || !e.Live {
		return len(c.Pending) == 0
	}
	_, pending := c.Pending[strings.TrimPrefix(e.Path, "/")+"index.html"]
	return !pending
}
