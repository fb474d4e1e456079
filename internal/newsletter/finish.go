package newsletter

import (
	"context"
	"errors"
	"slices"

	"github.com/pennypost/pennypost/internal/receipt"
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
	}
	if mine && changed.Recipients > 0 {
		n.Say(sentLine(changed.Counts, nil))
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

// tell brings the mail lines of the receipts up to date that an issue is about.
func (n *Newsletter) tell(ctx context.Context, w *world, i *Issue) error {
	if i.Kind != Instant {
		return n.tellCovered(ctx, w, i)
	}
	e := w.catalog.Posts[i.Post]
	if e == nil {
		return nil // its receipt says Removed
	}
	for range 10 {
		lines, err := n.expect(ctx, w, e, i)
		if err == nil {
			err = n.writeLines(ctx, e.Key, lines)
		}
		if err != nil {
			return err
		}
		// The issue may have moved on meanwhile, and who moved it may have written before.
		now, err := n.loadIssue(ctx, i.ID)
		if errors.Is(err, errNoIssue) || err == nil && now.Generation <= i.Generation {
			return nil
		}
		if err != nil {
			return err
		}
		i = now
	}
	return nil
}

// writeLines replaces the mail lines of a source's receipt, if it has one: publishing
// writes it first, and asks for these lines itself.
func (n *Newsletter) writeLines(ctx context.Context, source string, lines []string) error {
	key := receipt.Key(source)
	for range 10 {
		o, old, err := n.Content.Get(ctx, key, store.Cond{})
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		text := receipt.WithMail(old, lines)
		if string(text) == string(old) {
			return nil
		}
		h := store.Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}
		_, err = n.Content.Replace(ctx, key, text, h, o.ETag)
		if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
			continue // publishing was faster
		}
		return err
	}
	return nil // it is being rewritten all the time, by runs that ask for these lines
}
