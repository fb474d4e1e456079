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
	queued   time.Time // when more may be sent; zero: now, or nobody waits
}

// standingOf reads how far an issue has come; nil if it is not being sent.
func (n *Newsletter) standingOf(ctx context.Context, s *settings.Settings, i *Issue) (*standing, error) {
	if i.State != Sending {
		return nil, nil
	}
	st := &standing{progress: &progress{}}
	err := n.read(ctx, progressKey(i.ID), st.progress)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil || st.progress.waiting() == 0 {
		return st, err
	}
	account, now := &sending{}, n.Now()
	if err := n.read(ctx, sendingKey, account); err != nil && !errors.Is(err, store.ErrNotFound) {
		return st, err
	}
	if at := account.next(s.Newsletter.PerHour, s.Newsletter.PerDay, now); at.After(now) {
		st.queued = at
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
	if !st.queued.IsZero() {
		line += ", the rest is queued until " + clock(st.queued, now, loc)
	}
	return line
}
