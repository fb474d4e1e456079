package audience

import (
	"context"
	"fmt"
	"slices"
)

// Update changes what a subscriber may change by themselves: Name, Cadence, Topics
// and Paused; other changes are dropped. It may call alter several times. A record
// that moved is followed, and a move that was left half done is finished first.
// Somebody who is not active is a [*RefusedError]: only a confirmed wish makes them
// active again.
func (a *Audience) Update(ctx context.Context, uid string, alter func(*Subscriber) error) (Subscriber, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Subscriber{}, err
	}
	now, err := a.ByUID(ctx, uid)
	if err == nil {
		now, err = a.arrive(ctx, ring, now)
	}
	if err != nil {
		return Subscriber{}, err
	}
	n, err := ShardOf(now.UID)
	if err != nil {
		return Subscriber{}, err
	}
	var out Subscriber
	err = a.change(ctx, n, func(s *shard) error {
		r := s.byUID(now.UID)
		if r == nil {
			return ErrNotFound
		}
		if r.Status != Active {
			return &RefusedError{Status: r.Status}
		}
		wish := *r
		wish.Topics = slices.Clone(r.Topics)
		if err := alter(&wish); err != nil {
			return err
		}
		if !wish.Cadence.Valid() {
			return fmt.Errorf("%q is not a cadence", wish.Cadence)
		}
		wish.Paused = stamp(wish.Paused)
		if r.Moving == "" && wish.Name == r.Name && wish.Cadence == r.Cadence && wish.Paused.Equal(r.Paused) && slices.Equal(wish.Topics, r.Topics) {
			out = *r
			return errSame
		}
		r.Name, r.Topics, r.Paused = wish.Name, wish.Topics, wish.Paused
		r.choose(a.now())
		r.setCadence(wish.Cadence, stamp(a.now()))
		out = *r
		return nil
	})
	if err != nil {
		return Subscriber{}, err
	}
	if out.Moving == "" {
		return out, nil
	}
	return a.arrive(ctx, ring, out) // perhaps its other half came meanwhile
}
