package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A change of address touches two shards, so it is done in steps, each of which can be
// the last one before a crash and have anything happen right after it:
//
//  1. The old record says where it is moving. From here on who leaves or is erased at
//     the old address has left at the new one too.
//  2. The new record is there, and names the old one among its Former. Now there are two
//     halves of one person: both may be mailed, nobody is mailed a post at both.
//  3. The old record is a signpost. It becomes one only as what it was when all it held
//     had come across: endings, choices, former uids. Whatever came in between is brought
//     across first.
//
// Of two halves the choices that were made last hold ([Subscriber.Chosen]). Whoever
// presses the button again, changes the preferences at either half, moves on from
// either, or confirms anew at the new one, finishes the move first, so nobody is told
// "saved" of a half that is about to be given up. A half to which nothing may be mailed,
// because it bounced, say, is no place to go: then the old record goes on.

// Move carries a subscription over to another address, which its owner has
// confirmed. The old record stays as a signpost, so that links in old mails go on
// working; ask's cadence, topics and name are not looked at. If the new address has
// a subscription already, that one goes on with its own choices. Moving again after
// a crash finishes what was begun; of two moves at once the one that ends last holds.
func (a *Audience) Move(ctx context.Context, uid string, ask Ask) (Subscriber, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Subscriber{}, err
	}
	for range maxMoves {
		src, err := a.ByUID(ctx, uid)
		if err != nil {
			return Subscriber{}, err
		}
		if fold(src.Email) == fold(ask.Address) {
			return src, nil // the same mailbox, or this very move was done before
		}
		if _, err := a.moveFrom(ctx, ring, src, ask); err != nil {
			return Subscriber{}, err
		}
		// If src leads elsewhere now, another move was faster, or was finished first.
	}
	return Subscriber{}, fmt.Errorf("the moves of %s do not come to rest", uid)
}

// moveFrom is one step towards an address: to it, unless another move of src's, half
// done, is to be finished first.
func (a *Audience) moveFrom(ctx context.Context, ring *keyring, src Subscriber, ask Ask) (Subscriber, error) {
	from, to := ring.fingerprint(src.Email), ring.fingerprint(ask.Address)
	if src.Moving != to.String() {
		on, err := a.goOn(ctx, ring, src)
		if err != nil || on.UID != src.UID {
			return on, err
		}
	}
	if src.Status != Active {
		// Perhaps they left when the move was half done: then it is done to its end, and
		// they have left there too.
		if half, err := a.otherHalf(ctx, ring, to, src.UID); err != nil || half != nil {
			if err != nil {
				return Subscriber{}, err
			}
			return a.depart(ctx, from, src, *half)
		}
		return Subscriber{}, &RefusedError{Status: src.Status}
	}
	if left, how, err := a.leftSince(ctx, from, src.Asked); err != nil {
		return Subscriber{}, err
	} else if !left.IsZero() {
		// A restored backup has forgotten it, or whoever noted it is still at it. Nothing at the
		// new address would tell.
		if how == ending(Bounced) {
			return src, a.endAt(ctx, src.Email, how, left)
		}
		return src, a.end(ctx, src.Email, how, left)
	}
	src, err := a.gather(ctx, ring, src)
	if err != nil {
		return Subscriber{}, err
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
	return a.depart(ctx, from, src, dst)
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

// otherHalf is the record into which a uid is moving or moved by way of an address: the
// one that stands there, or one that it moved on to; nil if there is none.
func (a *Audience) otherHalf(ctx context.Context, ring *keyring, f Fingerprint, uid string) (*Subscriber, error) {
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return nil, err
	}
	if r := s.byFingerprint(ring, f); r != nil && slices.Contains(r.Former, uid) {
		return r, nil
	}
	moved, err := a.movedFrom(ctx, s, f)
	if err != nil {
		return nil, err
	}
	for i := range moved {
		if slices.Contains(moved[i].Former, uid) {
			return &moved[i], nil
		}
	}
	return nil, nil
}

// Arriving is the record in which somebody goes on who is in the middle of a change of
// address, once it stands; nil if there is none. From then on the old one may be among the
// leavings while nothing else tells that it is given up.
func (a *Audience) Arriving(ctx context.Context, s *Subscriber) (*Subscriber, error) {
	if s.Moving == "" {
		return nil, nil
	}
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return nil, err
	}
	return a.arriving(ctx, ring, s)
}

// arriving is Arriving for a record that is moving.
func (a *Audience) arriving(ctx context.Context, ring *keyring, s *Subscriber) (*Subscriber, error) {
	to, err := parseFingerprint(s.Moving)
	if err != nil {
		return nil, fmt.Errorf("where %s is moving is damaged: %w", s.UID, err)
	}
	return a.otherHalf(ctx, ring, to, s.UID)
}

// settleAt makes or finds the record at the new address. Doing it again brings across
// what was chosen at the old one since, and revives a record that ended before it was
// asked for.
func (a *Audience) settleAt(ctx context.Context, f Fingerprint, src Subscriber, ask Ask) (Subscriber, error) {
	now := a.now()
	asked := stamp(ask.At)
	var out Subscriber
	err := a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byAddress(ask.Address)
		if err := s.endings(f, r).refuses(asked); err != nil {
			return err
		}
		half := r != nil && slices.Contains(r.Former, src.UID)
		switch {
		case r == nil:
			var err error
			if r, err = s.fresh(f, ask, now, a); err != nil {
				return err
			}
			r.Since = src.Since
			r.become(src)
		case r.Status != Active:
			r.become(src)
		case half && r.holds(&src) && !asked.After(r.Asked):
			out = *r
			return errSame
		case half:
			r.take(src)
		default:
			r.choose(later(stamp(now), src.Chosen)) // that they go on
		}
		if asked.After(r.Asked) || r.Confirmed.IsZero() {
			r.Asked, r.Confirmed = asked, stamp(now)
			r.Consent = ask.Consent
			r.Consent.At = stamp(r.Consent.At)
		}
		r.adopt(src)
		r.settle()
		out = *r
		return nil
	})
	return out, err
}
