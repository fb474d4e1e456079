package publish

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/site"
)

// maxRounds is how often a run starts over because what it read was replaced or
// what it wrote was overtaken; what is left is pending, for the next tick.
const maxRounds = 8

// run is one run of the publish steps.
type run struct {
	*Publisher
	observer *observer
	anew     bool // read all keys, known or not
	report   Report
	planned  planned // the last plan made
	clearing bool    // the CDN's copies are this run's to clear
}

// Run makes the site equal the content at the given keys. It may be given keys
// that do not exist, that have not changed, or the same ones again. It returns
// once everything it found is on the site; with an error, what it committed is
// finished by the next run.
//
//  1. Load the catalog.
//  2. Look at each key as it is now. For what there is no time is left to the next
//     tick (unread.go), and nothing is written before.
//  3. Settle paths over all posts, plan all outputs, compare with what is there.
//  4. Commit what is known, what is pending, what is owed.
//  5. Apply what is pending (apply.go).
//  6. Commit what was applied (clear.go).
//  7. Announce, write receipts, clear the CDN (owed.go).
func (p *Publisher) Run(ctx context.Context, keys []string) error {
	return p.start(ctx, keys, false)
}

func (p *Publisher) start(ctx context.Context, keys []string, anew bool) error {
	if p.Alone {
		p.turn.Lock()
		defer p.turn.Unlock()
	}
	r := &run{
		Publisher: p,
		observer:  &observer{content: p.Content, seen: map[string]catalog.Seen{}, darkroom: make(chan struct{}, 2), desk: newDesk()},
		anew:      anew,
	}
	r.report.clock = time.Now()
	r.observer.late = r.late
	work := map[string]bool{}
	for _, key := range keys {
		if Ours(key) {
			work[key] = true
		}
	}
	err := r.rounds(ctx, work)
	if owedErr := r.settleOwed(ctx); err == nil {
		err = owedErr
	}
	r.report.Took, r.report.Err = time.Since(r.report.clock), err
	if p.Say != nil {
		p.Say(&r.report)
	}
	return err
}

func (r *run) rounds(ctx context.Context, work map[string]bool) error {
	for round := 0; ; round++ {
		v, plan, err := r.commitPlan(ctx, work)
		if err != nil {
			return err
		}
		if n := len(v.catalog.Unread); n > 0 {
			r.Log.Info("there was not time to read everything; the next tick goes on", "files", n)
			return nil
		}
		if len(v.catalog.Pending) == 0 {
			return nil
		}
		done := r.apply(ctx, v, plan)
		more, err := r.clear(ctx, v, done)
		if err != nil {
			return err
		}
		if done.err != nil {
			// It stays pending, and the tick tries it again; the message that woke this
			// run is done with, because what it told of is committed.
			r.Log.Error("an output could not be made", "error", done.err.Error())
		}
		if done.cut {
			r.Log.Info("there was not time for everything; the next tick goes on")
			return nil
		}
		if len(done.stale) == 0 && !more {
			return ctx.Err()
		}
		if round == maxRounds {
			return fmt.Errorf("%d outputs are still being overtaken; the next tick goes on", len(v.catalog.Pending))
		}
		work = done.stale
	}
}

// commitPlan is steps 1 to 4. A run woken by keys always commits, even if nothing
// changed: so a run that read older content in the meantime loses its race.
func (r *run) commitPlan(ctx context.Context, work map[string]bool) (*version, *site.Plan, error) {
	for try := 0; ; try++ {
		from, err := r.load(ctx)
		if err != nil {
			return nil, nil, err
		}
		next, err := r.stamp(from)
		if err != nil {
			return nil, nil, err
		}
		plan, changed, err := r.plan(ctx, from.catalog, next, work)
		if err != nil {
			return nil, nil, err
		}
		if len(work) == 0 && !changed && from.etag != "" {
			return from, plan, nil
		}
		v, err := r.commit(ctx, from, next)
		if err == nil {
			return v, plan, nil
		}
		if !errors.Is(err, errOvertaken) {
			return nil, nil, err
		}
		if err := r.backoff(ctx, try); err != nil {
			return nil, nil, err
		}
	}
}
