package audience

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/store"
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
	return a.endAnywhere(ctx, address, ending(Left), at)
}

// Bounce records a permanent failure to deliver to an address: it gets no more mail
// unless its owner asks and confirms anew. Only that address is meant, not one its
// owner has moved to.
func (a *Audience) Bounce(ctx context.Context, address string, at time.Time) error {
	return a.end(ctx, address, ending(Bounced), at)
}

// Complain records that somebody called our mail spam: they get none for ever, also
// at an address they have moved to since.
func (a *Audience) Complain(ctx context.Context, address string, at time.Time) error {
	return a.endAnywhere(ctx, address, ending(Complained), at)
}

// endAnywhere ends mail to an address and, if its record moved, to where it moved.
func (a *Audience) endAnywhere(ctx context.Context, address string, how ending, at time.Time) error {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return err
	}
	f := ring.fingerprint(address)
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return err
	}
	if s.byAddress(address) == nil {
		for i := range s.Subscribers {
			if r := &s.Subscribers[i]; r.Hash == f.String() {
				now, err := a.ByUID(ctx, r.UID)
				if errors.Is(err, ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				if err := a.end(ctx, now.Email, how, at); err != nil {
					return err
				}
			}
		}
	}
	return a.end(ctx, address, how, at)
}

// end notes an ending: first as a leaving that no restored backup forgets, then in
// the record, or if there is none in the address's mark.
func (a *Audience) end(ctx context.Context, address string, how ending, at time.Time) error {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return err
	}
	f := ring.fingerprint(address)
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return err
	}
	at = stamp(at)
	if r := s.byAddress(address); r != nil {
		if field := r.endedAt(how); !at.After(*field) {
			return nil // known
		}
		if how == ending(Complained) || !at.Before(r.Asked) {
			if err := a.noteLeaving(ctx, f, at); err != nil {
				return err
			}
		}
	}
	return a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byAddress(address)
		if r == nil {
			before := s.Marks[f.String()]
			s.mark(f, func(m *mark) {
				switch Status(how) {
				case Left:
					m.Left = later(m.Left, at)
				case Bounced:
					m.Bounced = later(m.Bounced, at)
				case Complained:
					m.Complained = later(m.Complained, at)
				}
			})
			if s.Marks[f.String()] == before {
				return errSame
			}
			return nil
		}
		field := r.endedAt(how)
		if !at.After(*field) {
			return errSame
		}
		*field = at
		r.settle()
		return nil
	})
}

// endedAt is the field of a record that holds an ending's moment.
func (s *Subscriber) endedAt(how ending) *time.Time {
	switch Status(how) {
	case Bounced:
		return &s.BouncedAt
	case Complained:
		return &s.ComplainedAt
	}
	return &s.LeftAt
}

const (
	leftPrefix = "left/"
	// leftTime sorts as text like the moments it stands for.
	leftTime = "20060102T150405.000Z"
)

// noteLeaving creates left/<time>-<fingerprint>. The time is that of the wish, not of
// the writing: a report that comes late must not undo what was asked for in between.
func (a *Audience) noteLeaving(ctx context.Context, f Fingerprint, at time.Time) error {
	key := leftPrefix + stamp(at).Format(leftTime) + "-" + f.String()
	_, err := a.state.Create(ctx, key, []byte("{}\n"), store.Header{ContentType: "application/json"})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("note a leaving: %w", err)
	}
	return nil
}

// Leavings are those who left, bounced or complained, by fingerprint: what every
// freeze and send subtracts, because a restored backup of the shards may have
// forgotten it.
type Leavings struct {
	ring *keyring
	at   map[Fingerprint]time.Time // the last leaving of each
}

// Left reads every leaving that was wished since a moment; the zero time means all.
// The provider may report one hours late, with its old time: whoever goes on from
// an earlier reading must read all of them now and then.
func (a *Audience) Left(ctx context.Context, since time.Time) (Leavings, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Leavings{}, err
	}
	l := Leavings{ring: ring, at: map[Fingerprint]time.Time{}}
	after := ""
	if !since.IsZero() {
		after = leftPrefix + stamp(since).Format(leftTime)
	}
	for more := true; more; {
		var objects []store.Object
		objects, more, err = a.state.List(ctx, leftPrefix, after, 1000)
		if err != nil {
			return Leavings{}, fmt.Errorf("list the leavings: %w", err)
		}
		if len(objects) == 0 {
			break
		}
		for _, o := range objects {
			after = o.Key
			when, hash, ok := strings.Cut(strings.TrimPrefix(o.Key, leftPrefix), "-")
			at, err := time.Parse(leftTime, when)
			f, err2 := parseFingerprint(hash)
			if ok && err == nil && err2 == nil {
				l.at[f] = later(l.at[f], at)
			}
		}
	}
	return l, nil
}

// Len is how many addresses there are.
func (l Leavings) Len() int { return len(l.at) }

// Has tells whether a subscriber left and has not confirmed anything asked for since.
func (l Leavings) Has(s *Subscriber) bool {
	if len(l.at) == 0 || s.Email == "" {
		return false
	}
	at, ok := l.at[l.ring.fingerprint(s.Email)]
	return ok && !at.Before(s.Asked)
}
