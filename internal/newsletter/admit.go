package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// admit asks whether a due issue may be frozen now: there must be a domain to send
// from, the post's source must be what the catalog knows, and no guard must object.
func (n *Newsletter) admit(ctx context.Context, w *world, i *Issue, now time.Time) (*Issue, bool, error) {
	if w.settings.Newsletter.Domain == "" {
		i, err := n.delay(ctx, w, i, "no mail can be sent before site.yaml sets newsletter.domain")
		return i, false, err
	}
	if i.Kind == Instant {
		e := w.catalog.Posts[i.Post]
		why := guard(i, e, w.catalog, w.settings, now)
		if why == "" {
			same, err := n.unchanged(ctx, e.Key, e.ETag)
			if err != nil {
				return i, false, err
			}
			if same {
				return i, true, nil
			}
			i, err = n.delay(ctx, w, i, "the file was just changed; what it says then is sent")
			return i, false, err
		}
		i, err := n.hold(ctx, w, i, why, now)
		return i, false, err
	}
	why := guard(i, nil, w.catalog, w.settings, now)
	if why == "" {
		return i, true, nil
	}
	chosen, err := n.choose(ctx, w, i)
	if err != nil {
		return i, false, err
	}
	l, err := n.enlist(ctx, i, "trial", chosen, now)
	if err != nil {
		return i, false, err
	}
	if l.head.Total == 0 {
		return i, true, nil // for nobody: not worth asking the author
	}
	i, err = n.hold(ctx, w, i, why, now)
	return i, false, err
}

// unchanged tells whether a source is still what the catalog read.
func (n *Newsletter) unchanged(ctx context.Context, key, etag string) (bool, error) {
	o, err := n.Content.Head(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at %s: %w", key, err)
	}
	return o.ETag == etag, nil
}

// hold stops a waiting issue for the author.
func (n *Newsletter) hold(ctx context.Context, w *world, i *Issue, why string, now time.Time) (*Issue, error) {
	return n.moveWaiting(ctx, w, i, func(i *Issue) error {
		if !i.Released.IsZero() {
			return errSame
		}
		i.hold(why, now)
		return nil
	})
}

// delay leaves an issue waiting and says why.
func (n *Newsletter) delay(ctx context.Context, w *world, i *Issue, why string) (*Issue, error) {
	if i.Reason == why {
		return i, nil
	}
	return n.moveWaiting(ctx, w, i, func(i *Issue) error {
		if i.Reason == why {
			return errSame
		}
		i.wait(why)
		return nil
	})
}
