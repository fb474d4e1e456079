package newsletter

import (
	"context"
	"strings"
)

// recallAll recalls issues. The outbox names them until their receipts tell how they ended,
// so that a repair after this one tells of those that this one died over.
func (n *Newsletter) recallAll(ctx context.Context, w *world, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	now := n.Now()
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		changed := false
		for _, id := range ids {
			if _, open := o.Issues[id]; !open {
				changed = o.put(id, hint{State: Closed, Next: now}) || changed
			}
		}
		return changed
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := n.recall(ctx, w, id); err != nil {
			return err
		}
	}
	return nil
}

// recall writes the record of an issue of which only the witness is left. Its list is
// lost with it, so it is over: somebody may not have got it, nobody gets it twice.
func (n *Newsletter) recall(ctx context.Context, w *world, id string) error {
	seen, err := n.witnessOf(ctx, id)
	if isDamaged(err) {
		return nil // and nothing is known beside it
	}
	if err != nil || seen == nil {
		return err
	}
	kind, rest, _ := strings.Cut(id, "-")
	i := &Issue{ID: id, Kind: Kind(kind), Opened: seen.Begun, Due: seen.Begun}
	if i.Kind == Instant {
		i.Post = rest
		if e := w.catalog.Posts[rest]; e != nil {
			i.Key = e.Key
		}
	} else {
		i.Period = rest // and no range: after a restore go-live numbers do not mean what they meant
	}
	now := n.Now()
	open := seen.Closed.IsZero()
	if open {
		seen.Closed, seen.Reason = now, lostOnTheWay
	}
	i.endBy(seen)
	i.Lost = !seen.Cancelled
	if _, _, err := create(ctx, n, n.State, issueKey(id), i); err != nil {
		return err
	}
	if open {
		if err := n.closeWitness(ctx, i, now); err != nil {
			return err
		}
	}
	return n.tell(ctx, w, i)
}
