package newsletter

import (
	"context"
	"errors"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// Detail is an issue with how far its sending has come.
type Detail struct {
	Issue
	Title     string   // of the post, or the digest's name
	Lines     []string // who is mailed and when, as in the receipt
	Waiting   int      // people whose mail was not posted yet
	Inflight  int      // people whose mail is being posted
	Uncertain int      // people of whose mail nobody knows whether it was accepted
	// Next is when more of those who wait may be mailed, Queued when the last of them is
	// expected to be, by the limits of the account; zero: now, or nobody waits.
	Next, Queued time.Time
}

// Show gives one issue in detail; ErrNoIssue if there is none.
func (n *Newsletter) Show(ctx context.Context, id string) (Detail, error) {
	if !issueID.MatchString(id) {
		return Detail{}, ErrNoIssue
	}
	i, err := n.loadIssue(ctx, id)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Issue: *i}
	w, err := n.look(ctx)
	if err != nil {
		return d, err
	}
	if d.Title, d.Lines, err = n.describe(ctx, w, i); err != nil {
		return d, err
	}
	p := &progress{}
	err = n.read(ctx, progressKey(id), p)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	if d.over() {
		if len(d.Failures) == 0 { // closed by a program that did not write them down
			d.Failures = p.failures()
		}
		return d, nil
	}
	d.Counts, d.Failures, d.Waiting = p.Counts, p.failures(), p.waiting()
	for _, c := range p.Inflight {
		d.Inflight += c.addressed()
	}
	for _, c := range p.Uncertain {
		d.Uncertain += c.addressed()
	}
	st, err := n.standingOf(ctx, w, i)
	if st != nil {
		d.Next, d.Queued = st.next, st.last
	}
	return d, err
}
