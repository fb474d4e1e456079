package audience

import (
	"context"
	"io"
	"slices"
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
