package newsletter

import (
	"cmp"
	"slices"
	"time"
)

// hold stops the issue until the author says otherwise.
func (i *Issue) hold(reason string, now time.Time) {
	if i.State != Held {
		i.HeldAt = now
	}
	i.State, i.Reason = Held, reason
	if !i.begun() {
		i.Freeze = ""
	}
}

// sleep makes an unfrozen issue dormant.
func (i *Issue) sleep(reason string) { i.State, i.Reason, i.Freeze = Dormant, reason, "" }

// wake re-arms a dormant issue, with a whole undo window.
func (i *Issue) wake(now time.Time) {
	i.State, i.Reason = Waiting, ""
	if due := now.Add(i.Undo); due.After(i.Due) {
		i.Due = due
	}
}

// startFreeze marks the freeze under way. The mark is what its end checks.
func (i *Issue) startFreeze(nonce string) bool {
	if i.State != Waiting {
		return false
	}
	i.Freeze, i.Reason = nonce, ""
	return true
}

// wait ends a freeze that could not be done now.
func (i *Issue) wait(reason string) { i.Freeze, i.Reason = "", reason }

// begin is the point of no return: from here on the frozen list is what counts.
func (i *Issue) begin(f frozen, now time.Time) {
	i.State, i.Reason, i.Frozen = Sending, "", now
	i.Freeze, i.Posts, i.Carried, i.Recipients = f.Nonce, f.Posts, f.Carried, f.Recipients
	i.Domain, i.Region = f.Domain, f.Region
}

// frozen is what a freeze decided.
type frozen struct {
	Nonce          string
	Posts, Carried []string
	Recipients     int
	Domain, Region string
}

// end closes the issue.
func (i *Issue) end(c Counts, why []Failure, reason string, now time.Time) {
	i.State, i.Reason, i.Ended, i.Counts, i.Failures = Closed, reason, now, c, why
}

// endBy ends an issue as its witness says it did, of which this state knew nothing.
func (i *Issue) endBy(w *witness) {
	if w.Cancelled {
		i.State, i.Reason, i.Freeze, i.Ended = Cancelled, w.Reason, "", w.Closed
		return
	}
	reason := w.Reason
	if !i.begun() || i.Freeze != w.Freeze {
		i.Freeze, i.Frozen, i.Posts = w.Freeze, w.Begun, w.Posts
		i.Recipients = w.Counts.Sent + w.Counts.Failed + w.Counts.Left
		if reason == "" {
			reason = sentBefore
		}
	}
	i.end(w.Counts, w.Failures, reason, w.Closed)
}

// Refusal is why an author's command does not fit an issue's state, in plain words.
type Refusal struct{ What string }

func (r *Refusal) Error() string { return r.What }

// standing says in plain words where the issue stands.
func (i *Issue) standing() string {
	switch i.State {
	case Waiting:
		return "it waits for its time"
	case Dormant:
		return "it sleeps, because " + i.Reason
	case Held:
		return "it is held, because " + i.Reason
	case Sending:
		return "it is being mailed already"
	case Cancelled:
		return "it was cancelled"
	}
	return "it is over"
}

// release is the author's "send it all the same" for an issue held before its freeze.
func (i *Issue) release(now time.Time) error {
	switch {
	case i.State == Held && !i.begun():
		i.State, i.Reason, i.Released = Waiting, "", now
		if now.Before(i.Due) { // a digest keeps the name of its time
			i.Due = now
		}
		return nil
	case i.State == Held:
		return &Refusal{"it was stopped while it was being mailed, so go on with it (resume) or end it (cancel)"}
	case i.State == Waiting:
		i.Released = now
		return nil
	}
	return &Refusal{i.standing() + ", so there is nothing to release"}
}

// sendNow ends the undo window. What is held must be released instead, so that a
// link from an old mail does not send what was stopped since.
func (i *Issue) sendNow(now time.Time) error {
	if i.State != Waiting {
		return &Refusal{i.standing() + ", so it cannot be sent now"}
	}
	if now.Before(i.Due) {
		i.Due = now
	}
	return nil
}

const (
	cancelledReason = "cancelled by the author"
	endedReason     = "ended by the author" // when it was on its way
)

// cancel ends an issue of which nothing has been sent.
func (i *Issue) cancel(now time.Time) error {
	switch {
	case i.State == Cancelled:
		return nil
	case i.State == Closed:
		return &Refusal{i.standing() + ": " + cmp.Or(i.Reason, "it was mailed")}
	case i.begun():
		return &Refusal{"it is being mailed already and cannot be cancelled any more"}
	}
	i.State, i.Reason, i.Freeze, i.Ended = Cancelled, cancelledReason, "", now
	return nil
}

// resume goes on with an issue that was stopped while it was being sent.
func (i *Issue) resume() error {
	switch {
	case i.State == Sending:
		return nil
	case i.State == Held && i.Lost:
		return &Refusal{"its list was lost with the records, so nobody knows who still waits for it: cancel it"}
	case i.State == Held && i.begun():
		i.State, i.Reason = Sending, ""
		return nil
	case i.State == Held:
		return &Refusal{"nothing of it was mailed yet, so release it"}
	}
	return &Refusal{i.standing() + ", so there is nothing to go on with"}
}

// mention records in a post's issue that a digest carried it.
func (i *Issue) mention(k Kind, m Mention) bool {
	if i.Digests[k].Issue == m.Issue {
		return false
	}
	digests := map[Kind]Mention{k: m}
	for kind, old := range i.Digests {
		if kind != k {
			digests[kind] = old
		}
	}
	i.Digests = digests
	return true
}

// holds tells whether the issue's list was made for the post.
func (i *Issue) holds(post string) bool { return i.begun() && slices.Contains(i.Posts, post) }
