package newsletter

import (
	"context"
	"errors"
	"slices"
	"time"
)

// askFor is how long after an attempt Mailgun's log can still be believed to hold
// nothing of it; after that it forgets.
const askFor = 20 * time.Hour

// askHeld is how often it is asked about the requests of an issue that was stopped.
const askHeld = 15 * time.Minute

// settle takes over what dead runs left behind, and asks the log about what is
// uncertain for long enough. It returns the progress as it stands then.
func (n *Newsletter) settle(ctx context.Context, i *Issue, p *progress) (*progress, error) {
	dead := func(c claim) bool { return n.dead(c.Owner, c.At) }
	now := n.Now()
	for _, c := range p.Inflight {
		if !dead(c) {
			continue
		}
		var err error
		p, err = swap(ctx, n, n.State, progressKey(i.ID), func(p *progress) error {
			if p.abandon(dead, now) == 0 {
				return errSame
			}
			return nil
		})
		if err != nil {
			return p, err
		}
		break
	}
	answers := n.ask(ctx, i, p)
	if len(answers) == 0 {
		return p, nil
	}
	return swap(ctx, n, n.State, progressKey(i.ID), func(p *progress) error {
		changed := false
		for _, a := range answers {
			var there bool
			if p.Uncertain, there = remove(p.Uncertain, a.claim); !there {
				continue // another run settled it
			}
			if a.found {
				p.Counts.Sent += a.claim.addressed()
				p.Counts.Left += a.claim.len() - a.claim.addressed()
			} else {
				p.again(a.claim.span, true)
			}
			changed = true
		}
		if !changed {
			return errSame
		}
		return nil
	})
}

// settleHeld is settle for an issue that was stopped while it was being sent: what became of
// its requests can only be found out for some hours, and the author may take longer.
func (n *Newsletter) settleHeld(ctx context.Context, w *world, i *Issue) error {
	p, err := n.trusted(ctx, i)
	if err != nil || p == nil || len(p.Inflight) == 0 && len(p.Uncertain) == 0 {
		return err
	}
	after, err := n.settle(ctx, i, p)
	if err != nil || after.Generation == p.Generation {
		return err
	}
	return n.tell(ctx, w, i)
}

// answer is what the log says of an uncertain claim.
type answer struct {
	claim claim
	found bool
}

// ask asks the log about the uncertain claims that have rested long enough. Those
// it cannot tell about are left out.
func (n *Newsletter) ask(ctx context.Context, i *Issue, p *progress) []answer {
	var answers []answer
	now := n.Now()
	for _, c := range p.Uncertain {
		id, way := messageID(i, c), i.route(c)
		if n.Events == nil || now.Sub(c.Since) < n.Settle || n.ending(ctx) || !n.mayAsk(id, now) {
			continue
		}
		found, trustworthy, err := n.Events.Accepted(ctx, way.Domain, way.Region, id)
		n.logged(!errors.Is(err, ErrNoLog))
		switch {
		case err != nil:
		case found:
			answers = append(answers, answer{c, true})
		case trustworthy && now.Sub(c.At) < askFor:
			answers = append(answers, answer{c, false})
		}
	}
	return answers
}

// mayAsk spreads questions about one request over time.
func (n *Newsletter) mayAsk(id string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at, ok := n.asked[id]; ok && now.Sub(at) < n.Settle/3 {
		return false
	}
	if len(n.asked) > 10000 {
		clear(n.asked)
	}
	n.asked[id] = now
	return true
}

// logged remembers whether there is a key to read the log with.
func (n *Newsletter) logged(readable bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.noLog = !readable
}

func (n *Newsletter) hasNoLog() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.noLog
}

// unanswerable tells why nothing but the author can go on with an issue, or "": all
// that is left are requests of which the log will never tell.
func (n *Newsletter) unanswerable(p *progress) string {
	if p.waiting() > 0 || len(p.Inflight) > 0 || len(p.Uncertain) == 0 {
		return ""
	}
	now := n.Now()
	people := 0
	for _, c := range p.Uncertain {
		people += c.addressed()
		if now.Sub(c.Since) < n.Settle {
			return ""
		}
	}
	what := "nobody knows whether Mailgun took the mails to " + count(people, "subscriber")
	if n.Events == nil || n.hasNoLog() {
		return what + ", and there is no key to ask its log with"
	}
	for _, c := range p.Uncertain {
		if now.Sub(c.At) < askFor {
			return ""
		}
	}
	return what + ", and its log did not tell within 20 hours"
}

// giveUp moves what will never be known to the failures, when the author resumes.
func (n *Newsletter) giveUp(ctx context.Context, i *Issue, p *progress) error {
	now := n.Now()
	n.ask(ctx, i, p) // whether there is a log at all
	if n.unanswerable(p) == "" {
		return nil
	}
	_, err := swap(ctx, n, n.State, progressKey(i.ID), func(p *progress) error {
		changed := false
		for _, c := range slices.Clone(p.Uncertain) {
			if now.Sub(c.Since) < n.Settle {
				continue
			}
			p.Uncertain, _ = remove(p.Uncertain, c)
			p.fail(c, "it was never known whether Mailgun took it, and it was not sent again")
			changed = true
		}
		if !changed {
			return errSame
		}
		return nil
	})
	return err
}
