package newsletter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

var (
	// errBusy means that another run is freezing something.
	errBusy = errors.New("another issue is being frozen")
	// errUnclear means that an issue may have been begun, or may be yet: the request that
	// says so was not answered. What it leaves to the next digest is not to be forgotten.
	errUnclear = errors.New("it is not known whether it was begun")
)

// freeze decides who gets an issue and what it says. It goes on in this order, so
// that dying anywhere leaves something another run can finish or begin anew:
// the outbox names the freeze; the issue is marked with it; messages; the list;
// the witness, which decides that this freeze counts; the progress; the issue
// goes to sending; the outbox forgets the freeze.
func (n *Newsletter) freeze(ctx context.Context, w *world, i *Issue) error {
	nonce, err := n.nonce()
	if err != nil {
		return err
	}
	mine := freezing{Issue: i.ID, Nonce: nonce, Owner: n.owner, At: n.Now().UTC()}
	n.underWay(nonce, true)
	defer n.underWay(nonce, false)
	o, err := n.changeOutbox(ctx, func(o *outbox) bool {
		if f := o.Freezing; f != nil && (f.Issue != i.ID || !n.over(f)) {
			return false
		}
		o.Freezing = &mine
		return true
	})
	if err != nil {
		return err
	}
	if o.Freezing == nil || o.Freezing.Nonce != nonce {
		return errBusy
	}
	after, err := n.freezeIssue(ctx, w, i.ID, nonce)
	if errors.Is(err, errUnclear) {
		return fmt.Errorf("freeze %s: %w", i.ID, err) // whoever comes next finds out, as if this run had died
	}
	if err != nil {
		// Others need not wait for this one: whatever was reached, the next freeze of it
		// goes on from there or begins anew.
		err = fmt.Errorf("freeze %s: %w", i.ID, err)
		if after == nil {
			after = i
		}
	}
	return errors.Join(err, n.unfreeze(context.WithoutCancel(ctx), after, nonce))
}

// underWay notes which freezes this run is busy with.
func (n *Newsletter) underWay(nonce string, busy bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if busy {
		n.busy[nonce] = true
	} else {
		delete(n.busy, nonce)
	}
}

// over tells whether nobody can be busy with a freeze any more.
func (n *Newsletter) over(f *freezing) bool {
	n.mu.Lock()
	busy := n.busy[f.Nonce]
	n.mu.Unlock()
	return !busy && (f.Owner == n.owner || n.dead(f.Owner, f.At))
}

