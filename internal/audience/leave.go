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
	successors, err := a.successors(ctx, s, address, f)
	if err != nil {
		return err
	}
	for _, r := range successors {
		if err := a.end(ctx, r.Email, how, at); err != nil {
			return err
		}
	}
	return a.end(ctx, address, how, at)
}

// successors are the records that carry on for an address that has none of its own any
// more, because its owner changed it; s is the address's shard.
func (a *Audience) successors(ctx context.Context, s *shard, address string, f Fingerprint) ([]Subscriber, error) {
	if s.byAddress(address) != nil {
		return nil, nil
	}
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
	r := s.byAddress(address)
	if ends := s.endings(f, r); !at.After(*ends.at(how)) {
		return nil // known
	}
	noted := at
	if r != nil && how == ending(Complained) {
		noted = later(at, r.Asked) // no newer wish overtakes it
	}
	if r == nil || !noted.Before(r.Asked) {
		if err := a.noteLeaving(ctx, f, noted); err != nil {
			return err
		}
	}
	return a.change(ctx, f.shard(), func(s *shard) error {
		r := s.byAddress(address)
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

// All there is to know of a leaving stands in its key, left/<time>-<fingerprint>: a list
// of a thousand is one request. So the key is the format, and the number in the body is
// for those who look. A later format has keys that begin with a letter, behind all of
// these: a program that does not know it sends nothing ([Audience.Left]), because
// somebody in there may have left.
const (
	leftPrefix = "left/"
	// leftTime sorts as text like the moments it stands for.
	leftTime = "20060102T150405.000Z"
	leftBody = `{"version":1}` + "\n" // the first ones had {}
)

// leftKey is the key of a leaving.
func leftKey(f Fingerprint, at time.Time) string {
	return leftPrefix + stamp(at).Format(leftTime) + "-" + f.String()
}

// readLeft reads the key of a leaving.
func readLeft(key string) (f Fingerprint, at time.Time, err error) {
	when, hash, _ := strings.Cut(strings.TrimPrefix(key, leftPrefix), "-")
	if at, err = time.Parse(leftTime, when); err == nil {
		f, err = parseFingerprint(hash)
	}
	if err != nil || key != leftKey(f, at) {
		return f, at, fmt.Errorf("%s is not the note of a leaving as this program writes them: if a newer one did, update pennypost, else delete it", key)
	}
	return f, at, nil
}

// noteLeaving writes one. The time is that of the wish, not of
// the writing: a report that comes late must not undo what was asked for in between.
func (a *Audience) noteLeaving(ctx context.Context, f Fingerprint, at time.Time) error {
	_, err := a.state.Create(ctx, leftKey(f, at), []byte(leftBody), store.Header{ContentType: "application/json"})
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
// an earlier reading must read all of them now and then. One that cannot be read is an
// error: nobody may be mailed who perhaps left.
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
			if after = o.Key; o.Key == leftPrefix { // a folder, as S3's console makes them
				continue
			}
			f, at, err := readLeft(o.Key)
			if err != nil {
				return Leavings{}, err
			}
			l.at[f] = later(l.at[f], at)
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
