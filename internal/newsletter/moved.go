package newsletter

import "context"

// Moved is an issue that came to another state, in numbers, for whoever keeps count.
type Moved struct {
	Issue string
	State State
	// Recipients is how many people are on the issue's list, 0 before it is frozen.
	Recipients int
	// Counts is what became of them, once the issue is closed.
	Counts Counts
	// Owed is how many of them still wait, if the issue was stopped while being sent.
	Owed int
}

// moved tells that an issue came to another state.
func (n *Newsletter) moved(ctx context.Context, i *Issue) {
	if n.Moved == nil {
		return
	}
	m := Moved{Issue: i.ID, State: i.State, Recipients: i.Recipients, Counts: i.Counts}
	if i.State == Held && i.begun() {
		m.Owed = i.Recipients
		p := &progress{}
		if err := n.read(ctx, progressKey(i.ID), p); err == nil {
			m.Owed = max(0, i.Recipients-p.Counts.Sent-p.Counts.Failed-p.Counts.Left)
		}
	}
	n.Moved(m)
}

// standing tells how many issues are not over, and how many of them are held.
func (n *Newsletter) standing(o *outbox) {
	if n.Standing == nil || o == nil {
		return
	}
	held := 0
	for _, h := range o.Issues {
		if h.State == Held {
			held++
		}
	}
	n.Standing(len(o.Issues), held)
}
