package newsletter

import (
	"fmt"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// day is a date for people: "27 November 2026".
func day(t time.Time, loc *time.Location) string { return local(t, loc).Format("2 January 2006") }

// moment is a time for people: "Friday 27 November, 09:00".
func moment(t time.Time, loc *time.Location) string {
	return local(t, loc).Format("Monday 2 January, 15:04")
}

// clock is a time of a day near now: "14:05", with its date unless that is today, with
// the year if that is another, and with the zone if the clocks show that time twice.
func clock(t, now time.Time, loc *time.Location) string {
	t, now = local(t, loc), local(now, loc)
	layout := "Monday 2 January, 15:04"
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		layout = "15:04"
	case t.Year() != now.Year():
		layout = "Monday 2 January 2006, 15:04"
	}
	for _, change := range []time.Duration{-time.Hour, -30 * time.Minute, 30 * time.Minute, time.Hour} {
		if t.Add(change).Format(time.DateTime) == t.Format(time.DateTime) {
			return t.Format(layout + " MST")
		}
	}
	return t.Format(layout)
}

func local(t time.Time, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc)
}

// long is a duration for people, to its two largest units: "10 minutes", "2 days".
func long(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}
	var words []string
	for _, u := range units {
		if n := int(d / u.size); n > 0 && len(words) < 2 {
			words = append(words, count(n, u.name))
			d -= time.Duration(n) * u.size
		}
	}
	if len(words) == 0 {
		return "no time"
	}
	return strings.Join(words, " ")
}

// count is a number of things: "1 subscriber", "2 subscribers".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// readers names the people who chose a cadence: "1 weekly subscriber".
func readers(n int, c audience.Cadence) string {
	if c == audience.Each {
		return count(n, "subscriber") + " who chose each post"
	}
	return count(n, string(c)+" subscriber")
}
