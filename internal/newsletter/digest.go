package newsletter

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// OpenDigests opens the weekly and monthly issues that are due. Of several periods
// that were missed, one issue says everything. Repeating it is harmless.
func (n *Newsletter) OpenDigests(ctx context.Context) error {
	o, err := n.loadOutbox(ctx)
	if err != nil {
		return err
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	now := n.Now()
	var errs []error
	for _, k := range []Kind{Weekly, Monthly} {
		s := schedules(w.settings)[k]
		last := s.last(now)
		d, known := o.Digests[k]
		switch {
		case !known:
			// The first run of all: nobody was promised the digests before it.
			_, err = n.changeOutbox(ctx, func(o *outbox) bool {
				if _, known := o.Digests[k]; known {
					return false
				}
				o.digestAt(k, digest{Due: last.UTC()})
				return true
			})
		case last.After(d.Due):
			err = n.openDigest(ctx, w, s, d, last, now)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// openDigest opens the issue of one period and moves the mark to what it covers.
func (n *Newsletter) openDigest(ctx context.Context, w *world, s schedule, d digest, due, now time.Time) error {
	i := &Issue{
		Kind: s.kind, Period: s.period(due), Opened: now, Due: due.UTC(), State: Waiting,
		After: d.Mark, To: coverable(w.catalog, d.Mark, due), Carry: d.Carry,
	}
	i.ID = string(i.Kind) + "-" + i.Period
	if id, err := n.forgotten(ctx, s.kind, s.period(d.Due), i.ID); err != nil || id != "" {
		if err != nil {
			return err
		}
		return n.suspect(ctx, id) // it is opened once the state knows again what was mailed
	}
	seen, err := n.witnessOf(ctx, i.ID)
	if err != nil {
		return err
	}
	found, existed := i, true
	if seen != nil {
		found, err = n.loadIssue(ctx, i.ID)
		if errors.Is(err, errNoIssue) {
			// It was begun before the state was restored. What it held is in no later digest,
			// because its list is lost; but what it left to the next one is not known any
			// more, nor do go-live numbers mean what they meant. So the mark stays.
			found, err = &Issue{ID: i.ID, Kind: i.Kind, To: d.Mark, State: Closed}, n.suspect(ctx, i.ID)
		}
	} else {
		found, existed, err = create(ctx, n, n.State, issueKey(i.ID), i)
	}
	if err != nil {
		return err
	}
	_, err = n.changeOutbox(ctx, func(o *outbox) bool {
		if !due.After(o.Digests[s.kind].Due) {
			return false
		}
		o.opened(s.kind, due, found)
		if !found.over() {
			o.put(found.ID, firstHint(found, existed, now))
		}
		return true
	})
	return err
}

// forgotten is a digest of a later period than the last one known, but for one, that was
// begun and of which the state has no record; "" if there is none. What it covered would
// be covered again.
func (n *Newsletter) forgotten(ctx context.Context, k Kind, last, but string) (id string, err error) {
	kind := string(k) + "-"
	begun, err := n.witnessIDs(ctx, kind, kind+last)
	if err != nil {
		return "", err
	}
	for _, id := range begun {
		if id == but {
			continue
		}
		if _, err := n.loadIssue(ctx, id); errors.Is(err, errNoIssue) {
			return id, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", nil
}

// hopeless is how many failed renderings of a page no longer hold up the digests.
const hopeless = 3

// coverable is the last go-live number a digest may cover, from a mark on: below every post
// whose page is not written or whose announcement is still owed. A page that fails again
// and again holds up nobody else; its post is left to a later digest. So is what went live
// after the digest was due, because it is opened late, or its day was moved into the past.
func coverable(c *catalog.Catalog, mark int64, due time.Time) int64 {
	to := c.Sequence
	for id, e := range c.Posts {
		if !e.Live || e.Kind != post.Article || e.Seq <= mark {
			continue
		}
		page, pending := pendingPage(c, e)
		if _, owed := c.Owed.Announce[id]; owed || pending && page.Fails < hopeless || e.GoLive.After(due) {
			to = min(to, e.Seq-1)
		}
	}
	return max(to, mark)
}

// pendingPage tells whether a post's page is still to be written for the first
// time: one that is only to be renewed can be linked to.
func pendingPage(c *catalog.Catalog, e *catalog.Entry) (catalog.Pending, bool) {
	key := strings.TrimPrefix(e.Path, "/") + "index.html"
	p, pending := c.Pending[key]
	return p, pending && !c.Shows(e, key)
}
