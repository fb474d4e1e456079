package audience

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// ImportOptions is how a list is taken in.
type ImportOptions struct {
	Source string // "import of list.csv": part of the consent record
	// DryRun reads and judges everything and writes nothing.
	DryRun bool
	// Topics are the ids of the settings' topics by what a list may call them, in lower
	// case: id or title. A row with another is not taken. Nil: all are, as they are.
	Topics map[string]string
	// Progress is told how many rows are done; may be nil. A dry run's Rows is how many
	// there will be. Calls come from several goroutines, one at a time.
	Progress func(done int)

	portion int // rows held in memory; 0: rowsHeld
}

// Report is what an import did, or in a dry run would do.
type Report struct {
	Service    string   // whose export it looks like
	Understood []string // "Email Address → address"
	Rows       int
	Added      int
	Refused    []Refusal // sorted by line
	// Remembered are those of Refused whom the list says to have left, bounced or
	// complained and we knew nothing of: no other list brings them in.
	Remembered int
}

// Refusal is a row that was not taken. It holds no address.
type Refusal struct {
	Line int // in the file, from 1
	Why  string
}

// rowsHeld is how many rows are held in memory before they are written; a longer
// list is taken in as several of that length.
const rowsHeld = 200_000

// Import takes a list in as CSV. Nobody who is on the list or ever left, bounced,
// complained or was erased is touched, and who did so elsewhere, as the list says, is
// not added by this list or any other; rows without a cadence get each post. If it
// ends with an error, what was added stays, and the same import can be repeated.
func (a *Audience) Import(ctx context.Context, r io.Reader, o ImportOptions) (Report, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Report{}, err
	}
	gone, err := a.Left(ctx, time.Time{})
	if err != nil {
		return Report{}, err
	}
	if o.portion == 0 {
		o.portion = rowsHeld
	}
	in := importer{audience: a, ring: ring, gone: gone, options: o, began: stamp(a.now())}
	err = readRows(r, o.Topics, &in.report, func(x row) error {
		n := ring.fingerprint(x.address).shard()
		in.shards[n] = append(in.shards[n], x)
		if in.held++; in.held < o.portion {
			return nil
		}
		return in.flush(ctx)
	})
	if err == nil {
		err = in.flush(ctx)
	}
	slices.SortStableFunc(in.report.Refused, func(x, y Refusal) int { return x.Line - y.Line })
	return in.report, err
}

// importer is one import under way.
type importer struct {
	audience *Audience
	ring     *keyring
	gone     Leavings
	options  ImportOptions
	began    time.Time
	report   Report
	shards   [ShardCount][]row // read and not yet written
	held     int               // rows in shards
	// twice tells which addresses a dry run has seen, because it writes none, and whether
	// the list said that they had left.
	twice map[Fingerprint]bool
}

// flush writes the rows that are held, eight shards at a time.
func (in *importer) flush(ctx context.Context) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards in.report and first
		first error
		slots = make(chan struct{}, 8)
	)
	for n := range in.shards {
		rows := in.shards[n]
		if len(rows) == 0 {
			continue
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var got Report
			err := ctx.Err()
			if err == nil {
				got, err = in.shard(ctx, n, rows)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				first = err
				return
			}
			in.report.Added += got.Added
			in.report.Remembered += got.Remembered
			in.report.Refused = append(in.report.Refused, got.Refused...)
			if in.options.Progress != nil {
				in.options.Progress(in.report.Added + len(in.report.Refused))
			}
		})
	}
	wg.Wait()
	if in.options.DryRun && first == nil {
		in.remember()
	}
	clear(in.shards[:])
	in.held = 0
	return first
}

// remember keeps the hashes of what a dry run of a long list would have added.
func (in *importer) remember() {
	if in.report.Rows < in.options.portion {
		return
	}
	if in.twice == nil {
		in.twice = map[Fingerprint]bool{}
	}
	for _, rows := range in.shards {
		for _, x := range rows {
			f := in.ring.fingerprint(x.address)
			in.twice[f] = in.twice[f] || x.ended != ""
		}
	}
}

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
