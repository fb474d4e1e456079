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
// complained or was erased is touched; rows without a cadence get each post. If it
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
	in := importer{audience: a, ring: ring, gone: gone, options: o}
	err = readRows(r, &in.report, func(x row) error {
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
	report   Report
	shards   [ShardCount][]row // read and not yet written
	held     int               // rows in shards
	// twice finds addresses that a dry run has seen before, because it writes none.
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
			added, refused, err := 0, []Refusal(nil), ctx.Err()
			if err == nil {
				added, refused, err = in.audience.importShard(ctx, in, n, rows)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				first = err
				return
			}
			in.report.Added += added
			in.report.Refused = append(in.report.Refused, refused...)
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
			in.twice[in.ring.fingerprint(x.address)] = true
		}
	}
}

// importShard judges and adds the rows of one shard in one swap.
func (a *Audience) importShard(ctx context.Context, in *importer, n int, rows []row) (added int, refused []Refusal, err error) {
	now := stamp(a.now())
	alter := func(s *shard) error {
		added, refused = 0, nil
		there := make(map[string]Status, len(s.Subscribers)+len(rows))
		uids := make(map[string]bool, len(s.Subscribers)+len(rows))
		for i := range s.Subscribers {
			there[fold(s.Subscribers[i].Email)] = s.Subscribers[i].Status
			uids[s.Subscribers[i].UID] = true
		}
		delete(there, "") // those who moved
		for _, x := range rows {
			f := in.ring.fingerprint(x.address)
			why := s.Marks[f.String()].refuses(time.Time{})
			if status, ok := there[fold(x.address)]; ok {
				why = &RefusedError{Status: status}
			} else if _, ok := in.gone.at[f]; ok && why == nil {
				why = &RefusedError{Status: Left}
			} else if in.twice[f] && why == nil {
				why = &RefusedError{Status: Active}
			}
			if why != nil {
				refused = append(refused, Refusal{x.line, why.Error()})
				continue
			}
			uid, err := newUID(byte(n), a.rand)
			for err == nil && uids[uid] {
				uid, err = newUID(byte(n), a.rand)
			}
			if err != nil {
				return err
			}
			there[fold(x.address)], uids[uid] = Active, true
			s.Subscribers = append(s.Subscribers, x.record(uid, now, in.options.Source))
			added++
		}
		if added == 0 {
			return errSame
		}
		slices.SortFunc(s.Subscribers, func(x, y Subscriber) int { return strings.Compare(x.UID, y.UID) })
		return nil
	}
	if !in.options.DryRun {
		err = a.change(ctx, n, alter)
		return added, refused, err
	}
	s, err := a.read(ctx, n)
	if err == nil {
		if err = alter(s); errors.Is(err, errSame) {
			err = nil
		}
	}
	return added, refused, err
}

// record makes a subscriber of a row.
func (x row) record(uid string, now time.Time, source string) Subscriber {
	s := Subscriber{
		UID: uid, Email: x.address, Name: x.name, Cadence: x.cadence, Topics: x.topics,
		Since: stamp(x.since), Asked: now, Confirmed: now, Consent: Consent{At: stamp(x.since), Source: source},
	}
	if x.since.IsZero() || x.since.After(now) {
		s.Since, s.Consent.At = now, now
	}
	if x.consent != nil {
		s.Consent.Page, s.Consent.Shown = x.consent.Page, x.consent.Shown
		if x.consent.Source != "" {
			s.Consent.Source = x.consent.Source
		}
	}
	s.settle()
	return s
}
