package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/store"
)

// enlist makes the frozen list: everybody who may be mailed now and is owed at
// least one of the posts that no earlier list holds for them. One shard of the
// audience and one earlier list are in memory at a time.
func (n *Newsletter) enlist(ctx context.Context, i *Issue, nonce string, c chosen, now time.Time) (*list, error) {
	posts := make([]string, len(c.offers))
	for k, o := range c.offers {
		posts[k] = o.ID
	}
	r := newRoster(posts)
	if len(posts) == 0 || i.Kind == Instant && c.offers[0].Mailing == post.MailDigest {
		return r.list(i.ID, nonce), nil // for nobody, so nobody need be looked at
	}
	gone, err := n.left(ctx)
	if err != nil {
		return nil, err
	}
	owed := make(bits, (len(posts)+63)/64)
	consider := func(s *audience.Subscriber) {
		if !s.Mailable(now) || gone.has(s) {
			return
		}
		clear(owed)
		for k, o := range c.offers {
			if o.owed(i.Kind, s) {
				owed.set(k)
			}
		}
		r.add(s, owed)
	}
	// Somebody who changes address while the shards are read may be missed in both.
	var moved []string
	lately := now.Add(-time.Minute)
	for records, err := range n.Audience.Shards(ctx) {
		if err != nil {
			return nil, fmt.Errorf("read the audience: %w", err)
		}
		for k := range records {
			s := &records[k]
			if s.Status == audience.Moved && !s.MovedAt.Before(lately) {
				moved = append(moved, s.MovedTo)
			}
			consider(s)
		}
	}
	for _, uid := range moved {
		s, err := n.Audience.ByUID(ctx, uid)
		if errors.Is(err, audience.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the audience: %w", err)
		}
		consider(&s)
	}
	r.sort()
	for _, e := range c.earlier {
		l, err := n.readList(ctx, e.ID, e.Freeze)
		if errors.Is(err, store.ErrNotFound) {
			// Nobody knows any more who had these posts: rather no one than someone twice.
			for k, p := range posts {
				if e.holds(p) {
					r.dropAll(k)
				}
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		r.subtract(l)
	}
	return r.list(i.ID, nonce), nil
}

// readList reads a frozen list.
func (n *Newsletter) readList(ctx context.Context, id, freeze string) (*list, error) {
	key := recipientsKey(id, freeze)
	_, body, err := n.State.Get(ctx, key, store.Cond{})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	l, err := decodeList(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if l.head.Issue != id || l.head.Freeze != freeze {
		return nil, damaged("%s is the list of %s, freeze %s", key, l.head.Issue, l.head.Freeze)
	}
	return l, nil
}

// loadList is readList for an issue that is being sent: a frozen list never
// changes, so the last one is kept.
func (n *Newsletter) loadList(ctx context.Context, id, freeze string) (*list, error) {
	key := recipientsKey(id, freeze)
	n.mu.Lock()
	l := n.lists[key]
	n.mu.Unlock()
	if l != nil {
		return l, nil
	}
	l, err := n.readList(ctx, id, freeze)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.lists) >= 4 {
		clear(n.lists)
	}
	n.lists[key] = l
	return l, nil
}

// leavings are all who left: once in a while from the beginning, and each time
// what came since.
type leavings struct {
	all, recent audience.Leavings
	at          time.Time // when all was read
}

func (l leavings) has(s *audience.Subscriber) bool { return l.all.Has(s) || l.recent.Has(s) }

// leavingsFor is how long the whole list of leavings is used before it is read again.
const leavingsFor = time.Hour

// left reads who left, up to now.
func (n *Newsletter) left(ctx context.Context) (leavings, error) {
	n.mu.Lock()
	l := n.leavings
	n.mu.Unlock()
	now := n.Now()
	var err error
	if age := now.Sub(l.at); l.at.IsZero() || age > leavingsFor || age < 0 {
		if l.all, err = n.Audience.Left(ctx, time.Time{}); err != nil {
			return leavings{}, fmt.Errorf("read who left: %w", err)
		}
		l.at, l.recent = now, audience.Leavings{}
		n.mu.Lock()
		n.leavings = l
		n.mu.Unlock()
		return l, nil
	}
	// The clocks of others may be a little behind ours.
	if l.recent, err = n.Audience.Left(ctx, l.at.Add(-5*time.Minute)); err != nil {
		return leavings{}, fmt.Errorf("read who left: %w", err)
	}
	return l, nil
}
