package newsletter

import (
	"context"
	"errors"
	"slices"

	"github.com/pennypost/pennypost/internal/store"
)

// after leaves an issue that is not finished until the next tick, and tells the
// author where it stands.
func (n *Newsletter) after(ctx context.Context, w *world, i *Issue, p *progress) error {
	if why := n.unanswerable(p); why != "" {
		return n.stop(ctx, w, i.ID, why)
	}
	return n.tell(ctx, w, i)
}

// finish closes an issue of which every fate is known: first the witness, so that
// nothing brings it back, then what the author is told, then the issue itself, and
// last the outbox. Doing it again from the beginning is harmless. seen says how it
// ended and when, which after a restore is not now.
func (n *Newsletter) finish(ctx context.Context, w *world, i *Issue, seen *witness) error {
	ended := *i
	ended.end(seen.Counts, seen.Failures, seen.Reason, seen.Closed)
	if err := n.closeWitness(ctx, &ended, seen.Closed); err != nil {
		return err
	}
	if err := n.tell(ctx, w, &ended); err != nil {
		return err
	}
	mine := false
	changed, err := n.changeIssue(ctx, i.ID, func(i *Issue) error {
		mine = false
		if i.State != Sending {
			return errSame
		}
		mine = true
		i.end(seen.Counts, seen.Failures, seen.Reason, seen.Closed)
		return nil
	})
	if err != nil {
		return err
	}
	if mine {
		n.moved(ctx, changed)
		if changed.Recipients > 0 {
			n.Say(sentLine(changed.Counts, nil))
		}
	}
	return n.found(ctx, w, changed) // whoever knew it as being sent may have written since it was told
}

// mention tells the posts of a digest that they were in it, or that it is over and nobody
// got them in it: their issues and receipts. Those that were left to the next one go on.
func (n *Newsletter) mention(ctx context.Context, w *world, i *Issue) error {
	people := map[string]int{}
	if len(i.Posts) > 0 {
		l, err := n.loadList(ctx, i.ID, i.Freeze)
		if errors.Is(err, store.ErrNotFound) {
			return nil // the state was restored, and its list went with it
		}
		if err != nil {
			return err
		}
		for _, g := range l.head.Groups {
			for _, p := range g.Posts {
				people[p] += g.To - g.From
			}
		}
	}
	at, why := i.Ended, ""
	if i.Reason == endedReason {
		at, why = i.Due, "ended by you before all of them were mailed"
	}
	return n.tellPosts(ctx, w, append(covered(w.catalog, i), i.Posts...), func(own *Issue) bool {
		if slices.Contains(i.Carried, own.Post) || people[own.Post] == 0 && own.Digests[i.Kind].Sent > 0 {
			return false
		}
		return own.mention(i.Kind, Mention{Issue: i.ID, At: at, Sent: people[own.Post], Why: why})
	})
}
