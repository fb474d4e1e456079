package newsletter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// Repair mends what Verify tells of, as far as can be without mailing anybody twice:
// what a witness says is over is over; what it says was begun otherwise than the state
// knows is held for the author; what lost its record gets one that is closed; and the
// outbox names what it should. What nobody can know any more stays as Verify tells it.
func (n *Newsletter) Repair(ctx context.Context) error {
	if err := n.mendOutbox(ctx); err != nil {
		return err
	}
	w, err := n.look(ctx)
	if isDamaged(err) { // publishing mends the catalog, and receipts are renewed then
		w = &world{catalog: catalog.New("")}
		w.settings, err = n.complete(w.catalog)
	}
	if err != nil {
		return err
	}
	// An issue is there before the outbox names it. One that comes in the meantime is not among
	// the ids, and the outbox named none of them before.
	named, err := n.loadOutbox(ctx)
	if err != nil {
		return err
	}
	ids, err := n.issueIDs(ctx, "issues/", "")
	if err != nil {
		return err
	}
	witnessed, err := n.witnessIDs(ctx, "", "")
	if err != nil {
		return err
	}
	lost := slices.DeleteFunc(witnessed, func(id string) bool { return slices.Contains(ids, id) })
	if err := n.recallAll(ctx, w, lost); err != nil {
		return err
	}
	found := map[string]*Issue{}
	for _, id := range ids {
		i, err := n.loadIssue(ctx, id)
		if errors.Is(err, errNoIssue) || isDamaged(err) {
			continue // of a damaged one Verify tells, and an earlier version of the object is the cure
		}
		if err != nil {
			return err
		}
		if found[id], err = n.believe(ctx, w, i); err != nil {
			return err
		}
		if _, open := named.Issues[id]; open && i.over() { // whoever ended it may have died before that was told
			if err := n.tell(ctx, w, i); err != nil {
				return err
			}
		}
	}
	now := n.Now()
	_, err = n.changeOutbox(ctx, func(o *outbox) bool {
		changed := false
		for _, id := range append(named.ids(), lost...) {
			if !slices.Contains(ids, id) {
				changed = o.drop(id) || changed
			}
		}
		for id, i := range found {
			known, named := o.Issues[id]
			switch {
			case i.over():
				changed = o.drop(id) || changed
			case !named:
				changed = o.put(id, soon(i, now)) || changed
			case known.Generation > i.Generation:
				// Another run has moved it since, or its record was restored without the outbox.
				o.drop(id)
				known.Next, known.Generation = now, i.Generation
				changed = o.put(id, known)
			}
		}
		return changed
	})
	return err
}

// believe makes an issue say what its witness does.
func (n *Newsletter) believe(ctx context.Context, w *world, i *Issue) (*Issue, error) {
	seen, err := n.witnessOf(ctx, i.ID)
	if err != nil || seen == nil || i.over() {
		return i, err
	}
	if !seen.Closed.IsZero() {
		return n.endedBy(ctx, w, i, seen)
	}
	if seen.Freeze != i.Freeze {
		return n.adopt(ctx, w, i, seen)
	}
	if i.State == Held && i.begun() {
		return i, n.forgetBehind(ctx, i.ID, seen) // so that resuming it is enough
	}
	return i, nil
}

// mendOutbox puts an outbox aside that cannot be read, and makes one that knows how far
// the digests came from the digests there are.
func (n *Newsletter) mendOutbox(ctx context.Context) error {
	o, body, err := n.State.Get(ctx, outboxKey, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return n.digestsFromIssues(ctx)
	}
	if err != nil {
		return err
	}
	broken := decode(outboxKey, body, &outbox{})
	if broken == nil || errors.Is(broken, ErrNewer) {
		return broken
	}
	key := "damaged/" + n.Now().UTC().Format("20060102T150405Z") + "-" + outboxKey
	if _, err := n.State.Create(ctx, key, body, jsonHeader); err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("putting the damaged outbox aside: %w", err)
	}
	if err := n.State.Delete(ctx, outboxKey, o.ETag); err != nil {
		return err
	}
	return n.digestsFromIssues(ctx)
}

// digestsFromIssues sets each digest's mark to what the last issue of its kind covers,
// by its record or its witness, so that a new outbox begins where the lost one was.
func (n *Newsletter) digestsFromIssues(ctx context.Context) error {
	marks := map[Kind]digest{}
	cover := func(id string, to int64, due time.Time) {
		kind, _, _ := strings.Cut(id, "-")
		d := marks[Kind(kind)]
		if due.After(d.Due) {
			d.Due = due.UTC()
		}
		d.Mark = max(d.Mark, to)
		marks[Kind(kind)] = d
	}
	ids, err := n.issueIDs(ctx, "issues/", "")
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := n.loadIssue(ctx, id)
		if errors.Is(err, errNoIssue) || isDamaged(err) {
			continue
		}
		if err != nil {
			return err
		}
		cover(id, i.To, i.Due)
	}
	witnessed, err := n.witnessIDs(ctx, "", "")
	if err != nil {
		return err
	}
	for _, id := range witnessed {
		seen, err := n.witnessOf(ctx, id)
		if err != nil && !isDamaged(err) {
			return err
		}
		if seen != nil {
			cover(id, seen.To, seen.Begun)
		}
	}
	delete(marks, Instant)
	if len(marks) == 0 {
		return nil
	}
	_, err = n.changeOutbox(ctx, func(o *outbox) bool {
		before := maps.Clone(o.Digests)
		for _, k := range []Kind{Weekly, Monthly} {
			if d, was := marks[k]; was {
				if _, known := o.Digests[k]; !known {
					o.digestAt(k, d)
				}
			}
		}
		return len(before) != len(o.Digests)
	})
	return err
}
