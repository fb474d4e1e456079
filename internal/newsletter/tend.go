package newsletter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// perTick is how many issues are tended in one tick at most, so that thousands of
// held ones cannot keep others waiting.
const perTick = 2000

// tend brings the issues that call for it to the state they should be in, all at
// once, and then freezes those that are ready, one after the other.
func (n *Newsletter) tend(ctx context.Context, w *world, o *outbox) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards what follows
		errs  []error
		first []*Issue // the one whose freeze did not come to its end: before it no other can be frozen
		ready []*Issue
		seen  = map[string]*Issue{}
		slots = make(chan struct{}, 8)
	)
	var ids []string
	for _, id := range o.ids() {
		if n.calls(id, o.Issues[id], w) && len(ids) < perTick && (o.Freezing == nil || o.Freezing.Issue != id) {
			ids = append(ids, id)
		}
	}
	if f := o.Freezing; f != nil && n.over(f) {
		i, err := n.finishFreeze(ctx, w, f)
		if err != nil {
			return err
		}
		if i != nil {
			first = append(first, i)
		}
	}
	for _, id := range ids {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if n.ending(ctx) {
				return
			}
			i, isReady, err := n.tendOne(ctx, w, id, o.Issues[id].State)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			seen[id] = i
			if isReady {
				ready = append(ready, i)
			}
		})
	}
	wg.Wait()
	if err := n.note(ctx, seen); err != nil {
		errs = append(errs, err)
	}
	slices.SortFunc(ready, func(a, b *Issue) int { return a.Due.Compare(b.Due) })
	for _, i := range append(first, ready...) {
		if n.ending(ctx) {
			break
		}
		if err := n.freeze(ctx, w, i); errors.Is(err, errBusy) {
			break // another run freezes: all of these wait
		} else if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// note writes down in the outbox how issues were found; nil ones are not there.
func (n *Newsletter) note(ctx context.Context, seen map[string]*Issue) error {
	if len(seen) == 0 {
		return nil
	}
	now := n.Now()
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		changed := false
		for id, i := range seen {
			old, ok := o.Issues[id]
			if !ok {
				continue // another run closed it
			}
			if i != nil && i.Generation < old.Generation {
				continue // another run saw what became of it since
			}
			if i != nil && i.State != old.State && !o.Restored {
				changed = o.tell(i, now) || changed
			}
			if i == nil || i.over() {
				changed = o.drop(id) || changed
			} else {
				changed = o.put(id, n.again(o, i, now)) || changed
			}
		}
		return changed
	})
	return err
}

// tendOne looks at one issue and moves it on, short of freezing it; known is its state as
// the outbox has it, and ready tells that it is to be frozen.
func (n *Newsletter) tendOne(ctx context.Context, w *world, id string, known State) (i *Issue, ready bool, err error) {
	i, err = n.loadIssue(ctx, id)
	if errors.Is(err, errNoIssue) {
		return nil, false, nil // its outbox entry was written, its object lost: nothing to send
	}
	if err != nil {
		return nil, false, err
	}
	if i.State != known || i.over() { // whoever moved it may have died before that was told
		if err := n.tell(ctx, w, i); err != nil {
			return i, false, err
		}
	}
	if i.over() {
		return i, false, nil
	}
	if i.State == Held && i.begun() {
		return i, false, n.settleHeld(ctx, w, i)
	}
	if i.State == Waiting && i.Freeze != "" {
		// Either a run is about to freeze it, and decides; or its freeze did not come to its
		// end. If that has a witness it counts, and nothing but its end may follow.
		o, err := n.loadOutbox(ctx)
		if err != nil {
			return i, false, err
		}
		if f := o.Freezing; f != nil && f.Nonce == i.Freeze && !n.over(f) {
			return i, false, nil
		}
		seen, err := n.witnessOf(ctx, id)
		if err != nil || seen != nil {
			return i, err == nil, err
		}
	}
	now := n.Now()
	if i.State == Waiting && !now.Before(i.Due) {
		// One that was over or on its way, and of which a restored state does not know, is
		// nothing for the guards: the freeze finds out what became of it.
		seen, err := n.witnessOf(ctx, id)
		if err != nil || seen != nil {
			return i, err == nil, err
		}
	}
	away := ""
	if i.Kind == Instant {
		away = mailable(w.catalog.Posts[i.Post])
	}
	switch {
	case i.expired(now):
		i, err = n.move(ctx, w, i, func(i *Issue) error {
			if !i.expired(now) {
				return errSame
			}
			i.end(Counts{}, nil, "held for 30 days and never released", now)
			return nil
		})
	case i.State == Waiting && away != "":
		i, err = n.moveWaiting(ctx, w, i, func(i *Issue) error {
			i.sleep(away)
			return nil
		})
	case i.State == Dormant && i.Kind == Instant && away == "":
		i, err = n.move(ctx, w, i, func(i *Issue) error {
			if i.State != Dormant {
				return errSame
			}
			i.wake(now)
			return nil
		})
		ready = err == nil && i.State == Waiting && !now.Before(i.Due)
	case i.State == Waiting && !now.Before(i.Due):
		ready = true
	}
	if err != nil || !ready {
		return i, false, err
	}
	return n.admit(ctx, w, i, now)
}

// moveWaiting moves an issue that waits on to something else than being mailed, unless
// another run has begun to freeze it since it was read: then that run decides, and its
// mark must stay.
func (n *Newsletter) moveWaiting(ctx context.Context, w *world, seen *Issue, alter func(*Issue) error) (*Issue, error) {
	return n.move(ctx, w, seen, func(i *Issue) error {
		if i.State != Waiting || i.Freeze != seen.Freeze {
			return errSame
		}
		return alter(i)
	})
}

// move changes an issue and tells the author's receipt. With an error the issue is returned
// as it was before.
func (n *Newsletter) move(ctx context.Context, w *world, i *Issue, alter func(*Issue) error) (*Issue, error) {
	changed, err := n.changeIssue(ctx, i.ID, alter)
	if err != nil {
		return i, err
	}
	if changed.State != i.State {
		n.moved(ctx, changed)
	}
	if changed.State == i.State && changed.Reason == i.Reason {
		return changed, nil
	}
	if err := n.tell(ctx, w, changed); err != nil && changed.State != Sending { // sending tells it again and again
		return i, fmt.Errorf("%s: %w: %w", i.ID, errUntold, err)
	}
	return changed, nil
}
