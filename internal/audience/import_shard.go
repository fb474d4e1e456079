package audience

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// shard judges and adds the rows of one shard in one swap.
func (in *importer) shard(ctx context.Context, n int, rows []row) (got Report, err error) {
	// What a list says of endings goes before all else it says of an address.
	slices.SortStableFunc(rows, func(x, y row) int {
		return strings.Compare(string(y.ended), string(x.ended)) // an ending is longer than none
	})
	alter := func(s *shard) error {
		got = Report{}
		p := portion{in, s, make(map[string]*Subscriber, len(s.Subscribers)), make(map[string]bool, len(s.Subscribers)+len(rows))}
		for i := range s.Subscribers {
			r := &s.Subscribers[i]
			p.uids[r.UID] = true
			if r.Email != "" { // else it moved
				p.there[fold(r.Email)] = r
			}
		}
		var fresh []Subscriber
		for _, x := range rows {
			if x.ended != "" {
				remembered, why := p.remember(x)
				if remembered {
					got.Remembered++
				}
				got.Refused = append(got.Refused, Refusal{x.line, why})
				continue
			}
			if why := p.judge(x); why != nil {
				got.Refused = append(got.Refused, Refusal{x.line, why.Error()})
				continue
			}
			r, err := p.record(byte(n), x)
			if err != nil {
				return err
			}
			fresh = append(fresh, r)
			p.there[fold(x.address)] = &r
		}
		if got.Added = len(fresh); got.Added == 0 && got.Remembered == 0 {
			return errSame
		}
		s.Subscribers = append(s.Subscribers, fresh...)
		slices.SortFunc(s.Subscribers, func(x, y Subscriber) int { return strings.Compare(x.UID, y.UID) })
		return nil
	}
	if !in.options.DryRun {
		err = in.audience.change(ctx, n, alter)
		return got, err
	}
	s, err := in.audience.read(ctx, n)
	if err == nil {
		if err = alter(s); errors.Is(err, errSame) {
			err = nil
		}
	}
	return got, err
}

// portion is the part of an import that meets one shard.
type portion struct {
	in    *importer
	shard *shard
	there map[string]*Subscriber // by folded address
	uids  map[string]bool
}

// judge says why a row cannot be added.
func (p portion) judge(x row) error {
	f := p.in.ring.fingerprint(x.address)
	if r := p.there[fold(x.address)]; r != nil {
		return &RefusedError{Status: r.Status}
	}
	if why := p.shard.Marks[f.String()].refuses(time.Time{}); why != nil {
		return why
	}
	if _, left := p.in.gone.at[f]; left {
		return &RefusedError{Status: Left}
	}
	switch ended, seen := p.in.twice[f]; {
	case ended:
		return &RefusedError{Status: Left}
	case seen:
		return &RefusedError{Status: Active}
	}
	return nil
}

// longAgo is when somebody left elsewhere if the list does not say when: before
// anything they ever asked of us.
var longAgo = time.Unix(0, 0)

// remember keeps in mind that an address left, bounced or complained elsewhere. Its
// owner's own wish, here and now, is the newer one.
func (p portion) remember(x row) (remembered bool, why string) {
	f := p.in.ring.fingerprint(x.address)
	if r := p.there[fold(x.address)]; r != nil {
		if r.Status == Active && !(r.Asked.Equal(p.in.began) && r.Consent.Source == p.in.options.Source) {
			return false, x.why + ", but subscribed here: nothing was changed"
		}
		if r.Status != Active {
			return false, x.why
		}
		r.LeftAt = p.in.began // an earlier row of this very list said otherwise
		r.settle()
		return true, x.why
	}
	if p.shard.Marks[f.String()].refuses(time.Time{}) != nil || p.in.twice[f] {
		return false, x.why
	}
	at := x.endedAt
	if at.IsZero() || at.After(p.in.began) {
		at = longAgo
	}
	p.shard.mark(f, func(m *mark) { *m.at(x.ended) = stamp(at) })
	return true, x.why
}

// record makes a subscriber of a row.
func (p portion) record(shard byte, x row) (Subscriber, error) {
	uid, err := newUID(shard, p.in.audience.rand)
	for err == nil && p.uids[uid] {
		uid, err = newUID(shard, p.in.audience.rand)
	}
	if err != nil {
		return Subscriber{}, err
	}
	p.uids[uid] = true
	now := p.in.began
	since := stamp(x.since)
	if since.IsZero() || since.After(now) {
		since = now
	}
	s := Subscriber{
		UID: uid, Email: x.address, Name: x.name, Cadence: x.cadence, Topics: x.topics,
		Since: since, Asked: now, Confirmed: now, Consent: Consent{At: since, Source: p.in.options.Source},
	}
	if x.paused.After(now) {
		s.Paused = stamp(x.paused)
	}
	if c := x.consent; c != nil {
		s.Consent.Page, s.Consent.Shown = c.Page, c.Shown
		if !c.At.IsZero() && c.At.Before(now) {
			s.Consent.At = stamp(c.At)
		}
		if c.Source != "" {
			s.Consent.Source = c.Source
		}
	}
	s.settle()
	return s, nil
}
