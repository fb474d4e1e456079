package newsletter

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/store"
)

// ErrNoIssue is reported for an id that names no issue.
var ErrNoIssue = errNoIssue

// List gives all issues there ever were, the newest first.
func (n *Newsletter) List(ctx context.Context) ([]Issue, error) {
	ids, err := n.issueIDs(ctx, "issues/", "")
	if err != nil {
		return nil, err
	}
	var all []Issue
	for _, id := range ids {
		i, err := n.loadIssue(ctx, id)
		if errors.Is(err, errNoIssue) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, *i)
	}
	slices.SortStableFunc(all, func(a, b Issue) int { return b.Opened.Compare(a.Opened) })
	return all, nil
}

// issueIDs lists the ids of issues below a prefix, in order, from a key on.
func (n *Newsletter) issueIDs(ctx context.Context, prefix, after string) ([]string, error) {
	var ids []string
	for {
		objects, more, err := n.State.List(ctx, prefix, after, 1000)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			after = o.Key
			id, rest, ok := strings.Cut(strings.TrimPrefix(o.Key, "issues/"), "/")
			if ok && rest == "issue.json" && issueID.MatchString(id) {
				ids = append(ids, id)
			}
		}
		if !more || len(objects) == 0 {
			return ids, nil
		}
	}
}

// Release lets an issue go out that a guard held. A [*Refusal] says why it cannot.
func (n *Newsletter) Release(ctx context.Context, id string) error {
	now := n.Now()
	return n.command(ctx, id, func(i *Issue) error { return i.release(now) })
}

// SendNow ends the undo window of a waiting issue. A [*Refusal] says why it cannot.
func (n *Newsletter) SendNow(ctx context.Context, id string) error {
	now := n.Now()
	return n.command(ctx, id, func(i *Issue) error { return i.sendNow(now) })
}

// Resume goes on with an issue that was stopped while it was being sent, through the
// sending domain that the settings name by now. What will never be known counts as failed
// from then on. A [*Refusal] says why it cannot.
func (n *Newsletter) Resume(ctx context.Context, id string) error {
	i, err := n.known(ctx, id)
	if err != nil {
		return err
	}
	if i.State == Held && i.begun() {
		p, err := n.trusted(ctx, i)
		if err == nil && p != nil { // else the next tick finds out
			err = errors.Join(n.giveUp(ctx, i, p), n.reroute(ctx, i))
		}
		if err != nil {
			return err
		}
	}
	return n.command(ctx, id, func(i *Issue) error { return i.resume() })
}

// Cancel ends an issue for ever: one that was not begun is mailed to nobody, one
// that was stopped on its way to nobody else. A [*Refusal] says why it cannot.
func (n *Newsletter) Cancel(ctx context.Context, id string) error {
	i, err := n.known(ctx, id)
	if err != nil {
		return err
	}
	now := n.Now()
	var counts Counts
	var why []Failure
	if i.begun() {
		p := &progress{}
		if err := n.read(ctx, progressKey(id), p); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		counts, why = p.Counts, p.failures()
		counts.Failed = max(counts.Failed, i.Recipients-counts.Sent-counts.Left)
		why = addFailure(why, Failure{counts.Failed - p.Counts.Failed, "you ended it before it was mailed to them"})
	}
	if trial := *i; !i.begun() && trial.cancel(now) == nil {
		begun, err := n.forbid(ctx, i, now)
		if err != nil {
			return err
		}
		if begun {
			return &Refusal{"it is being mailed already and cannot be cancelled any more"}
		}
	}
	err = n.command(ctx, id, func(i *Issue) error {
		if i.State == Held && i.begun() {
			i.end(counts, why, endedReason, now)
			return nil
		}
		return i.cancel(now)
	})
	if err != nil {
		return err
	}
	if i, err = n.loadIssue(ctx, id); err == nil && i.begun() {
		err = n.closeWitness(ctx, i, now)
	}
	return err
}

// HoldBegun holds every issue that is being sent. It is for the time after the
// state bucket was restored: the records may be older than what was sent.
func (n *Newsletter) HoldBegun(ctx context.Context) error {
	all, err := n.List(ctx)
	if err != nil {
		return err
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.State == Sending && i.Recipients > 0 { // of an empty list nothing was sent
			err = errors.Join(err, n.stop(ctx, w, i.ID, "the state was restored, and more may have been sent than it knows"))
		}
	}
	return err
}

// known reads an issue by an id that somebody typed.
func (n *Newsletter) known(ctx context.Context, id string) (*Issue, error) {
	if !issueID.MatchString(id) {
		return nil, ErrNoIssue
	}
	return n.loadIssue(ctx, id)
}

// command does what the author asked of an issue. The outbox is told before as
// well as after: if this dies in between, the next tick finds out by itself.
func (n *Newsletter) command(ctx context.Context, id string, alter func(*Issue) error) error {
	i, err := n.known(ctx, id)
	if err != nil {
		return err
	}
	trial := *i
	if err := alter(&trial); err != nil {
		return err
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	now := n.Now()
	// With the state that was told last: a tick that finds another one takes it for news.
	_, err = n.changeOutbox(ctx, func(o *outbox) bool {
		h, ok := o.Issues[id]
		if !ok {
			h = soon(i, now)
		}
		h.Next, h.Asked = now, now
		return o.put(id, h)
	})
	if err != nil {
		return err
	}
	changed, err := n.move(ctx, w, i, alter)
	if errors.Is(err, errUntold) {
		return nil // it is done, and the next tick tells it
	}
	if err == nil && changed.State == i.State { // an earlier try may have died before it was told
		err = n.tell(ctx, w, changed)
	}
	if err != nil {
		return err
	}
	if changed.over() {
		return n.note(ctx, map[string]*Issue{id: changed})
	}
	_, err = n.changeOutbox(ctx, func(o *outbox) bool { return o.put(id, soon(changed, now)) })
	return err
}
