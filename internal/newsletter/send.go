package newsletter

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
)

const (
	// roundPeople and roundRanges bound what one call claims at a time: large enough
	// to keep swaps and shard reads few, small enough to be posted within claimFor.
	roundPeople = 2000
	roundRanges = 64
	// claimFor is how long after the claim a range may still be posted.
	claimFor = 60 * time.Second
	// postFor is how long one request may take.
	postFor = 60 * time.Second
)

// send moves an issue that is being sent on: settles, sends as much as time and the
// account's limits allow, and closes it when every fate is known.
func (n *Newsletter) send(ctx context.Context, id string) error {
	i, err := n.loadIssue(ctx, id)
	if errors.Is(err, errNoIssue) {
		return n.note(ctx, map[string]*Issue{id: nil})
	}
	if err != nil {
		return err
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	if i.State != Sending {
		return n.found(ctx, w, i)
	}
	seen, err := n.witnessOf(ctx, id)
	if err != nil {
		return err
	}
	if seen == nil || !seen.Closed.IsZero() || seen.Freeze != i.Freeze {
		return n.contradicted(ctx, w, i, seen)
	}
	l, err := n.loadList(ctx, id, i.Freeze)
	if errors.Is(err, store.ErrNotFound) {
		return n.stop(ctx, w, id, listIsLost)
	}
	if err != nil {
		return err
	}
	if err := n.flush(ctx, id); err != nil {
		return err
	}
	p := &progress{}
	err = n.read(ctx, progressKey(id), p)  // after the witness, which is never ahead of it
	if errors.Is(err, store.ErrNotFound) { // lost; the witness says how far it came
		p, _, err = create(ctx, n, n.State, progressKey(id), &progress{Freeze: i.Freeze, Total: l.head.Total})
	}
	if err != nil {
		return err
	}
	if p.Generation < seen.Progress {
		return n.resumeFrom(ctx, w, i, seen)
	}
	if p, err = n.settle(ctx, i, p); err != nil {
		return err
	}
	var until time.Time
	for p.waiting() > 0 && !n.ending(ctx) {
		var stopped string
		if p, until, stopped, err = n.round(ctx, w.settings, i, l); err != nil {
			return err
		}
		if stopped != "" {
			return n.stop(ctx, w, id, stopped)
		}
		if !until.IsZero() {
			break
		}
		if i, err = n.loadIssue(ctx, id); err != nil {
			return err
		}
		if i.State != Sending {
			return n.found(ctx, w, i) // the author, or another run, stopped it
		}
	}
	if p.done() {
		return n.finish(ctx, w, i, &witness{Counts: p.Counts, Failures: p.failures(), Closed: n.Now()})
	}
	return n.after(ctx, w, i, p)
}

// contradicted deals with an issue whose witness does not say that it is being
// sent: the state is older than the witness, and the witness is right.
func (n *Newsletter) contradicted(ctx context.Context, w *world, i *Issue, seen *witness) error {
	if seen != nil && !seen.Closed.IsZero() {
		p := &progress{}
		err := n.read(ctx, progressKey(i.ID), p)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		// A run that died between the witness and the issue left a progress that is done.
		if err != nil || seen.Freeze != i.Freeze || !p.done() {
			if err := n.suspect(ctx, i.ID); err != nil {
				return err
			}
		}
		return n.finish(ctx, w, i, seen)
	}
	return n.stop(ctx, w, i.ID, "its witness is missing or tells of another freeze, as after a restore")
}

// listIsLost stops an issue that can never go on: it can only be cancelled.
const listIsLost = "its list of recipients is lost"

// stop holds an issue that is being sent until the author resumes it.
func (n *Newsletter) stop(ctx context.Context, w *world, id, why string) error {
	ctx, cancel := last(ctx)
	defer cancel()
	now := n.Now()
	i, err := n.loadIssue(ctx, id)
	if err != nil {
		return err
	}
	changed, err := n.move(ctx, w, i, func(i *Issue) error {
		if i.State != Sending {
			return errSame
		}
		i.hold(why, now)
		i.Lost = i.Lost || why == listIsLost
		return nil
	})
	if err != nil {
		return err
	}
	if changed.State == Held && i.State != Held {
		n.Say("stopped sending " + id + ": " + why)
	}
	return n.found(ctx, w, changed)
}

// last is time for a run that is being stopped to write down what it knows.
func last(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
}

// round claims some ranges, posts them, and writes down what became of them. until
// is set when nothing may be sent before then; stopped when nothing may be sent at
// all before somebody acts.
func (n *Newsletter) round(ctx context.Context, s *settings.Settings, i *Issue, l *list) (p *progress, until time.Time, stopped string, err error) {
	claims, p, until, err := n.claim(ctx, s, i, l)
	if err != nil || len(claims) == 0 {
		return p, until, "", err
	}
	err = n.reach(ctx, i, p)
	var gone leavings
	if err == nil {
		gone, err = n.left(ctx)
	}
	if err == nil {
		err = ctx.Err()
	}
	var people map[string]*addressee
	if err == nil {
		people, err = n.addresses(ctx, l, claims, gone)
	}
	results := make([]result, len(claims))
	if err != nil {
		results = unposted(claims)
		p, saveErr := n.save(ctx, i.ID, results)
		_, _, learnErr := n.learn(ctx, results)
		return p, until, "", errors.Join(err, saveErr, learnErr)
	}
	var (
		wg      sync.WaitGroup
		next    atomic.Int64
		refused atomic.Bool // then the rest of the round would be too
	)
	for range min(n.Workers, len(claims)) {
		wg.Go(func() {
			for k := int(next.Add(1)) - 1; k < len(claims); k = int(next.Add(1)) - 1 {
				results[k].claim = claims[k]
				if refused.Load() {
					continue
				}
				results[k] = n.post(ctx, i, l, claims[k], people)
				switch results[k].outcome.(type) {
				case Limit, Throttled, Stopped:
					refused.Store(true)
				}
			}
		})
	}
	wg.Wait()
	p, err = n.save(ctx, i.ID, results)
	if err != nil {
		return p, until, "", err
	}
	until, stopped, err = n.learn(ctx, results)
	posted := false
	for _, r := range results {
		posted = posted || r.outcome != nil
		switch {
		case errors.Is(r.err, store.ErrNotFound):
			stopped = "its frozen mail is lost"
		case r.err != nil:
			err = errors.Join(err, r.err)
		}
	}
	if !posted && until.IsZero() {
		until = n.Now() // nothing could be done in this round, so nothing could in the next
	}
	return p, until, stopped, err
}
