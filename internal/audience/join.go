package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Ask is what somebody asked for in the form, or the author on their behalf.
type Ask struct {
	Address string // as [ParseAddress] gave it
	Name    string
	Cadence Cadence
	Topics  []string
	At      time.Time // when it was asked for
	Consent Consent
}

// RefusedError says why an address was not taken or a record not changed.
type RefusedError struct{ Status Status }

func (e *RefusedError) Error() string {
	switch e.Status {
	case Active:
		return "is already subscribed"
	case Left:
		return "has unsubscribed"
	case Bounced:
		return "does not accept mail (it bounced)"
	case Complained:
		return "has complained about our mail"
	case Erased:
		return "has asked to be erased"
	case Moved:
		return "was given up by its owner for another one"
	}
	return "cannot be subscribed"
}

// Confirm makes a subscriber of somebody who asked and then confirmed: a new one,
// or one who comes back, or one who chose anew. What was asked for before somebody
// left, bounced or was erased is a [*RefusedError]; so is anything after a complaint.
// Confirming the same twice, or something older than what holds, changes nothing.
func (a *Audience) Confirm(ctx context.Context, ask Ask) (Subscriber, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Subscriber{}, err
	}
	r, err := a.join(ctx, ring, ask, func(r *Subscriber, m mark) error {
		if r != nil && !stamp(ask.At).After(r.Asked) && r.Status == Active {
			return errSame
		}
		return m.refuses(stamp(ask.At))
	})
	if err != nil {
		return Subscriber{}, err
	}
	return a.gather(ctx, ring, r)
}

// Add makes a subscriber on the author's word. Whoever is or was on the list, or
// is remembered in any way, is left alone: [*RefusedError].
func (a *Audience) Add(ctx context.Context, ask Ask) (Subscriber, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Subscriber{}, err
	}
	return a.join(ctx, ring, ask, func(r *Subscriber, m mark) error {
		if r != nil {
			if r.Status == Active && r.Asked.Equal(stamp(ask.At)) && r.Consent.Source == ask.Consent.Source {
				return errSame // our own write, seen after an unclear answer
			}
			return &RefusedError{Status: r.Status}
		}
		return m.refuses(time.Time{})
	})
}

// refuses tells whether something asked for at a moment was overtaken. The zero
// moment is overtaken by everything.
func (m mark) refuses(asked time.Time) error {
	holds := func(end time.Time) bool { return !end.IsZero() && !end.Before(asked) }
	switch {
	case !m.Complained.IsZero():
		return &RefusedError{Status: Complained}
	case holds(m.Erased):
		return &RefusedError{Status: Erased}
	case holds(m.Moved):
		return &RefusedError{Status: Moved}
	case holds(m.Left):
		return &RefusedError{Status: Left}
	case holds(m.Bounced):
		return &RefusedError{Status: Bounced}
	}
	return nil
}

// join inserts or renews the record of an address, unless judge objects. judge sees
// the record, if there is one, and what ended it or is remembered of the address.
func (a *Audience) join(ctx context.Context, ring *keyring, ask Ask, judge func(*Subscriber, mark) error) (Subscriber, error) {
	if !ask.Cadence.Valid() {
		return Subscriber{}, fmt.Errorf("%q is not a cadence", ask.Cadence)
	}
	f := ring.fingerprint(ask.Address)
	now := a.now()
	var out Subscriber
	err := a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byAddress(ask.Address)
		if err := judge(r, s.endings(f, r)); err != nil {
			if errors.Is(err, errSame) {
				out = *r
			}
			return err
		}
		if r != nil {
			r.choose(now)
		}
		if r == nil {
			var err error
			if r, err = s.fresh(f, ask, now, a); err != nil {
				return err
			}
		} else if r.Status == Active {
			r.setCadence(ask.Cadence, stamp(now))
		} else { // who comes back begins anew, and is not in the digests of a cadence they gave up
			r.Cadence, r.History = ask.Cadence, nil
		}
		if ask.Name != "" {
			r.Name = ask.Name
		}
		r.Email = ask.Address
		r.Topics = slices.Clone(ask.Topics)
		r.Asked, r.Confirmed = stamp(ask.At), stamp(now)
		r.Paused = time.Time{}
		r.Consent = ask.Consent
		r.Consent.At = stamp(r.Consent.At)
		r.settle()
		out = *r
		return nil
	})
	if err != nil {
		return Subscriber{}, err
	}
	return out, nil
}

// fresh inserts a record for an address that has none, with what is remembered of it.
func (s *shard) fresh(f Fingerprint, ask Ask, now time.Time, a *Audience) (*Subscriber, error) {
	uid, err := newUID(f[0], a.rand)
	for err == nil && s.byUID(uid) != nil {
		uid, err = newUID(f[0], a.rand)
	}
	if err != nil {
		return nil, err
	}
	m := s.Marks[f.String()]
	s.mark(f, func(m *mark) { *m = mark{} })
	return s.insert(Subscriber{
		UID: uid, Email: ask.Address, Cadence: ask.Cadence,
		Since: stamp(now), Asked: stamp(ask.At),
		LeftAt: m.Left, BouncedAt: m.Bounced, ComplainedAt: m.Complained,
	}), nil
}
