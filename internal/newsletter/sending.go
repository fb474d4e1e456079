package newsletter

import (
	"fmt"
	"maps"
	"math"
	"time"
)

const sendingKey = "sending.json"

// sending is what all issues and all workers share: the limits of the account.
type sending struct {
	stamp
	// Limit is the number of recipients a request may have at most, as Mailgun said
	// at LimitAt; 0: it never said.
	Limit   int       `json:"limit,omitempty"`
	LimitAt time.Time `json:"limit_at,omitzero"`
	// Paused is the time until which Mailgun wants no request. Why is for the author, if
	// Mailgun did not name that time.
	Paused time.Time `json:"paused,omitzero"`
	Why    string    `json:"why,omitempty"`
	// Minutes and Hours count the messages of the last hour and day by Unix minute
	// and Unix hour.
	Minutes map[int64]int `json:"minutes,omitempty"`
	Hours   map[int64]int `json:"hours,omitempty"`
}

func (s *sending) check() error {
	if s.Limit < 0 {
		return fmt.Errorf("a limit of %d recipients", s.Limit)
	}
	for _, counts := range []map[int64]int{s.Minutes, s.Hours} {
		for at, n := range counts {
			if n < 0 {
				return fmt.Errorf("%d messages at %d", n, at)
			}
		}
	}
	return nil
}

// batch is how many recipients a request may have now. A learned limit doubles
// every day after it was named: a new account grows, and Mailgun will say so again
// if it has not.
func (s *sending) batch(configured int, now time.Time) int {
	configured = min(max(configured, 1), maxBatch)
	if s.Limit == 0 {
		return configured
	}
	days := int(now.Sub(s.LimitAt) / (24 * time.Hour))
	limit := s.Limit
	for range min(max(days, 0), 10) {
		limit *= 2
	}
	return max(1, min(configured, limit))
}

// maxBatch is Mailgun's own limit for any account.
const maxBatch = 1000

// learn remembers a limit that Mailgun named.
func (s *sending) learn(limit int, now time.Time) {
	s.Limit, s.LimitAt = min(max(limit, 1), maxBatch), now
}

// pause remembers that Mailgun wants no request before a time, see Why.
func (s *sending) pause(until time.Time, why string) {
	if until.After(s.Paused) {
		s.Paused, s.Why = until.UTC(), why
	}
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }
func hourOf(t time.Time) int64   { return t.Unix() / 3600 }

// used is the number of messages in the last hour and day. The minute and the hour
// that have not wholly passed out of the window still count.
func (s *sending) used(now time.Time) (hour, day int) {
	for m, n := range s.Minutes {
		if m >= minuteOf(now)-60 {
			hour += n
		}
	}
	for h, n := range s.Hours {
		if h >= hourOf(now)-24 {
			day += n
		}
	}
	return hour, day
}

// allowance is how many messages may go out now, with limits of 0 for none.
func (s *sending) allowance(perHour, perDay int, now time.Time) int {
	if now.Before(s.Paused) {
		return 0
	}
	left := math.MaxInt
	hour, day := s.used(now)
	if perHour > 0 {
		left = min(left, perHour-hour)
	}
	if perDay > 0 {
		left = min(left, perDay-day)
	}
	return max(left, 0)
}

// next is when the allowance will be above zero again, now if it is.
func (s *sending) next(perHour, perDay int, now time.Time) time.Time {
	if s.allowance(perHour, perDay, now) > 0 {
		return now
	}
	at := now
	if s.Paused.After(at) {
		at = s.Paused
	}
	// Nothing but time frees an allowance, a minute at a time; a day has 1440 of them.
	for range 26 * 60 {
		if s.allowance(perHour, perDay, at) > 0 {
			return at
		}
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	return at
}

// reserve counts n messages before they are posted.
func (s *sending) reserve(n int, now time.Time) {
	minutes, hours := map[int64]int{}, map[int64]int{}
	for m, k := range s.Minutes {
		if m >= minuteOf(now)-60 {
			minutes[m] = k
		}
	}
	for h, k := range s.Hours {
		if h >= hourOf(now)-24 {
			hours[h] = k
		}
	}
	minutes[minuteOf(now)] += n
	hours[hourOf(now)] += n
	s.Minutes, s.Hours = minutes, hours
}

// refund takes back what was reserved at a time and certainly not sent.
func (s *sending) refund(n int, at time.Time) {
	s.Minutes, s.Hours = maps.Clone(s.Minutes), maps.Clone(s.Hours)
	if m := minuteOf(at); s.Minutes[m] > 0 {
		s.Minutes[m] = max(0, s.Minutes[m]-n)
	}
	if h := hourOf(at); s.Hours[h] > 0 {
		s.Hours[h] = max(0, s.Hours[h]-n)
	}
}
