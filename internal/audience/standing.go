package audience

import (
	"context"
	"time"
)

// Standing is how we stand with an address, whether it has a record or not.
type Standing struct {
	UID    string // empty: there is no record
	Status Status // empty: there is no record
	// Ended is when its owner last left, bounced or was erased; zero: never. What was
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
	m := s.Marks[f.String()]
	out := Standing{}
	if r := s.byAddress(address); r != nil {
		out.UID, out.Status = r.UID, r.Status
		m = mark{Left: r.LeftAt, Bounced: r.BouncedAt, Complained: r.ComplainedAt}
	}
	out.Ended = later(later(m.Erased, m.Left), m.Bounced)
	out.Never = !m.Complained.IsZero()
	return out, nil
}
