package newsletter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// result is what became of a claim. Without an outcome it was never posted.
type result struct {
	claim   claim
	outcome Outcome
	sent    int   // people it was addressed to
	left    int   // people on the list who get nothing any more
	err     error // why it was not posted, where that was nobody's intention
}

// apply writes one outcome into the progress. An outcome whose claim is not there
// any more was applied before, or was taken for lost and is being settled.
func (p *progress) apply(r result, now time.Time) bool {
	c := r.claim
	c.Count = r.sent
	if _, uncertain := r.outcome.(Uncertain); uncertain && !slices.ContainsFunc(p.Inflight, c.same) {
		return false
	}
	if !p.release(c) {
		return false
	}
	switch o := r.outcome.(type) {
	case nil, Limit, Throttled, Stopped:
		if l, ok := o.(Limit); ok && c.len() == 1 {
			p.fail(c, fmt.Sprintf("Mailgun takes no more than %d recipients a request", l.Max))
			break
		}
		p.again(c.span, false)
	case Accepted:
		p.Counts.Sent += r.sent
		p.Counts.Left += r.left
	case Failed:
		p.fail(c, o.Reason)
		p.Counts.Left += r.left
	case BadRecipient:
		if r.sent <= 1 {
			p.fail(c, o.Reason)
			p.Counts.Left += r.left
			break
		}
		// Halving finds the one.
		middle := c.From + c.len()/2
		p.again(span{From: c.From, To: middle}, false)
		p.again(span{From: middle, To: c.To}, false)
	case Uncertain:
		p.doubt(c, o.Reason, now)
	}
	return true
}

// save swaps outcomes into the progress, also when the run is being stopped. If
// that fails they are kept for the next tick.
func (n *Newsletter) save(ctx context.Context, id string, results []result) (*progress, error) {
	ctx, cancel := last(ctx)
	defer cancel()
	now := n.Now()
	p, err := swap(ctx, n, n.State, progressKey(id), func(p *progress) error {
		changed := false
		for _, r := range results {
			changed = p.apply(r, now) || changed
		}
		if !changed {
			return errSame
		}
		return nil
	})
	if err != nil {
		n.later(id, results)
	}
	return p, err
}

// later keeps outcomes for the next tick.
func (n *Newsletter) later(id string, results []result) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unsaved[id] = append(n.unsaved[id], results...)
}

// unposted are the results of claims of which nothing was posted.
func unposted(claims []claim) []result {
	results := make([]result, len(claims))
	for k, c := range claims {
		results[k].claim = c
	}
	return results
}

// flush writes what save could not.
func (n *Newsletter) flush(ctx context.Context, id string) error {
	n.mu.Lock()
	results := n.unsaved[id]
	delete(n.unsaved, id)
	n.mu.Unlock()
	if len(results) == 0 {
		return nil
	}
	_, err := n.save(ctx, id, results)
	return err
}

// learn writes down what the outcomes say of the account: a limit, a pause, what
// was reserved and not sent.
func (n *Newsletter) learn(ctx context.Context, results []result) (until time.Time, stopped string, err error) {
	now := n.Now()
	limit, refused, why := 0, 0, ""
	var at time.Time
	for _, r := range results {
		at = r.claim.At
		switch o := r.outcome.(type) {
		case nil:
			refused += r.claim.len()
		case Limit:
			refused += r.claim.len()
			size := r.sent - 1 // whatever it says, it must become less
			if o.Max > 0 {
				size = min(size, o.Max)
			} else {
				size = min(size, r.sent/2)
			}
			if size = max(size, 1); limit == 0 || size < limit {
				limit = size
			}
		case Throttled:
			refused += r.claim.len()
			u := o.Until
			because := o.Reason
			if !u.After(now) { // it did not say when
				u = now.Add(min(max(n.Settle/6, time.Second), 5*time.Minute))
				because = cmp.Or(because, "Mailgun wants no more for now")
			}
			if u.After(until) {
				until, why = u, because
			}
		case Stopped:
			refused += r.claim.len()
			stopped = o.words()
		case BadRecipient:
			refused += r.claim.len()
		case Accepted, Failed:
			refused += r.left
		}
	}
	if limit == 0 && until.IsZero() && refused == 0 {
		return until, stopped, nil
	}
	ctx, cancel := last(ctx)
	defer cancel()
	_, err = swap(ctx, n, n.State, sendingKey, func(a *sending) error {
		if limit > 0 {
			a.learn(limit, now)
		}
		if !until.IsZero() {
			a.pause(until, why)
		}
		if refused > 0 {
			a.refund(refused, at)
		}
		return nil
	})
	return until, stopped, err
}
