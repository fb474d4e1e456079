package audience

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Update changes what a subscriber may change by themselves: Name, Cadence, Topics
// and Paused; other changes are dropped. It may call alter several times. A record
// that moved is followed. Somebody who is not active is a [*RefusedError]: only a
// confirmed wish makes them active again.
func (a *Audience) Update(ctx context.Context, uid string, alter func(*Subscriber) error) (Subscriber, error) {
	now, err := a.ByUID(ctx, uid)
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
		if wish.Name == r.Name && wish.Cadence == r.Cadence && wish.Paused.Equal(r.Paused) && slices.Equal(wish.Topics, r.Topics) {
			out = *r
			return errSame
		}
		r.Name, r.Topics, r.Paused = wish.Name, wish.Topics, wish.Paused
		r.setCadence(wish.Cadence, stamp(a.now()))
		out = *r
		return nil
	})
	if err != nil {
		return Subscriber{}, err
	}
	return out, nil
}

// Move carries a subscription over to another address, which its owner has
// confirmed. The old record stays as a signpost, so that links in old mails go on
// working; ask's cadence, topics and name are not looked at. If the new address has
// a subscription already, that one goes on with its own choices. Moving again after
// a crash finishes what was begun.
func (a *Audience) Move(ctx context.Context, uid string, ask Ask) (Subscriber, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Subscriber{}, err
	}
	src, err := a.ByUID(ctx, uid)
	if err != nil {
		return Subscriber{}, err
	}
	if fold(src.Email) == fold(ask.Address) {
		return src, nil // the same mailbox, or this very move was done before
	}
	if src.Status != Active {
		return Subscriber{}, &RefusedError{Status: src.Status}
	}
	dst, err := a.settleAt(ctx, ring.fingerprint(ask.Address), src, ask)
	if err != nil {
		return Subscriber{}, err
	}
	return a.depart(ctx, ring.fingerprint(src.Email), src, dst)
}

// settleAt makes or finds the record at the new address.
func (a *Audience) settleAt(ctx context.Context, f Fingerprint, src Subscriber, ask Ask) (Subscriber, error) {
	now := a.now()
	asked := stamp(ask.At)
	var out Subscriber
	err := a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byAddress(ask.Address)
		if r != nil && slices.Contains(r.Former, src.UID) {
			out = *r
			return errSame
		}
		if r == nil {
			if err := s.Marks[f.String()].refuses(asked); err != nil {
				return err
			}
			var err error
			if r, err = s.fresh(f, ask, now, a); err != nil {
				return err
			}
			r.take(src)
			r.Since, r.History = src.Since, slices.Clone(src.History)
		} else {
			if err := s.endings(f, r).refuses(asked); err != nil {
				return err
			}
			if r.Status != Active {
				r.setCadence(src.Cadence, stamp(now))
				r.take(src)
			}
		}
		if asked.After(r.Asked) || r.Confirmed.IsZero() {
			r.Asked, r.Confirmed = asked, stamp(now)
			r.Consent = ask.Consent
			r.Consent.At = stamp(r.Consent.At)
		}
		r.Former = append(append(slices.Clone(r.Former), src.Former...), src.UID)
		r.settle()
		out = *r
		return nil
	})
	return out, err
}

// take copies the choices of another record.
func (s *Subscriber) take(src Subscriber) {
	s.Name, s.Cadence, s.Paused = src.Name, src.Cadence, src.Paused
	s.Topics = slices.Clone(src.Topics)
}

// depart turns the old record into a signpost, and remembers of its address that what
// was asked for it until now holds no more. If its owner left in the meantime, the
// new one leaves with it.
func (a *Audience) depart(ctx context.Context, f Fingerprint, src, dst Subscriber) (Subscriber, error) {
	// As of what was asked for last, so that a wish for the old address that is still
	// to be confirmed is not undone.
	if err := a.noteLeaving(ctx, f, src.Asked); err != nil {
		return Subscriber{}, err
	}
	var leftAt, complainedAt time.Time
	err := a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byUID(src.UID)
		if r == nil {
			return ErrNotFound
		}
		if r.MovedTo != "" {
			return errSame
		}
		leftAt, complainedAt = time.Time{}, r.ComplainedAt
		if r.Status == Left {
			leftAt = r.LeftAt
		}
		s.mark(f, func(m *mark) {
			*m = mark{
				Erased: m.Erased, Moved: later(m.Moved, r.Asked), Left: later(m.Left, r.LeftAt),
				Bounced: later(m.Bounced, r.BouncedAt), Complained: later(m.Complained, r.ComplainedAt),
			}
		})
		*r = Subscriber{
			UID: r.UID, Cadence: r.Cadence, Since: r.Since, Asked: r.Asked, Confirmed: r.Confirmed,
			MovedTo: dst.UID, MovedAt: stamp(a.now()), Hash: f.String(),
		}
		r.settle()
		return nil
	})
	if err != nil {
		return Subscriber{}, err
	}
	if !leftAt.IsZero() {
		err = a.end(ctx, dst.Email, ending(Left), later(leftAt, dst.Asked))
	}
	if err == nil && !complainedAt.IsZero() {
		err = a.end(ctx, dst.Email, ending(Complained), complainedAt)
	}
	if err != nil || (leftAt.IsZero() && complainedAt.IsZero()) {
		return dst, err
	}
	return a.ByUID(ctx, dst.UID)
}
