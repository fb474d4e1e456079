package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

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
	to := ring.fingerprint(ask.Address)
	if src.Status != Active {
		// Perhaps they left when the move was half done: then it is done to its end, and
		// they have left there too.
		if half, err := a.otherHalf(ctx, ring, to, src.UID); err != nil || half != nil {
			if err != nil {
				return Subscriber{}, err
			}
			return a.depart(ctx, ring.fingerprint(src.Email), src, *half)
		}
		return Subscriber{}, &RefusedError{Status: src.Status}
	}
	if before, err := parseFingerprint(src.Moving); src.Moving != "" && err == nil && before != to {
		half, err := a.otherHalf(ctx, ring, before, src.UID)
		if err == nil && half != nil { // another move was left half done: one after the other
			_, err = a.depart(ctx, ring.fingerprint(src.Email), src, *half)
			if err == nil {
				return a.Move(ctx, half.UID, ask)
			}
		}
		if err != nil {
			return Subscriber{}, err
		}
	}
	if err := a.setOut(ctx, src, to.String()); err != nil {
		return Subscriber{}, err
	}
	dst, err := a.settleAt(ctx, to, src, ask)
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		return Subscriber{}, errors.Join(err, a.setOut(ctx, src, ""))
	}
	if err != nil {
		return Subscriber{}, err
	}
	return a.depart(ctx, ring.fingerprint(src.Email), src, dst)
}

// setOut notes in a record where it is about to move, unless its owner left; "" for nowhere.
func (a *Audience) setOut(ctx context.Context, src Subscriber, to string) error {
	n, err := ShardOf(src.UID)
	if err != nil {
		return err
	}
	return a.change(ctx, n, func(s *shard) error {
		r := s.byUID(src.UID)
		switch {
		case r == nil:
			return ErrNotFound
		case r.MovedTo != "" || r.Moving == to && (r.Status == Active || to == ""):
			return errSame
		case r.Status != Active && to != "":
			return &RefusedError{Status: r.Status}
		}
		r.Moving = to
		return nil
	})
}

// otherHalf is the record at an address into which a uid is moving or moved; nil if
// there is none.
func (a *Audience) otherHalf(ctx context.Context, ring *keyring, f Fingerprint, uid string) (*Subscriber, error) {
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return nil, err
	}
	if r := s.byFingerprint(ring, f); r != nil && slices.Contains(r.Former, uid) {
		return r, nil
	}
	return nil, nil
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
	// What ended mail to the old record ends it at the new address before the old one
	// forgets it, so that a crash in between leaves it to be done again.
	var leftAt, complainedAt time.Time
	for range maxMoves {
		known := mark{Left: leftAt, Complained: complainedAt}
		gone, err := a.signpost(ctx, f, src.UID, dst.UID, func(r *Subscriber) bool {
			leftAt, complainedAt = time.Time{}, r.ComplainedAt
			if r.Status == Left {
				leftAt = r.LeftAt
			}
			return known == mark{Left: leftAt, Complained: complainedAt}
		})
		if err != nil {
			return Subscriber{}, err
		}
		if gone {
			return a.ByUID(ctx, dst.UID)
		}
		if !leftAt.IsZero() {
			err = a.endAt(ctx, dst.Email, ending(Left), later(leftAt, dst.Asked))
		}
		if err == nil && !complainedAt.IsZero() {
			err = a.endAt(ctx, dst.Email, ending(Complained), complainedAt)
		}
		if err != nil {
			return Subscriber{}, err
		}
	}
	return Subscriber{}, fmt.Errorf("the old record of %s does not come to rest", src.UID)
}

// signpost turns an old record into one that only leads to the new one, if its owner is
// content with what it says; gone tells that it is one now.
func (a *Audience) signpost(ctx context.Context, f Fingerprint, uid, to string, content func(*Subscriber) bool) (gone bool, err error) {
	err = a.change(ctx, f.shard(), func(s *shard) error {
		gone = false
		r := s.byUID(uid)
		if r == nil {
			return ErrNotFound
		}
		if r.MovedTo != "" {
			gone = true
			return errSame
		}
		if !content(r) {
			return errSame
		}
		gone = true
		s.mark(f, func(m *mark) {
			*m = mark{
				Erased: m.Erased, Moved: later(m.Moved, r.Asked), Left: later(m.Left, r.LeftAt),
				Bounced: later(m.Bounced, r.BouncedAt), Complained: later(m.Complained, r.ComplainedAt),
			}
		})
		*r = Subscriber{
			UID: r.UID, Cadence: r.Cadence, Since: r.Since, Asked: r.Asked, Confirmed: r.Confirmed,
			MovedTo: to, MovedAt: stamp(a.now()), Hash: f.String(),
		}
		r.settle()
		return nil
	})
	return gone, err
}
