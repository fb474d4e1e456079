package audience

import (
	"context"
	"fmt"
	"slices"
)

// arrive finishes a change of address that a record is in the middle of, whichever half
// it is, and gives the record that carries on.
func (a *Audience) arrive(ctx context.Context, ring *keyring, r Subscriber) (Subscriber, error) {
	on, err := a.goOn(ctx, ring, r)
	if err != nil || on.UID != r.UID {
		return on, err
	}
	return a.gather(ctx, ring, r)
}

// goOn finishes the move of a record whose other half is there and may be mailed;
// without one it gives the record itself.
func (a *Audience) goOn(ctx context.Context, ring *keyring, r Subscriber) (Subscriber, error) {
	if r.Moving == "" {
		return r, nil
	}
	half, err := a.arriving(ctx, ring, &r)
	if err != nil || half == nil || half.Status != Active {
		return r, err
	}
	return a.depart(ctx, ring.fingerprint(r.Email), r, *half)
}

// gather finishes the moves to a record whose old halves are still there.
func (a *Audience) gather(ctx context.Context, ring *keyring, r Subscriber) (Subscriber, error) {
	if len(r.Former) == 0 || r.Status != Active {
		return r, nil
	}
	halves, err := a.predecessors(ctx, &r)
	if err != nil {
		return Subscriber{}, err
	}
	here := ring.fingerprint(r.Email).String()
	for _, old := range halves {
		if old.Moving != here {
			continue // the move was refused, and it went on as it was
		}
		if r, err = a.depart(ctx, ring.fingerprint(old.Email), old, r); err != nil {
			return Subscriber{}, err
		}
	}
	return r, nil
}

// depart turns the old record into a signpost, and remembers of its address that what
// was asked for it until now holds no more. All it holds comes across first: so a crash
// in between leaves it to be done again.
func (a *Audience) depart(ctx context.Context, f Fingerprint, src, dst Subscriber) (Subscriber, error) {
	for range maxMoves {
		if err := a.bring(ctx, f, src, dst); err != nil {
			return Subscriber{}, err
		}
		newer, err := a.signpost(ctx, f, src, dst.UID)
		if err != nil {
			return Subscriber{}, err
		}
		if newer == nil {
			return a.ByUID(ctx, dst.UID)
		}
		src = *newer
	}
	return Subscriber{}, fmt.Errorf("the old record of %s does not come to rest", src.UID)
}

// bring takes across what the old record holds and the new one must have.
func (a *Audience) bring(ctx context.Context, f Fingerprint, src, dst Subscriber) error {
	// As of what was asked for last, so that a wish for the old address that is still
	// to be confirmed is not undone.
	if err := a.noteLeaving(ctx, f, src.Asked, ending(Left)); err != nil {
		return err
	}
	if !dst.holds(&src) {
		if err := a.carry(ctx, dst.UID, src); err != nil {
			return err
		}
	}
	if src.Status == Left {
		if err := a.end(ctx, dst.Email, ending(Left), later(src.LeftAt, dst.Asked)); err != nil {
			return err
		}
	}
	if src.ComplainedAt.IsZero() {
		return nil
	}
	return a.end(ctx, dst.Email, ending(Complained), src.ComplainedAt)
}

// carry takes the choices and the former uids of an old record over to the one that a
// uid leads to.
func (a *Audience) carry(ctx context.Context, uid string, src Subscriber) error {
	for range maxMoves {
		dst, err := a.ByUID(ctx, uid)
		if err != nil {
			return err
		}
		n, err := ShardOf(dst.UID)
		if err != nil {
			return err
		}
		movedOn := false
		err = a.change(ctx, n, func(s *shard) error {
			r := s.byUID(dst.UID)
			if r == nil {
				return ErrNotFound
			}
			if movedOn = r.MovedTo != ""; movedOn || r.holds(&src) {
				return errSame
			}
			r.take(src)
			r.adopt(src)
			return nil
		})
		if err != nil || !movedOn {
			return err
		}
	}
	return fmt.Errorf("the moves of %s do not come to rest", uid)
}

// signpost turns an old record into one that only leads to the new one. If it is no
// longer as it was when all it held had come across, it stays, and is given.
func (a *Audience) signpost(ctx context.Context, f Fingerprint, src Subscriber, to string) (newer *Subscriber, err error) {
	err = a.change(ctx, f.shard(), func(s *shard) error {
		newer = nil
		r := s.byUID(src.UID)
		switch {
		case r == nil:
			return ErrNotFound
		case r.MovedTo != "":
			return errSame
		case !r.sameToMove(&src):
			is := *r
			newer = &is
			return errSame
		case slices.Contains(r.Former, to) && r.UID < to:
			// The other one is moving here. One of the two must stay.
			return fmt.Errorf("two changes of address of %s cross", r.UID)
		}
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
	return newer, err
}
