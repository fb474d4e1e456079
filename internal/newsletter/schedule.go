package newsletter

import (
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/settings"
)

// schedule is when digests of one kind are due.
type schedule struct {
	kind    Kind
	weekly  settings.Weekly
	monthly settings.Monthly
	loc     *time.Location
}

// schedules are the digests' schedules, in the site's time zone.
func schedules(s *settings.Settings) map[Kind]schedule {
	loc := s.Location
	if loc == nil {
		loc = time.UTC
	}
	return map[Kind]schedule{
		Weekly:  {kind: Weekly, weekly: s.Newsletter.Weekly, loc: loc},
		Monthly: {kind: Monthly, monthly: s.Newsletter.Monthly, loc: loc},
	}
}

// at is the scheduled time of the n-th week or month after the one that t lies in.
func (s schedule) at(t time.Time, n int) time.Time {
	y, m, d := t.In(s.loc).Date()
	if s.kind == Weekly {
		noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
		away := int(s.weekly.Day-noon.Weekday()) + 7*n
		y, m, d = noon.AddDate(0, 0, away).Date()
		return wall(y, m, d, s.weekly.Hour, s.weekly.Minute, s.loc)
	}
	first := time.Date(y, m+time.Month(n), 1, 12, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return wall(first.Year(), first.Month(), min(max(s.monthly.Day, 1), last), s.monthly.Hour, s.monthly.Minute, s.loc)
}

// last is the latest scheduled time that is not after now.
func (s schedule) last(now time.Time) time.Time {
	for n := 1; ; n-- {
		if t := s.at(now, n); !t.After(now) {
			return t
		}
	}
}

// next is the first scheduled time after t.
func (s schedule) next(t time.Time) time.Time {
	for n := -1; ; n++ {
		if at := s.at(t, n); at.After(t) {
			return at
		}
	}
}

// period names the week (ISO 8601) or month in which a digest is due.
func (s schedule) period(due time.Time) string {
	due = due.In(s.loc)
	if s.kind == Weekly {
		y, w := due.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	}
	return due.Format("2006-01")
}

// wall is the first moment at which the clocks of a place show, or have passed, a
// time of a day: a time that the clocks skip means the moment they skip it, one
// that comes twice means the first.
func wall(y int, m time.Month, d, hour, minute int, loc *time.Location) time.Time {
	face := time.Date(y, m, d, hour, minute, 0, 0, time.UTC).Unix()
	offset := func(unix int64) int64 {
		_, o := time.Unix(unix, 0).In(loc).Zone()
		return int64(o)
	}
	// A change of the clocks near the wanted time lies between these two.
	before, after := offset(face-26*3600), offset(face+26*3600)
	for _, o := range []int64{max(before, after), min(before, after)} {
		if offset(face-o) == o {
			return time.Unix(face-o, 0).In(loc)
		}
	}
	start, _ := time.Unix(face-before, 0).In(loc).ZoneBounds()
	return start.In(loc)
}
