package mailgun

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// longestWait bounds a time to wait for: a limit of a month is the longest
// Mailgun sells, and a misread year must not stop a newsletter for ever.
const longestWait = 31 * 24 * time.Hour

var (
	// "try again after Wed, 22 Feb 2023 10:04:01 UTC" is what Mailgun answers today.
	absolute = regexp.MustCompile(`(?i)(?:[a-z]{3,9}, )?\d{1,2}[ -][a-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2}(?: (?:[a-z]{3,4}|[+-]\d{4}))?` +
		`|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?`)
	relative = regexp.MustCompile(`(?i)\b(?:in|after|for|another)\s+(?:about\s+)?(an?|\d+)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b`)
)

var layouts = []string{
	time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 MST", "Monday, 02-Jan-06 15:04:05 MST",
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04:05",
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04 MST", "2006-01-02 15:04",
}

// resetTime is when sending may go on: the time in the text, else that of the
// Retry-After header, else zero. Times without a zone are UTC.
func resetTime(text string, retryAfter *string, now time.Time) time.Time {
	at := inText(text, now)
	if at.IsZero() && retryAfter != nil {
		at = inHeader(*retryAfter, now)
	}
	if at.After(now.Add(longestWait)) {
		return now.Add(longestWait)
	}
	return at
}

func inText(text string, now time.Time) time.Time {
	if found := absolute.FindString(text); found != "" {
		for _, layout := range layouts {
			if at, err := time.Parse(layout, found); err == nil {
				return at.UTC()
			}
		}
	}
	if part := relative.FindStringSubmatch(text); part != nil {
		n, err := strconv.Atoi(part[1])
		if err != nil { // "an hour"
			n = 1
		}
		return later(now, n, unit(part[2]))
	}
	return time.Time{}
}

func inHeader(value string, now time.Time) time.Time {
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && seconds >= 0 {
		return later(now, seconds, time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.UTC()
	}
	return time.Time{}
}

// later adds n units without overflowing.
func later(now time.Time, n int, unit time.Duration) time.Time {
	return now.Add(time.Duration(min(n, int(longestWait/unit)+1)) * unit).UTC()
}

func unit(word string) time.Duration {
	switch strings.ToLower(word)[0] {
	case 's':
		return time.Second
	case 'm':
		return time.Minute
	case 'h':
		return time.Hour
	}
	return 24 * time.Hour
}
