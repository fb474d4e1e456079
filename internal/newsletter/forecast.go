package newsletter

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
)

// forecastFor is how far ahead the last mail is looked for: whoever waits longer than
// that waits for other limits.
const forecastFor = 2 * 366 * 24 * time.Hour

// forecast is when the first and the last of n messages go that are due at some time, if
// ahead others go before them and nothing but the limits of the account (0 for none) holds
// anything up. Limits free what they allow by the minute, so these are whole minutes, or
// now, or due.
func (s *sending) forecast(ahead, n, perHour, perDay int, now, due time.Time) (first, last time.Time) {
	at := now
	if s.Paused.After(at) {
		at = s.Paused
	}
	if perHour <= 0 && perDay <= 0 {
		if due.After(at) {
			at = due
		}
		return at, at
	}
	end := at.Add(forecastFor)
	hour, day := s.used(at)
	minutes, hours := maps.Clone(s.Minutes), maps.Clone(s.Hours)
	if minutes == nil {
		minutes = map[int64]int{}
	}
	if hours == nil {
		hours = map[int64]int{}
	}
	for left := ahead + n; ; {
		free := left
		if perHour > 0 {
			free = min(free, perHour-hour)
		}
		if perDay > 0 {
			free = min(free, perDay-day)
		}
		if at.Before(due) {
			free = min(free, left-n)
		}
		if free > 0 {
			minutes[minuteOf(at)] += free
			hours[hourOf(at)] += free
			hour, day, left = hour+free, day+free, left-free
			if left < n && first.IsZero() {
				first = at
			}
		}
		if left <= 0 || at.After(end) {
			return first, at
		}
		before := at
		at = at.Truncate(time.Minute).Add(time.Minute)
		if before.Before(due) && due.Before(at) {
			at = due
		}
		if minuteOf(at) == minuteOf(before) {
			continue
		}
		// What leaves the windows of used, a minute and an hour at a time.
		gone := minuteOf(at) - 61
		hour -= minutes[gone]
		delete(minutes, gone)
		if hourOf(at) != hourOf(before) {
			gone = hourOf(at) - 25
			day -= hours[gone]
			delete(hours, gone)
		}
	}
}

// awaited is how many people an issue that is due at some time lets go before it: those
// of issues being sent, and those of posts that wait like itself, as far as they are known
// to the counts of the audience.
func (n *Newsletter) awaited(ctx context.Context, w *world, o *outbox, c audience.Counts, id string, due time.Time) (people int, err error) {
	if people, err = n.ahead(ctx, o, id); err != nil {
		return 0, err
	}
	for other, h := range o.Issues {
		post, instant := instantPost(other)
		if e := w.catalog.Posts[post]; instant && e != nil && h.State == Waiting && !h.Next.After(due) && goesBefore(other, id) {
			people += instantly(e, c)
		}
	}
	return people, nil
}

// instantly is how many people a post is mailed to at once.
func instantly(e *catalog.Entry, c audience.Counts) int {
	switch e.Mailing {
	case post.MailNow:
		return c.Mailable()
	case post.MailDigest, post.MailNone:
		return 0
	}
	return c.Each
}

// account reads what all issues share.
func (n *Newsletter) account(ctx context.Context) (*sending, error) {
	a := &sending{}
	if err := n.read(ctx, sendingKey, a); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return a, nil
}

// limited tells whether the author set any limit for an hour or a day.
func limited(s *settings.Settings) bool { return s.Newsletter.PerHour > 0 || s.Newsletter.PerDay > 0 }

// goesBefore tells whether one issue is sent before another, see sendingOrder.
func goesBefore(a, b string) bool {
	_, postA := instantPost(a)
	_, postB := instantPost(b)
	if postA != postB {
		return postA
	}
	return a < b
}

// ahead is how many people wait for issues that are being sent and go before this one.
func (n *Newsletter) ahead(ctx context.Context, o *outbox, id string) (people int, err error) {
	for other, h := range o.Issues {
		if other == id || h.State != Sending || !goesBefore(other, id) {
			continue
		}
		k, err := n.waitingFor(ctx, other)
		if err != nil {
			return 0, err
		}
		people += k
	}
	return people, nil
}

// waited is how many people waited for an issue when somebody last looked.
type waited struct {
	people int
	at     time.Time
}

// waitingFor is how many people wait for an issue that is being sent, or did a moment
// ago: of hundreds of issues each asks for all the others.
func (n *Newsletter) waitingFor(ctx context.Context, id string) (int, error) {
	now := n.Now()
	n.mu.Lock()
	seen, ok := n.waits[id]
	n.mu.Unlock()
	if ok && now.Sub(seen.at).Abs() < 30*time.Second {
		return seen.people, nil
	}
	p := &progress{}
	if err := n.read(ctx, progressKey(id), p); err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	n.sawWaiting(id, p.waiting())
	return p.waiting(), nil
}

// sawWaiting remembers how many people wait for an issue.
func (n *Newsletter) sawWaiting(id string, people int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.waits) > 4096 {
		clear(n.waits)
	}
	n.waits[id] = waited{people, n.Now()}
}
