package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
// moved to or is about to, and what was asked for in the form. What stays is a keyed hash
// with the day, so that no import brings an address back, and the fact of a complaint. It
// works for an address that was never here, too; found tells whether there was a record.
func (a *Audience) Erase(ctx context.Context, address string) (found bool, err error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return false, err
	}
	f := ring.fingerprint(address)
	if err := a.noteLeaving(ctx, f, a.now(), ending(Left)); err != nil {
		return false, err
	}
	if err := a.eraseSignups(ctx, asksOf(ring, address)); err != nil {
		return false, err
	}
	for range maxMoves {
		s, err := a.read(ctx, f.shard())
		if err != nil {
			return found, err
		}
		successors, err := a.successors(ctx, s, address, f)
		if err != nil {
			return found, err
		}
		for _, r := range successors {
			there, err := a.Erase(ctx, r.Email) // a second signpost to the same record finds it gone
			if found = found || there; err != nil {
				return found, err
			}
		}
		r := s.byAddress(address)
		if r != nil {
			found = true
			if err := a.eraseHalves(ctx, ring, r); err != nil {
				return found, err
			}
		}
		// A change of address that began or came to its end meanwhile has halves that are still
		// to be erased.
		if done, err := a.eraseOne(ctx, f, address, r); err != nil || done {
			return found, err
		}
	}
	return found, fmt.Errorf("the moves of somebody who is to be erased do not come to rest")
}

// eraseOne removes the record of an address and marks that it was erased, if its moves
// are those of the record seen before, if there was one. Else it has done nothing.
func (a *Audience) eraseOne(ctx context.Context, f Fingerprint, address string, seen *Subscriber) (done bool, err error) {
	now := stamp(a.now())
	err = a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byAddress(address)
		if r != nil && seen != nil {
			done = r.Moving == seen.Moving && slices.Equal(r.Former, seen.Former)
		} else {
			done = r == nil && (seen == nil || s.byUID(seen.UID) == nil)
		}
		if !done {
			return errSame
		}
		var was Subscriber
		if r != nil {
			was = *r
			s.remove(r.UID)
		}
		s.erased(f, &was, now)
		return nil
	})
	return done, err
}

// erased remembers of an address that it was erased, and what had ended its record.
func (s *shard) erased(f Fingerprint, was *Subscriber, at time.Time) {
	s.mark(f, func(m *mark) {
		m.Erased = later(m.Erased, at)
		m.Left = later(m.Left, was.LeftAt)
		m.Bounced = later(m.Bounced, was.BouncedAt)
		m.Complained = later(m.Complained, was.ComplainedAt)
	})
}

// eraseHalves erases what a record moved from, and where it is about to move.
func (a *Audience) eraseHalves(ctx context.Context, ring *keyring, r *Subscriber) error {
	if to, err := parseFingerprint(r.Moving); r.Moving != "" && err == nil {
		// First nothing may come to stand there any more, then what does is erased.
		if err := a.endMoving(ctx, ring, r, ending(Left), a.now()); err != nil {
			return err
		}
		half, err := a.otherHalf(ctx, ring, to, r.UID)
		if err == nil && half != nil {
			_, err = a.Erase(ctx, half.Email) // which takes this record with it
		}
		if err != nil {
			return err
		}
	}
	for _, uid := range r.Former {
		for done := false; !done; {
			err := a.eraseElsewhere(ctx, uid, r)
			if err == nil {
				done, err = a.eraseFormer(ctx, ring, uid)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseElsewhere erases where a record went that was moving to r and could not stay there.
func (a *Audience) eraseElsewhere(ctx context.Context, uid string, r *Subscriber) error {
	on, err := a.ByUID(ctx, uid)
	if errors.Is(err, ErrNotFound) || err == nil && (on.UID == uid || on.UID == r.UID) {
		return nil
	}
	if err == nil {
		_, err = a.Erase(ctx, on.Email)
	}
	return err
}

// eraseFormer removes what a change of address left behind: a signpost or, if it was
// left half done, the old record. It has done nothing if that is moving elsewhere by now.
func (a *Audience) eraseFormer(ctx context.Context, ring *keyring, uid string) (done bool, err error) {
	n, err := ShardOf(uid)
	if err != nil {
		return false, fmt.Errorf("a former uid is damaged: %w", err)
	}
	s, err := a.read(ctx, n)
	if err != nil {
		return false, err
	}
	r := s.byUID(uid)
	if r == nil {
		return true, nil
	}
	f, err := parseFingerprint(r.Hash)
	asks := []Fingerprint{f}
	if r.Email != "" {
		f, err = ring.fingerprint(r.Email), nil
		asks = asksOf(ring, r.Email)
		if err := a.noteLeaving(ctx, f, a.now(), ending(Left)); err != nil {
			return false, err
		}
	}
	named := err == nil // else the signpost is damaged: there is no address to remember
	if named {
		if err := a.eraseSignups(ctx, asks); err != nil {
			return false, err
		}
	}
	now, seen := stamp(a.now()), r.MovedTo
	err = a.change(ctx, n, func(s *shard) error {
		r := s.byUID(uid)
		if done = r == nil || r.MovedTo == seen; r == nil || !done {
			return errSame
		}
		was := *r
		s.remove(uid)
		if named {
			s.erased(f, &was, now)
		}
		return nil
	})
	return done, err
}

// asksOf are the fingerprints under which what an address asked for is kept.
func asksOf(ring *keyring, address string) []Fingerprint {
	return []Fingerprint{ring.fingerprintFor("", address), ring.fingerprintFor(UseLink, address)}
}

// eraseSignups deletes what was asked for in the form under some fingerprints, on whatever days are
// still there: expiry may be late, and a data folder knows none.
func (a *Audience) eraseSignups(ctx context.Context, asks []Fingerprint) error {
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
		for _, f := range asks {
			if err := a.deleteWhatever(ctx, signupPrefix+day+"/"+f.String()); err != nil {
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
