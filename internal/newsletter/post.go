package newsletter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/mail"
)

// addressee is where the mail for a place on the list goes now.
type addressee struct{ email, token string }

// addresses looks up the people of some claims as they are at this moment: who
// left, bounced, paused or was erased since the freeze has no addressee, who moved
// has their new one. Each shard is read once.
func (n *Newsletter) addresses(ctx context.Context, l *list, claims []claim, gone leavings) (map[string]*addressee, error) {
	tokens, err := n.Audience.Tokens(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	shards := map[int][]string{}
	for _, c := range claims {
		for at := c.From; at < c.To; at++ {
			uid := l.place(at)
			shard, err := audience.ShardOf(uid)
			if err != nil {
				return nil, fmt.Errorf("place %d of the list: %w", at, err)
			}
			shards[shard] = append(shards[shard], uid)
		}
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards people and errs
		found = map[string]*addressee{}
		errs  []error
		slots = make(chan struct{}, 8)
	)
	now := n.Now()
	for shard, uids := range shards {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			people, err := n.fromShard(ctx, l, shard, uids)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			for uid, s := range people {
				if s.Mailable(now) && !gone.has(s) {
					found[uid] = &addressee{email: s.Email, token: tokens.Sign(audience.ForSubscriber, s.UID)}
				}
			}
		})
	}
	wg.Wait()
	return found, errors.Join(errs...)
}

// fromShard finds the records of uids in one shard and follows those that moved.
func (n *Newsletter) fromShard(ctx context.Context, l *list, shard int, uids []string) (map[string]*audience.Subscriber, error) {
	records, err := n.Audience.Shard(ctx, shard)
	if err != nil {
		return nil, err
	}
	people := make(map[string]*audience.Subscriber, len(uids))
	for _, uid := range uids {
		k, ok := slices.BinarySearchFunc(records, uid, func(s audience.Subscriber, uid string) int {
			switch {
			case s.UID < uid:
				return -1
			case s.UID > uid:
				return 1
			}
			return 0
		})
		if !ok {
			continue
		}
		if records[k].Status != audience.Moved {
			people[uid] = &records[k]
			continue
		}
		s, err := n.Audience.ByUID(ctx, uid)
		if errors.Is(err, audience.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !l.twice(uid, &s) {
			people[uid] = &s
		}
	}
	return people, nil
}

// twice tells whether somebody who moved is on the list under the uid they have
// now, or under another one they had that comes first: then that place counts.
func (l *list) twice(uid string, s *audience.Subscriber) bool {
	if l.holds(s.UID) {
		return true
	}
	return slices.ContainsFunc(s.Former, func(f string) bool { return f < uid && l.holds(f) })
}

func (l *list) holds(uid string) bool {
	return len(uid) == audience.UIDLen && slices.ContainsFunc(l.head.Groups, func(g group) bool { return l.find(g, uid) >= 0 })
}

// result is what became of a claim. Without an outcome it was never posted.
type result struct {
	claim   claim
	outcome Outcome
	sent    int // people it was addressed to
	left    int // people on the list who get nothing any more
}

// post sends one range, if that is still in time.
func (n *Newsletter) post(ctx context.Context, i *Issue, l *list, c claim, people map[string]*addressee) result {
	r := result{claim: c}
	in, ok := partAt(l.parts(), c.From)
	if !ok {
		return r
	}
	var to []Recipient
	for at := c.From; at < c.To; at++ {
		if a := people[l.place(at)]; a != nil {
			to = append(to, Recipient{Address: a.email, Vars: map[string]string{mail.TokenName: a.token}})
		}
	}
	r.sent, r.left = len(to), c.len()-len(to)
	if len(to) == 0 {
		r.outcome = Accepted{}
		return r
	}
	m := &letter{}
	if err := n.read(ctx, messageKey(i.ID, i.Freeze, in.Group), m); err != nil {
		return r
	}
	if ctx.Err() != nil || n.Now().Sub(c.At) >= claimFor {
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, postFor)
	defer cancel()
	r.outcome = n.Sender.Send(ctx, Request{
		Domain: i.Domain, Region: i.Region, Message: m.Message, MessageID: messageID(i, c.span), To: to,
	})
	if r.outcome == nil {
		r.outcome = Uncertain{Reason: "the sender did not say"}
	}
	return r
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
	limit, refused := 0, 0
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
			if !u.After(now) {
				u = now.Add(min(max(n.Settle/6, time.Second), 5*time.Minute))
			}
			if u.After(until) {
				until = u
			}
		case Stopped:
			refused += r.claim.len()
			stopped = o.Reason
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
			a.pause(until)
		}
		if refused > 0 {
			a.refund(refused, at)
		}
		return nil
	})
	return until, stopped, err
}
