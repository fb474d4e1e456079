package newsletter

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// Announce opens the issue of a post that went live, unless it was ever opened.
// Repeating it is harmless.
func (n *Newsletter) Announce(ctx context.Context, postID string) error {
	return n.AnnounceAll(ctx, []string{postID})
}

// AnnounceAll is Announce for many posts with one change of the outbox. It does as
// much as it can and reports what failed.
func (n *Newsletter) AnnounceAll(ctx context.Context, postIDs []string) error {
	if len(postIDs) == 0 {
		return nil
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	now := n.Now()
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards what follows
		open  []*Issue
		found = map[string]bool{} // those of them that another run opened
		errs  []error
		slots = make(chan struct{}, 8)
	)
	for _, id := range postIDs {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			i, existed, err := n.openInstant(ctx, w, id, now)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
			} else if i != nil && !i.over() {
				open = append(open, i)
				found[i.ID] = existed
			}
		})
	}
	wg.Wait()
	if err := n.remember(ctx, w, open, found, now); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// remember puts issues into the outbox that are not in it, and tells the author: of what is
// going to be held anyway not before it is.
func (n *Newsletter) remember(ctx context.Context, w *world, open []*Issue, found map[string]bool, now time.Time) error {
	if len(open) == 0 {
		return nil
	}
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		changed := false
		for _, i := range open {
			if _, ok := o.Issues[i.ID]; ok {
				continue
			}
			changed = o.put(i.ID, firstHint(i, found[i.ID], now)) || changed
			if w.foreseen(i) == "" {
				o.tell(i, now)
			}
		}
		return changed
	})
	return err
}

// openInstant creates a post's issue, or reads the one that existed. It returns nil
// where there is nothing to open: for pages, and for posts whose witness says that
// their mail was begun before the state was lost.
func (n *Newsletter) openInstant(ctx context.Context, w *world, postID string, now time.Time) (i *Issue, existed bool, err error) {
	e := w.catalog.Posts[postID]
	if e != nil && e.Kind != post.Article {
		return nil, false, nil
	}
	i = &Issue{
		ID: InstantID(postID), Kind: Instant, Post: postID,
		Opened: now, Undo: w.settings.Newsletter.Undo, Due: now.Add(w.settings.Newsletter.Undo),
		State: Waiting,
	}
	if e != nil {
		i.Key = e.Key
	}
	if why := mailable(e); why != "" {
		i.sleep(why)
	} else if e.Late {
		i.hold(lateReason(e, w.settings), now)
	}
	seen, err := n.witnessOf(ctx, i.ID)
	if err != nil {
		return nil, false, err
	}
	if seen != nil {
		there, err := n.loadIssue(ctx, i.ID)
		if errors.Is(err, errNoIssue) {
			return nil, false, n.suspect(ctx, i.ID)
		}
		return there, true, err
	}
	return create(ctx, n, n.State, issueKey(i.ID), i)
}

// recheck is how often an issue that only the author or the post can move on is
// looked at all the same.
const recheck = 7 * 24 * time.Hour

// again says when an issue that the outbox names is to be looked at next. What the author
// asked for may still take effect, though nobody waits for its answer any more.
func (n *Newsletter) again(o *outbox, i *Issue, now time.Time) hint {
	h := hintOf(i, now)
	asked := o.Issues[i.ID].Asked
	done := asked.Add(n.Deadline + time.Minute)
	if asked.IsZero() || now.After(done) {
		return h
	}
	h.Asked = asked
	if h.Next.After(done) {
		h.Next = done.Add(time.Second)
	}
	return h
}

// firstHint is the hint of an issue that is new in the outbox. One that was found and not
// opened may have been moved since, or be over: the next tick looks.
func firstHint(i *Issue, found bool, now time.Time) hint {
	if found {
		return soon(i, now)
	}
	return hintOf(i, now)
}

// soon is the hint of an issue that the next tick is to look at.
func soon(i *Issue, now time.Time) hint {
	return hint{State: i.State, Next: now, Generation: i.Generation}
}

// hintOf says when an issue is to be looked at next.
func hintOf(i *Issue, now time.Time) hint {
	h := soon(i, now)
	switch i.State {
	case Waiting:
		h.Next = i.Due
	case Dormant:
		h.Next = now.Add(recheck)
	case Held:
		h.Next = now.Add(recheck)
		if end := i.HeldAt.Add(heldFor); !i.begun() && end.Before(h.Next) {
			h.Next = end
		}
		if i.begun() && now.Before(i.HeldAt.Add(askFor+time.Hour)) {
			h.Next = now.Add(askHeld)
		}
	}
	return h
}
