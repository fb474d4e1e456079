package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// All that a mailing has to know of a leaving stands in its key, left/<time>-<fingerprint>:
// a list of a thousand is one request. So the key is the format, and the body says which
// kind of ending it was; without a word of that, they left. A later format has keys that begin with a letter, behind all of
// these: a program that does not know it sends nothing ([Audience.Left]), because
// somebody in there may have left.
const (
	leftPrefix = "left/"
	// leftTime sorts as text like the moments it stands for.
	leftTime = "20060102T150405.000Z"
)

// leftBody is the body of a leaving. The first ones had {}.
type leftBody struct {
	Version int    `json:"version"`
	How     Status `json:"how,omitempty"` // bounced, complained
}

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
func (a *Audience) noteLeaving(ctx context.Context, f Fingerprint, at time.Time, how ending) error {
	b := leftBody{Version: 1, How: Status(how)}
	if b.How == Left {
		b.How = ""
	}
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("note a leaving: %w", err)
	}
	_, err = a.state.Create(ctx, leftKey(f, at), append(body, '\n'), store.Header{ContentType: "application/json"})
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

// leftSince is when an address was last left after a moment, and how; zero: it was not.
func (a *Audience) leftSince(ctx context.Context, f Fingerprint, moment time.Time) (at time.Time, how ending, err error) {
	l, err := a.Left(ctx, moment)
	if at = l.at[f]; err != nil || !at.After(moment) {
		return time.Time{}, "", err
	}
	_, body, err := a.state.Get(ctx, leftKey(f, at), store.Cond{Limit: 1 << 10})
	if err != nil {
		return time.Time{}, "", fmt.Errorf("read a leaving: %w", err)
	}
	var b leftBody
	if err := json.Unmarshal(body, &b); err != nil {
		return time.Time{}, "", fmt.Errorf("%s is damaged: %w", leftKey(f, at), err)
	}
	if how = ending(b.How); b.How != Bounced && b.How != Complained {
		how = ending(Left)
	}
	return at, how, nil
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
