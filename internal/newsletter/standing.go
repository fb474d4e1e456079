package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/settings"
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
}

// standingOf reads how far an issue has come; nil if it is not being sent.
func (n *Newsletter) standingOf(ctx context.Context, s *settings.Settings, i *Issue) (*standing, error) {
	if i.State != Sending {
		return nil, nil
	}
	st := &standing{progress: &progress{}, limited: limited(s)}
	err := n.read(ctx, progressKey(i.ID), st.progress)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	waiting := st.progress.waiting()
	if n.sawWaiting(i.ID, waiting); waiting == 0 {
		return st, nil
	}
	account, err := n.account(ctx)
	if err != nil {
		return st, err
	}
	ahead := 0
	if st.limited {
		o, err := n.loadOutbox(ctx)
		if err == nil {
			ahead, err = n.ahead(ctx, o, i.ID)
		}
		if err != nil {
			return st, err
		}
	}
	now := n.Now()
	next, last := account.forecast(ahead, waiting, s.Newsletter.PerHour, s.Newsletter.PerDay, now, now)
	if next.After(now) {
		st.next = next
	}
	if last.After(now) {
		st.last = last
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
	if !st.last.IsZero() {
		line += ", the rest is queued until " + clock(st.last, now, loc)
		if st.limited {
			line += ", when the last is expected to go"
		} else {
			line += ", when Mailgun takes more"
		}
	}
	return line
}
