package newsletter

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Work is one tick: it looks at every issue whose time has come, freezes what is
// due, sends, settles what is uncertain, and closes what is finished. It may be
// stopped anywhere and called by any number of runs at once. With nothing to do it
// costs one conditional request.
func (n *Newsletter) Work(ctx context.Context) error {
	o, err := n.loadOutbox(ctx)
	if err != nil {
		return err
	}
	if len(o.Issues) == 0 && o.Freezing == nil && len(o.News) == 0 {
		return nil
	}
	var errs []error
	busy := false
	if n.wanted(o, nil) || o.Freezing != nil {
		w, err := n.look(ctx)
		if err != nil {
			return err
		}
		if err := n.tend(ctx, w, o); err != nil {
			errs = append(errs, err)
		}
		if o, err = n.loadOutbox(ctx); err != nil {
			return errors.Join(append(errs, err)...)
		}
		busy = true
	}
	for _, id := range sendingOrder(o) {
		if n.ending(ctx) {
			break
		}
		if err := n.send(ctx, id); err != nil {
			errs = append(errs, err)
		}
		busy = true
	}
	if busy { // there may be news
		if o, err = n.loadOutbox(ctx); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	return errors.Join(append(errs, n.tellAuthor(ctx, o.News))...)
}

// sendingOrder is what is being sent, posts before digests: they are what somebody
// wants at once, and a large digest must not keep them waiting.
func sendingOrder(o *outbox) []string {
	var posts, digests []string
	for _, id := range o.ids() {
		switch _, instant := instantPost(id); {
		case o.Issues[id].State != Sending:
		case instant:
			posts = append(posts, id)
		default:
			digests = append(digests, id)
		}
	}
	return append(posts, digests...)
}

// wanted tells whether any issue must be looked at: because its time has come, or
// because its post does not agree with its state. Without a world it tells whether
// the world is needed to know.
func (n *Newsletter) wanted(o *outbox, w *world) bool {
	for id, h := range o.Issues {
		if w == nil && (h.State == Waiting || h.State == Dormant) || n.calls(id, h, w) {
			return true
		}
	}
	return false
}

// calls tells whether one issue must be looked at now.
func (n *Newsletter) calls(id string, h hint, w *world) bool {
	if h.State != Sending && !n.Now().Before(h.Next) {
		return true
	}
	post, instant := instantPost(id)
	if w == nil || !instant {
		return false
	}
	away := mailable(w.catalog.Posts[post]) != ""
	return h.State == Waiting && away || h.State == Dormant && !away
}

// instantPost is the post an id's issue is about, if it is one of a post.
func instantPost(id string) (post string, ok bool) {
	prefix := InstantID("")
	if len(id) > len(prefix) && id[:len(prefix)] == prefix {
		return id[len(prefix):], true
	}
	return "", false
}

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
			ready = append(ready, i)
		}
	}
	for _, id := range ids {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if n.ending(ctx) {
				return
			}
			i, isReady, err := n.tendOne(ctx, w, id)
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
	for _, i := range ready {
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
			if i != nil && i.State != old.State && n.heard() {
				changed = o.tell(i, now) || changed
			}
			if i == nil || i.over() {
				changed = o.drop(id) || changed
			} else {
				changed = o.put(id, hintOf(i, now)) || changed
			}
		}
		return changed
	})
	return err
}

// tendOne looks at one issue and moves it on, short of freezing it; ready tells
// that it is to be frozen.
func (n *Newsletter) tendOne(ctx context.Context, w *world, id string) (i *Issue, ready bool, err error) {
	i, err = n.loadIssue(ctx, id)
	if errors.Is(err, errNoIssue) {
		return nil, false, nil // its outbox entry was written, its object lost: nothing to send
	}
	if err != nil {
		return nil, false, err
	}
	if i.State == Waiting && i.Freeze != "" {
		// A freeze of it did not come to its end. If it has a witness it counts, and
		// nothing but its end may follow.
		seen, err := n.witnessOf(ctx, id)
		if err != nil || seen != nil {
			return i, err == nil, err
		}
	}
	now := n.Now()
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
			i.end(Counts{}, "held for 30 days and never released", now)
			return nil
		})
	case i.State == Waiting && away != "":
		i, err = n.move(ctx, w, i, func(i *Issue) error {
			if i.State != Waiting {
				return errSame
			}
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

// move changes an issue and tells the author's receipt.
func (n *Newsletter) move(ctx context.Context, w *world, i *Issue, alter func(*Issue) error) (*Issue, error) {
	changed, err := n.changeIssue(ctx, i.ID, alter)
	if err != nil {
		return i, err
	}
	if changed.State != i.State || changed.Reason != i.Reason {
		n.tell(ctx, w, changed)
	}
	return changed, nil
}

// ending tells whether the time that is left is too short to begin anything new.
func (n *Newsletter) ending(ctx context.Context) bool {
	if ctx.Err() != nil {
		return true
	}
	end, ok := ctx.Deadline()
	return ok && time.Until(end) < margin(n.Deadline)
}

// margin is the time a run keeps for ending in order.
func margin(deadline time.Duration) time.Duration {
	return min(30*time.Second, max(deadline/5, time.Second))
}
