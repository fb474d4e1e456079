package audience

import (
	"context"
	"time"
)

// Standing is how we stand with an address, whether it has a record or not.
type Standing struct {
	UID    string // empty: there is no record
	Status Status // empty: there is no record
	// Ended is when its owner last left, moved away, bounced or was erased; zero: never. What was
	// asked for before has no effect any more.
	Ended time.Time
	// Never is set after a complaint: no mail goes there, not even a confirmation.
	Never bool
}

// Standing looks an address up, in any spelling.
func (a *Audience) Standing(ctx context.Context, address string) (Standing, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Standing{}, err
	}
	f := ring.fingerprint(address)
	s, err := a.read(ctx, f.shard())
	if err != nil {
		return Standing{}, err
	}
	r := s.byAddress(address)
	ends := s.endings(f, r)
	out := Standing{Ended: later(later(ends.Erased, ends.Moved), later(ends.Left, ends.Bounced)), Never: !ends.Complained.IsZero()}
	if r != nil {
		out.UID, out.Status = r.UID, r.Status
	}
	return out, nil
}