// freezeIssue is the freeze of an issue while the outbox names it. It returns the
// issue as it stands afterwards.
func (n *Newsletter) freezeIssue(ctx context.Context, w *world, id, nonce string) (*Issue, error) {
	i, err := n.loadIssue(ctx, id)
	if err != nil {
		return nil, err
	}
	if i.State != Waiting {
		return n.movedOn(ctx, w, i)
	}
	now := n.Now()
	seen, err := n.witnessOf(ctx, id)
	if err != nil {
		return i, err
	}
	if seen != nil {
		return n.frozenBefore(ctx, w, i, seen, now)
	}
	i, err = n.changeIssue(ctx, id, func(i *Issue) error {
		if !i.startFreeze(nonce) {
			return errSame
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if i.State != Waiting {
		return n.movedOn(ctx, w, i)
	}
	l, why, err := n.compose(ctx, w, i, nonce, now)
	if err != nil {
		return i, err
	}
	if why != "" {
		return n.delay(ctx, w, i, why)
	}
	if seen, err = n.begins(ctx, i, nonce, l, now); err != nil {
		return i, err
	}
	if seen.Freeze != nonce {
		return n.frozenBefore(ctx, w, i, seen, now) // another run, or the author's cancelling, was faster
	}
	return n.begin(ctx, w, i, l, now)
}

// frozenBefore goes on with an issue that has a witness already: a run died between
// the witness and the end of its freeze, or the state is older than the witness.
func (n *Newsletter) frozenBefore(ctx context.Context, w *world, i *Issue, seen *witness, now time.Time) (*Issue, error) {
	if seen.Cancelled {
		return n.endedBy(ctx, w, i, seen)
	}
	if !seen.Closed.IsZero() || seen.Freeze != i.Freeze {
		if err := n.suspect(ctx, i.ID); err != nil {
			return i, err
		}
	}
	if !seen.Closed.IsZero() {
		return n.endedBy(ctx, w, i, seen)
	}
	l, err := n.readList(ctx, i.ID, seen.Freeze) // as it is there, not as this process remembers it
	if seen.Freeze != i.Freeze || errors.Is(err, store.ErrNotFound) {
		adopted, err := n.adopt(ctx, w, i, seen)
		if err != nil {
			err = fmt.Errorf("%w: %w", errUnclear, err)
		}
		return adopted, err
	}
	if err != nil {
		return i, err
	}
	return n.begin(ctx, w, i, l, seen.Begun) // how far it came before is found out when it is sent
}

// begins creates the witness: from here on this freeze is the one that counts.
func (n *Newsletter) begins(ctx context.Context, i *Issue, nonce string, l *list, now time.Time) (*witness, error) {
	w, _, err := create(ctx, n, n.Content, witnessPrefix+i.ID, &witness{Issue: i.ID, Freeze: nonce, To: i.To, Posts: l.head.Posts, Begun: now.UTC()})
	return w, err
}

// begin makes what a list says true: a progress of nothing done, and the issue in sending.
func (n *Newsletter) begin(ctx context.Context, w *world, i *Issue, l *list, now time.Time) (*Issue, error) {
	p, _, err := create(ctx, n, n.State, progressKey(i.ID), &progress{Freeze: l.head.Freeze, Total: l.head.Total})
	if err != nil {
		return i, err
	}
	if p.Freeze != l.head.Freeze {
		return i, fmt.Errorf("the progress of %s belongs to freeze %s, not to %s", i.ID, p.Freeze, l.head.Freeze)
	}
	changed, err := n.move(ctx, w, i, func(i *Issue) error {
		if i.State != Waiting || i.Freeze != l.head.Freeze {
			return errSame
		}
		i.begin(l.frozen(), now)
		return nil
	})
	if err != nil {
		return i, fmt.Errorf("%w: %w", errUnclear, err)
	}
	if changed.State == Cancelled {
		// The author was faster than the freeze: the witness must not stay open.
		err = n.closeWitness(ctx, changed, now)
	}
	if err == nil && changed.State == Sending && changed.Recipients > 0 && !changed.toldAlready() {
		n.Say("mailing " + count(changed.Recipients, "subscriber"))
	}
	return changed, err
}

// frozen is what a list says that its freeze decided.
func (l *list) frozen() frozen {
	return frozen{
		Nonce: l.head.Freeze, Posts: l.head.Posts, Carried: l.head.Carried, Recipients: l.head.Total,
		Domain: l.head.Domain, Region: l.head.Region,
	}
}

// unfreeze lets the next issue be frozen, and leaves to the next digest what this
// one could not take.
func (n *Newsletter) unfreeze(ctx context.Context, i *Issue, nonce string) error {
	now := n.Now()
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		if o.Freezing == nil || o.Freezing.Nonce != nonce {
			return false
		}
		o.Freezing = nil
		if i.Kind != Instant && i.begun() {
			o.carry(i.Kind, i.Carried)
		}
		if i.State == Held && !o.Restored {
			o.tell(i, now)
		}
		if i.over() {
			o.drop(i.ID)
		} else {
			o.put(i.ID, n.again(o, i, now))
		}
		return true
	})
	return err
}

// finishFreeze looks at a freeze whose run is dead. If its issue still waits it is
// returned, to be frozen again before any other; else the freeze is only cleared.
func (n *Newsletter) finishFreeze(ctx context.Context, w *world, f *freezing) (*Issue, error) {
	i, err := n.loadIssue(ctx, f.Issue)
	if errors.Is(err, errNoIssue) {
		_, err := n.changeOutbox(ctx, func(o *outbox) bool {
			if o.Freezing == nil || o.Freezing.Nonce != f.Nonce {
				return false
			}
			o.Freezing = nil
			o.drop(f.Issue)
			return true
		})
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if i.State == Waiting {
		i, ready, err := n.tendOne(ctx, w, i.ID, Waiting)
		if err != nil || ready {
			return i, err
		}
		return nil, n.unfreeze(ctx, i, f.Nonce)
	}
	if err := n.tell(ctx, w, i); err != nil { // the run may have died before it did
		return nil, err
	}
	return nil, n.unfreeze(ctx, i, f.Nonce)
}

// compose makes the frozen list and the messages of an issue; why says what it must
// wait for, if it cannot be composed now.
func (n *Newsletter) compose(ctx context.Context, w *world, i *Issue, nonce string, now time.Time) (l *list, why string, err error) {
	c, err := n.choose(ctx, w, i)
	if err != nil {
		return nil, "", err
	}
	l, err = n.enlist(ctx, i, nonce, c, now)
	if err != nil {
		return nil, "", err
	}
	l.head.Domain, l.head.Region = w.settings.Newsletter.Domain, w.settings.Newsletter.Region
	for _, o := range c.offers {
		l.head.Posts = append(l.head.Posts, o.ID)
	}
	l.head.Carried = slices.Clone(c.carried)
	if why, err := n.writeMessages(ctx, w, i, l); err != nil || why != "" {
		return nil, why, err
	}
	body, err := l.encode()
	if err != nil {
		return nil, "", err
	}
	if _, err := n.State.Create(ctx, recipientsKey(i.ID, nonce), body, textHeader); err != nil {
		return nil, "", fmt.Errorf("write the list of %s: %w", i.ID, err)
	}
	return l, "", nil
}
