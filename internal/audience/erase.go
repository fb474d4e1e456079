package audience

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// SignupDays is how many days what somebody asked for in the form is kept; a
// confirmation link is good for one day less.
const SignupDays = 8

const signupPrefix = "signups/"

// SignupKey is the key of what the owner of a fingerprint asked for on a day (UTC).
func SignupKey(day time.Time, f Fingerprint) string {
	return signupPrefix + day.UTC().Format("2006-01-02") + "/" + f.String()
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

// Erase forgets somebody by an address: the record, those it moved from, the one it
// moved to, and what was asked for in the form. What stays is a keyed hash with the
// day, so that no import brings an address back, and the fact of a complaint. It
// works for an address that was never here, too; found tells whether there was a record.
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
	successors, err := a.successors(ctx, s, address, f)
	if err != nil {
		return false, err
	}
	for _, r := range successors {
		if found, err = a.Erase(ctx, r.Email); err != nil {
			return found, err
		}
	}
	if r := s.byAddress(address); r != nil {
		found = true
		if to, err := parseFingerprint(r.Moving); r.Moving != "" && err == nil {
			half, err := a.otherHalf(ctx, ring, to, r.UID)
			if err == nil && half != nil {
				_, err = a.Erase(ctx, half.Email) // which takes this record with it
			}
			if err != nil {
				return found, err
			}
		}
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

// eraseSignups deletes what an address asked for in the form, on whatever days are
// still there: expiry may be late, and a data folder knows none.
func (a *Audience) eraseSignups(ctx context.Context, ring *keyring, address string) error {
	after := signupPrefix
	for {
		next, _, err := a.state.List(ctx, signupPrefix, after, 1)
		if err != nil {
			return fmt.Errorf("look for what was asked for: %w", err)
		}
		if len(next) == 0 {
			return nil
		}
		day, _, _ := strings.Cut(strings.TrimPrefix(next[0].Key, signupPrefix), "/")
		for _, use := range []string{"", UseLink} {
			key := signupPrefix + day + "/" + ring.fingerprintFor(use, address).String()
			if err := a.deleteWhatever(ctx, key); err != nil {
				return fmt.Errorf("erase what was asked for: %w", err)
			}
		}
		after = signupPrefix + day + "/~" // after all of the day
	}
}

// deleteWhatever deletes an object in whichever version there is, if there is one.
func (a *Audience) deleteWhatever(ctx context.Context, key string) error {
	for {
		o, err := a.state.Head(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = a.state.Delete(ctx, key, o.ETag)
		}
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
	}
}
