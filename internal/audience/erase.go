package audience

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// SignupDays is how many days what somebody asked for in the form is kept; a
// confirmation link is good for one day less.
const SignupDays = 8

// SignupKey is the key of what the owner of a fingerprint asked for on a day (UTC).
func SignupKey(day time.Time, f Fingerprint) string {
	return "signups/" + day.UTC().Format("2006-01-02") + "/" + f.String()
}

// Fingerprint is the keyed hash that stands for an address in keys. A use other
// than "" gives an unrelated hash of the same address with the same shard.
func (a *Audience) Fingerprint(ctx context.Context, use, address string) (Fingerprint, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Fingerprint{}, err
	}
	return ring.fingerprintFor(use, address), nil
}

func (k *keyring) fingerprintFor(use, address string) Fingerprint {
	f := k.fingerprint(address)
	if use == "" {
		return f
	}
	other := k.hash("for "+use, fold(address))
	other[0] = f[0]
	return other
}

// UseLink is the use under which the cooldown of mails with a fresh link is kept.
const UseLink = "link"

// Erase forgets an address: its record, those it moved from, and what it asked for
// in the form. What stays is a keyed hash with the day, so that no import brings
// the address back, and the fact of a complaint. It works for an address that was
// never here, too; found tells whether there was a record.
func (a *Audience) Erase(ctx context.Context, address string) (found bool, err error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return false, err
	}
	f := ring.fingerprint(address)
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return false, err
	}
	if err := a.noteLeaving(ctx, f, a.now()); err != nil {
		return false, err
	}
	if r := s.byAddress(address); r != nil {
		found = true
		for _, uid := range r.Former {
			if err := a.eraseFormer(ctx, uid); err != nil {
				return found, err
			}
		}
	}
	if err := a.eraseSignups(ctx, ring, address); err != nil {
		return found, err
	}
	now := stamp(a.now())
	err = a.change(ctx, f.shard(), func(s *shard) error {
		var was Subscriber
		if r := s.byAddress(address); r != nil {
			was = *r
			s.remove(r.UID)
		}
		s.mark(f, func(m *mark) {
			m.Erased = later(m.Erased, now)
			m.Left = later(m.Left, was.LeftAt)
			m.Bounced = later(m.Bounced, was.BouncedAt)
			m.Complained = later(m.Complained, was.ComplainedAt)
		})
		return nil
	})
	return found, err
}

// eraseFormer removes the signpost that a change of address left behind.
func (a *Audience) eraseFormer(ctx context.Context, uid string) error {
	n, err := ShardOf(uid)
	if err != nil {
		return fmt.Errorf("a former uid is damaged: %w", err)
	}
	now := stamp(a.now())
	return a.change(ctx, n, func(s *shard) error {
		r := s.byUID(uid)
		if r == nil {
			return errSame
		}
		hash := r.Hash
		s.remove(uid)
		if f, err := parseFingerprint(hash); err == nil {
			s.mark(f, func(m *mark) { m.Erased = later(m.Erased, now) })
		}
		return nil
	})
}

// eraseSignups deletes what an address asked for in the form.
func (a *Audience) eraseSignups(ctx context.Context, ring *keyring, address string) error {
	now := a.now()
	for day := -1; day <= SignupDays; day++ { // also tomorrow's, should clocks differ
		for _, use := range []string{"", UseLink} {
			key := SignupKey(now.AddDate(0, 0, -day), ring.fingerprintFor(use, address))
			for {
				o, err := a.state.Head(ctx, key)
				if errors.Is(err, store.ErrNotFound) {
					break
				}
				if err == nil {
					err = a.state.Delete(ctx, key, o.ETag)
				}
				if errors.Is(err, store.ErrChanged) {
					continue
				}
				if err != nil {
					return fmt.Errorf("erase what was asked for: %w", err)
				}
				break
			}
		}
	}
	return nil
}
