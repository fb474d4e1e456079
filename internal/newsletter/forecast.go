package newsletter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
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

// errand is an issue among those that share the account: how many people it still has to
// reach, and from when on it may.
type errand struct {
	people int
	due    time.Time
}

// forecast is when the first and the last message of one errand go, if nothing but the
// limits of the account (0 for none) holds anything up. Of a queue in the order of
// sendingOrder, the first that is due takes what is free. Limits free what they allow by the
// minute, so these are whole minutes, or now, or when something is due.
func (s *sending) forecast(queue []errand, own, perHour, perDay int, now time.Time) (first, last time.Time) {
	at := now
	if s.Paused.After(at) {
		at = s.Paused
	}
	due := queue[own].due
	if perHour <= 0 && perDay <= 0 {
		if due.After(at) {
			at = due
		}
		return at, at
	}
	left := slices.Clone(queue)
	end := at.Add(forecastFor)
	hour, day := s.used(at)
	minutes, hours := maps.Clone(s.Minutes), maps.Clone(s.Hours)
	if minutes == nil {
		minutes = map[int64]int{}
	}
	if hours == nil {
		hours = map[int64]int{}
	}
	for {
		free := math.MaxInt
		if perHour > 0 {
			free = min(free, perHour-hour)
		}
		if perDay > 0 {
			free = min(free, perDay-day)
		}
		for k := range left {
			if free <= 0 {
				break
			}
			e := &left[k]
			n := min(e.people, free)
			if n == 0 || e.due.After(at) {
				continue
			}
			minutes[minuteOf(at)] += n
			hours[hourOf(at)] += n
			hour, day, free, e.people = hour+n, day+n, free-n, e.people-n
			if k == own && first.IsZero() {
				first = at
			}
		}
		if left[own].people <= 0 || at.After(end) {
			return first, at
		}
		before := at
		at = at.Truncate(time.Minute).Add(time.Minute)
		for _, e := range left {
			if e.people > 0 && before.Before(e.due) && e.due.Before(at) {
				at = e.due
			}
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

// queued is the queue in which an issue stands with those that are being sent and those
// that wait for the end of their undo window, and its place there. Whoever they will reach
// is known as far as the audience's counts tell. What is held, or will be, is left out, and
// so is what comes later and is sent after it.
func (n *Newsletter) queued(ctx context.Context, w *world, o *outbox, own errand, id string, counts *audience.Counts) (queue []errand, place int, err error) {
	ids := []string{id}
	for other, h := range o.Issues {
		due := h.Next
		if h.State == Sending {
			due = time.Time{}
		}
		if other != id && (h.State == Sending || h.State == Waiting) && (due.Before(own.due) || goesBefore(other, id)) {
			ids = append(ids, other)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if goesBefore(a, b) {
			return -1
		}
		return 1
	})
	for _, other := range ids {
		h := o.Issues[other]
		post, instant := instantPost(other)
		switch {
		case other == id:
			place = len(queue)
			queue = append(queue, own)
		case h.State == Sending:
			people, err := n.waitingFor(ctx, other)
			if err != nil {
				return nil, 0, err
			}
			queue = append(queue, errand{people: people})
		default:
			e := w.catalog.Posts[post]
			if !instant || mailable(e) != "" || crowdedReason(w.catalog, e, w.settings) != "" {
				continue
			}
			if counts == nil {
				c, err := n.Audience.Count(ctx)
				if err != nil {
					return nil, 0, fmt.Errorf("count the audience: %w", err)
				}
				counts = &c
			}
			queue = append(queue, errand{instantly(e, *counts), h.Next})
		}
	}
	return queue, place, nil
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
