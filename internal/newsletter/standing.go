package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// standing is how far an issue that is being sent has come.
type standing struct {
	progress *progress
	// next is when more of those who wait may be mailed, last when the last of them is
	// expected to be; zero: now, or nobody waits.
	next, last time.Time
	// limited says that the limits in the settings decide; else it is Mailgun that wants
	// nothing for now, and nobody knows how much it takes then.
	limited bool
	why     string // there is such a pause, and this is what for
}

// standingOf reads how far an issue has come; nil if it is not being sent, nor was stopped
// on its way.
func (n *Newsletter) standingOf(ctx context.Context, w *world, i *Issue) (*standing, error) {
	stopped := i.State == Held && i.begun()
	if i.State != Sending && !stopped {
		return nil, nil
	}
	st := &standing{progress: &progress{}, limited: limited(w.settings)}
	err := n.read(ctx, progressKey(i.ID), st.progress)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	waiting := st.progress.waiting()
	if n.sawWaiting(i.ID, waiting); waiting == 0 || stopped {
		return st, nil
	}
	account, err := n.account(ctx)
	if err != nil {
		return st, err
	}
	now := n.Now()
	queue, own := []errand{{people: waiting}}, 0
	if st.limited {
		o, err := n.loadOutbox(ctx)
		if err == nil {
			queue, own, err = n.queued(ctx, w, o, errand{people: waiting}, i.ID, nil)
		}
		if err != nil {
			return st, err
		}
	}
	s := w.settings.Newsletter
	next, last := account.forecast(queue, own, s.PerHour, s.PerDay, now)
	if next.After(now) {
		st.next = next
	}
	if last.After(now) {
		st.last = last
	}
	if account.Paused.After(now) {
		st.why = account.Why
	}
	return st, nil
}

// words say it to the author, after how many people are being mailed. A standing of
// nil has none.
func (st *standing) words(recipients int, now time.Time, loc *time.Location) string {
	if st == nil {
		return ""
	}
	line := fmt.Sprintf(", %d of %d done", st.progress.Counts.Sent, recipients)
	uncertain := 0
	for _, c := range st.progress.Uncertain {
		uncertain += c.addressed()
	}
	if uncertain > 0 {
		line += fmt.Sprintf(", %d uncertain until Mailgun's log tells", uncertain)
	}
	switch {
	case st.last.IsZero():
	case st.limited:
		line += ", the rest is queued until " + clock(st.last, now, loc) + ", when the last is expected to go"
	case st.why != "":
		line += ", the rest is tried again at " + clock(st.next, now, loc)
	default:
		line += ", the rest is queued until " + clock(st.last, now, loc) + ", when Mailgun takes more"
	}
	if st.why != "" {
		line += ": " + st.why
	}
	return line
}

// stopped says of an issue that was stopped how far it came, and why it was.
func (st *standing) stopped(i *Issue) string {
	switch {
	case st == nil:
		return "stopped, because " + i.Reason
	case st.progress.Counts.Sent == 0:
		return "stopped before anybody was mailed, because " + i.Reason
	}
	return fmt.Sprintf("stopped when %d of %d were mailed, because %s", st.progress.Counts.Sent, i.Recipients, i.Reason)
}
