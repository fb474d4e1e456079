package newsletter

import (
	"context"
	"errors"

	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
)

// tell brings the mail lines of the receipts up to date that an issue is about. A receipt is
// read before what it is to say, and written only if nobody else has written it since: so
// no run that knew less overwrites what the one that moved the issue has told. One that is
// not there is left to publishing, which writes it first and asks for these lines itself.
func (n *Newsletter) tell(ctx context.Context, w *world, i *Issue) error {
	if i.Kind != Instant {
		return n.tellCovered(ctx, w, i)
	}
	e := w.catalog.Posts[i.Post]
	if e == nil {
		return nil // its receipt says Removed
	}
	key := receipt.Key(e.Key)
	for range 10 {
		o, old, err := n.Content.Get(ctx, key, store.Cond{})
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		now, err := n.loadIssue(ctx, i.ID)
		if err != nil && !errors.Is(err, errNoIssue) {
			return err
		}
		if err == nil && now.Generation > i.Generation {
			i = now
		}
		lines, err := n.expect(ctx, w, e, i)
		if err != nil {
			return err
		}
		text := receipt.WithMail(old, lines)
		if string(text) == string(old) {
			return nil
		}
		text = receipt.WithEdition(text, receipt.Edition(old)+1)
		h := store.Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}
		_, err = n.Content.Replace(ctx, key, text, h, o.ETag)
		if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
			continue // publishing, or another run, was faster
		}
		return err
	}
	return nil // it is being rewritten all the time, by runs that ask for these lines
}

// errUntold means that an issue was moved, and that a receipt does not say so yet. The outbox
// must keep the state the issue was in: by that the next tick knows that it is to be told.
var errUntold = errors.New("its receipt is not up to date yet")

// found is note for one issue that somebody else may have moved and died before it was told:
// what is noted counts as told.
func (n *Newsletter) found(ctx context.Context, w *world, i *Issue) error {
	if err := n.tell(ctx, w, i); err != nil {
		return err
	}
	return n.note(ctx, map[string]*Issue{i.ID: i})
}

// movedOn tells an issue that somebody else moved meanwhile, who may have died before it was
// told. Untold it is not returned: whoever notes it would forget that.
func (n *Newsletter) movedOn(ctx context.Context, w *world, i *Issue) (*Issue, error) {
	if err := n.tell(ctx, w, i); err != nil {
		return nil, err
	}
	return i, nil
}
