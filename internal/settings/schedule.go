package settings

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bounds of the waits an author may choose.
const (
	maxUndo = 24 * time.Hour
	minAge  = time.Minute
	maxAge  = 10 * 365 * 24 * time.Hour
)

// span is one part of a duration: "10m", "2 days", "1.5 hours".
var span = regexp.MustCompile(`^(\d{1,6}(?:\.\d{1,3})?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\s*(?:,|and)?\s*`)

// duration sets *to to a wait between two bounds and tells whether it did.
func (r *reader) duration(to *time.Duration, n *node, name string, from, upTo time.Duration) bool {
	s, ok := r.value(n, name)
	if !ok {
		return false
	}
	d, ok := parseDuration(s)
	if !ok {
		r.fail(n, fmt.Sprintf("`%s` cannot be %q.", name, clip(s)), "Write a number with its unit, as in `10m`, `2h` or `3 days`.")
		return false
	}
	if d < from || d > upTo {
		r.fail(n, fmt.Sprintf("`%s` cannot be %q.", name, clip(s)), fmt.Sprintf("Use at least %s and at most %s.", spoken(from), spoken(upTo)))
		return false
	}
	*to = d
	return true
}

// parseDuration reads "10m", "1h30m", "2 days", "0".
func parseDuration(s string) (time.Duration, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "0" || s == "none" || s == "off" {
		return 0, true
	}
	var sum time.Duration
	for s != "" {
		m := span.FindStringSubmatch(s)
		if m == nil {
			return 0, false
		}
		x, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, false
		}
		unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[m[2][0]]
		if x*float64(unit) > float64(maxAge) || sum > maxAge {
			return maxAge + time.Second, true
		}
		sum += time.Duration(x * float64(unit))
		s = s[len(m[0]):]
	}
	return sum.Round(time.Second), true
}

// spoken is a bound as an author would write it.
func spoken(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d > 24*time.Hour && d%(24*time.Hour) == 0:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/time.Minute)) + "m"
}

// weekly reads "friday 09:00", or a day and a time each on its own line.
func (r *reader) weekly(n *node, w *Weekly) {
	const name, right = "newsletter.weekly", "Write a day and a time, as in `weekly: friday 09:00`."
	day, clock, ok := r.dayAndTime(n, name)
	if !ok {
		return
	}
	if day != "" {
		d, known := weekday(day)
		if !known {
			r.fail(n, fmt.Sprintf("`%s`: %q is not a day of the week.", name, clip(day)), right)
			return
		}
		w.Day = d
	}
	r.clock(n, name, clock, right, &w.Hour, &w.Minute)
}

// monthly reads "1 09:00" or "last 09:00", or a day and a time each on its own line.
func (r *reader) monthly(n *node, m *Monthly) {
	const name, right = "newsletter.monthly", "Write a day of the month and a time, as in `monthly: 1 09:00` or `monthly: last 09:00`."
	day, clock, ok := r.dayAndTime(n, name)
	if !ok {
		return
	}
	if day != "" {
		d, known := monthday(day)
		if !known {
			r.fail(n, fmt.Sprintf("`%s`: %q is not a day of the month.", name, clip(day)), right)
			return
		}
		m.Day = d
	}
	r.clock(n, name, clock, right, &m.Hour, &m.Minute)
}

// dayAndTime splits a schedule into its two halves; either may be empty.
func (r *reader) dayAndTime(n *node, name string) (day, clock string, ok bool) {
	if n.shape == mapping {
		before := len(r.errs)
		r.section(n, name, keys{"day": r.text(&day, name+".day", 40), "time": r.text(&clock, name+".time", 40)})
		return strings.ToLower(day), strings.ToLower(clock), len(r.errs) == before
	}
	s, ok := r.value(n, name)
	if !ok {
		return "", "", false
	}
	for _, word := range strings.Fields(strings.ToLower(strings.ReplaceAll(s, ",", " "))) {
		switch {
		case word == "at" || word == "on" || word == "every" || word == "the" || word == "day":
		case day == "" && clock == "" && !strings.Contains(word, ":"):
			day = word
		default:
			clock += word
		}
	}
	return day, clock, true
}

// clock sets hour and minute, unless the text is empty.
func (r *reader) clock(n *node, name, text, right string, hour, minute *int) {
	if text == "" {
		return
	}
	h, m, ok := parseClock(text)
	if !ok {
		r.fail(n, fmt.Sprintf("`%s`: %q is not a time of day.", name, clip(text)), right)
		return
	}
	*hour, *minute = h, m
}

// timeOfDay is "9", "09:00", "9.30", "9am" or "9:30pm".
var timeOfDay = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|h)?$`)

// parseClock reads a time of day.
func parseClock(s string) (hour, minute int, ok bool) {
	m := timeOfDay.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	hour, _ = strconv.Atoi(m[1])
	if m[2] != "" {
		minute, _ = strconv.Atoi(m[2])
	}
	if m[3] == "am" || m[3] == "pm" {
		if hour < 1 || hour > 12 {
			return 0, 0, false
		}
		hour %= 12
		if m[3] == "pm" {
			hour += 12
		}
	}
	return hour, minute, hour < 24 && minute < 60
}

// weekday reads a day's English name, whole or shortened, with or without an s.
func weekday(s string) (time.Weekday, bool) {
	s = strings.TrimSuffix(s, ".")
	for d := time.Sunday; d <= time.Saturday; d++ {
		whole := strings.ToLower(d.String())
		if s == whole || s == whole+"s" || len(s) >= 3 && strings.HasPrefix(whole, s) {
			return d, true
		}
	}
	return 0, false
}

// monthday reads "1", "1st", "15th" or "last".
func monthday(s string) (int, bool) {
	if s == "last" || s == "end" {
		return 31, true
	}
	s = strings.TrimSuffix(s, ".")
	for _, ending := range []string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, ending)
	}
	d, err := strconv.Atoi(s)
	return d, err == nil && d >= 1 && d <= 31
}
