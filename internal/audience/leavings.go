package audience

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

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

// leftSince is when an address was last left after a moment; zero: it was not.
func (a *Audience) leftSince(ctx context.Context, f Fingerprint, moment time.Time) (time.Time, error) {
	l, err := a.Left(ctx, moment)
	if err != nil || !l.at[f].After(moment) {
		return time.Time{}, err
	}
	return l.at[f], nil
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
