package audience

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ending is one way in which mail to somebody stops.
type ending Status

// Leave ends the subscription of a uid; a record that moved is followed. at is when
// they wished it: what was asked for later stays. Leaving twice is fine.
// ErrNotFound means that there is nobody to mail any more.
func (a *Audience) Leave(ctx context.Context, uid string, at time.Time) error {
	r, err := a.ByUID(ctx, uid)
	if err != nil {
		return err
	}
	return a.end(ctx, r.Email, ending(Left), at)
}

// LeaveAddress is Leave for an address, as a webhook names it. An address without a
// record is remembered, so that a late confirmation of something older has no effect.
func (a *Audience) LeaveAddress(ctx context.Context, address string, at time.Time) error {
	return a.end(ctx, address, ending(Left), at)
}

// Bounce records a permanent failure to deliver to an address: it gets no more mail
// unless its owner asks and confirms anew. Only that address is meant, not one its
// owner has moved to.
func (a *Audience) Bounce(ctx context.Context, address string, at time.Time) error {
	return a.endAt(ctx, address, ending(Bounced), at)
}

// Complain records that somebody called our mail spam: they get none for ever, also
// at an address they have moved to since.
func (a *Audience) Complain(ctx context.Context, address string, at time.Time) error {
	return a.end(ctx, address, ending(Complained), at)
}

// end ends mail to an address and to wherever its record moved or is moving: whoever
// leaves in the middle of a change of address has left at both, whichever of them the
// mail went to. The other ones come second and are looked up anew, because a move may
// have come to its end meanwhile; doing it again after a crash ends what was left over.
func (a *Audience) end(ctx context.Context, address string, how ending, at time.Time) error {
	if err := a.endAt(ctx, address, how, at); err != nil {
		return err
	}
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return err
	}
	f := ring.fingerprint(address)
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return err
	}
	others, err := a.successors(ctx, s, address, f)
	if err != nil {
		return err
	}
	if r := s.byAddress(address); r != nil {
		if err := a.endMoving(ctx, ring, r, how, at); err != nil {
			return err
		}
		if others, err = a.predecessors(ctx, r); err != nil {
			return err
		}
	}
	for _, r := range others {
		if err := a.endWherever(ctx, r, how, at); err != nil {
			return err
		}
	}
	return nil
}

// endWherever ends mail to a record, and to where it is by then: another change of address
// may have come in between.
func (a *Audience) endWherever(ctx context.Context, r Subscriber, how ending, at time.Time) error {
	for range maxMoves {
		if err := a.endAt(ctx, r.Email, how, at); err != nil {
			return err
		}
		now, err := a.ByUID(ctx, r.UID)
		if errors.Is(err, ErrNotFound) || err == nil && now.UID == r.UID {
			return nil
		}
		if err != nil {
			return err
		}
		r = now
	}
	return fmt.Errorf("the moves of %s do not come to rest", r.UID)
}

// endMoving ends mail to where a record is about to move, if it is, also if nothing
// stands there yet: then the move is refused when it comes. Where its other half moved
// on from there, that one ends too.
func (a *Audience) endMoving(ctx context.Context, ring *keyring, r *Subscriber, how ending, at time.Time) error {
	if r.Moving == "" {
		return nil
	}
	to, err := parseFingerprint(r.Moving)
	if err != nil {
		return fmt.Errorf("where %s is moving is damaged: %w", r.UID, err)
	}
	if err := a.endOne(ctx, to, func(s *shard) *Subscriber { return s.byFingerprint(ring, to) }, how, at); err != nil {
		return err
	}
	half, err := a.otherHalf(ctx, ring, to, r.UID)
	if err != nil || half == nil {
		return err
	}
	return a.endWherever(ctx, *half, how, at)
}

// predecessors are the records that moved to r or are about to, as long as they are no
// signposts, and those to which their signposts lead if that is not r: of a half to which
// nothing could be mailed the old record went on elsewhere.
func (a *Audience) predecessors(ctx context.Context, r *Subscriber) ([]Subscriber, error) {
	var all []Subscriber
	for _, uid := range r.Former {
		n, err := ShardOf(uid)
		if err != nil {
			return nil, fmt.Errorf("a former uid is damaged: %w", err)
		}
		s, err := a.read(ctx, n)
		if err != nil {
			return nil, err
		}
		switch old := s.byUID(uid); {
		case old == nil || old.MovedTo == r.UID:
		case old.MovedTo == "":
			all = append(all, *old)
		default:
			on, err := a.ByUID(ctx, uid)
			if err == nil && on.UID != r.UID {
				all = append(all, on)
			} else if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
		}
	}
	return all, nil
}

// successors are the records that carry on for an address that has none of its own any
// more, because its owner changed it; s is the address's shard.
func (a *Audience) successors(ctx context.Context, s *shard, address string, f Fingerprint) ([]Subscriber, error) {
	if s.byAddress(address) != nil {
		return nil, nil
	}
	return a.movedFrom(ctx, s, f)
}

// movedFrom are the records to which signposts at an address lead; s is its shard.
func (a *Audience) movedFrom(ctx context.Context, s *shard, f Fingerprint) ([]Subscriber, error) {
	var all []Subscriber
	for i := range s.Subscribers {
		if s.Subscribers[i].Hash != f.String() {
			continue
		}
		r, err := a.ByUID(ctx, s.Subscribers[i].UID)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// endAt is endOne for an address.
func (a *Audience) endAt(ctx context.Context, address string, how ending, at time.Time) error {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return err
	}
	return a.endOne(ctx, ring.fingerprint(address), func(s *shard) *Subscriber { return s.byAddress(address) }, how, at)
}

// endOne notes an ending at one address: first as a leaving that no restored backup
// forgets, then in the record, or if there is none in the address's mark.
func (a *Audience) endOne(ctx context.Context, f Fingerprint, find func(*shard) *Subscriber, how ending, at time.Time) error {
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return err
	}
	at = stamp(at)
	r := find(s)
	if ends := s.endings(f, r); !at.After(*ends.at(how)) {
		return nil // known
	}
	noted := at
	if r != nil && how == ending(Complained) {
		noted = later(at, r.Asked) // no newer wish overtakes it
	}
	if r == nil || !noted.Before(r.Asked) {
		if err := a.noteLeaving(ctx, f, noted, how); err != nil {
			return err
		}
	}
	return a.change(ctx, f.shard(), func(s *shard) error {
		r := find(s)
		ends := s.endings(f, r)
		field := ends.at(how)
		if !at.After(*field) {
			return errSame
		}
		*field = at
		if r == nil {
			s.mark(f, func(m *mark) { *m = ends })
			return nil
		}
		r.LeftAt, r.BouncedAt, r.ComplainedAt = ends.Left, ends.Bounced, ends.Complained
		r.settle()
		return nil
	})
}

// endings are what ended mail to an address, from its record r or, if that is nil, from
// what is remembered of it.
func (s *shard) endings(f Fingerprint, r *Subscriber) mark {
	if r == nil {
		return s.Marks[f.String()]
	}
	return mark{Left: r.LeftAt, Bounced: r.BouncedAt, Complained: r.ComplainedAt}
}

// at is the moment of one kind of ending.
func (m *mark) at(how ending) *time.Time {
	switch Status(how) {
	case Bounced:
		return &m.Bounced
	case Complained:
		return &m.Complained
	}
	return &m.Left
}
