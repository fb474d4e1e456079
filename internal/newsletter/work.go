package newsletter

import (
	"context"
	"errors"
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
	defer func() { n.standing(o) }()
	if o.Restored {
		if err := n.afterRestore(ctx); err != nil {
			return err
		}
		if o, err = n.loadOutbox(ctx); err != nil {
			return err
		}
	}
	if len(o.Issues) == 0 && o.Freezing == nil && len(o.News) == 0 && o.Telling == nil {
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
	return errors.Join(append(errs, n.tellAuthor(ctx, o))...)
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
