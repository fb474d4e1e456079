package post

import (
	"regexp"
	"strings"
	"time"
)

var (
	// numericDate is year, month and day in one to four digits, and perhaps a time.
	numericDate = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:[Tt]|\s+|,\s*)(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(.*))?$`)
	ordinal     = regexp.MustCompile(`(\d)(st|nd|rd|th)\b`)
	zoneOffset  = regexp.MustCompile(`^([+-]\d{2}):?(\d{2})?(?:\s+(?:[A-Z]{2,5}|[+-]\d{2,4}))?$`)
)

// dateHelp is what to write where a date cannot be read.
const dateHelp = "Write it as 2024-03-05 or, with the time of day, as 2024-03-05 09:30."

// parseDate reads a date as people and other systems write it. Without a zone it
// is meant in loc.
func parseDate(text string, loc *time.Location) (time.Time, bool) {
	text = offsetFor(strings.Join(strings.Fields(text), " "))
	if m := numericDate.FindStringSubmatch(text); m != nil {
		return numeric(m, loc)
	}
	text = ordinal.ReplaceAllString(text, "$1")
	text = strings.NewReplacer("Sept ", "Sep ", "Sept. ", "Sep ", " of ", " ").Replace(text)
	for _, day := range []string{"January 2, 2006", "January 2 2006", "Jan 2, 2006", "Jan 2 2006", "Jan. 2, 2006", "2 January 2006", "2 Jan 2006",
		"2. January 2006", "2 January, 2006", "2-Jan-2006", "Monday, January 2, 2006", "Monday, 2 January 2006", "Monday 2 January 2006",
		"Mon, 2 Jan 2006", "Mon, Jan 2, 2006", "Mon Jan 2 2006", "20060102"} {
		for _, clock := range []string{"", " 15:04", " 15:04:05", " 15:04:05 -0700", " 15:04 -0700", " 3:04 PM", " 3:04PM", ", 3:04 PM", " at 15:04", " at 3:04 PM"} {
			if t, err := time.ParseInLocation(day+clock, text, loc); err == nil {
				return sane(t)
			}
		}
	}
	for _, layout := range []string{time.ANSIC, time.RubyDate} {
		if t, err := time.ParseInLocation(layout, text, loc); err == nil {
			return sane(t)
		}
	}
	return time.Time{}, false
}

// offsetFor puts an offset for the abbreviation of a zone at the end of a date, for
// those that RFC 822 names; others mean different things in different places, and a
// date with one of them is refused.
func offsetFor(text string) string {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 || zoneOffset.MatchString(text[i+1:]) || !strings.Contains(text[:i], ":") || zoneOffset.MatchString(text[strings.LastIndexByte(text[:i], ' ')+1:]) {
		return text
	}
	offset := ""
	switch text[i+1:] {
	case "UTC", "GMT", "UT", "Z":
		offset = "+0000"
	case "EDT":
		offset = "-0400"
	case "EST", "CDT":
		offset = "-0500"
	case "CST", "MDT":
		offset = "-0600"
	case "MST", "PDT":
		offset = "-0700"
	case "PST":
		offset = "-0800"
	default:
		return text
	}
	return text[:i+1] + offset
}

// numeric puts together what numericDate took apart.
func numeric(m []string, loc *time.Location) (time.Time, bool) {
	pad := func(s string) string {
		if len(s) == 1 {
			return "0" + s
		}
		return s
	}
	clock := m[4]
	switch strings.Count(clock, ":") {
	case 0:
		clock = "00:00:00"
	case 1:
		clock += ":00"
	}
	if strings.IndexByte(clock, ':') == 1 {
		clock = "0" + clock
	}
	stamp := m[1] + "-" + pad(m[2]) + "-" + pad(m[3]) + "T" + clock
	zone := strings.TrimSpace(m[5])
	half := strings.ToUpper(zone)
	if half == "AM" || half == "PM" {
		return parsed("2006-01-02T03:04:05 PM", stamp+" "+half, loc)
	}
	switch {
	case zone == "":
		return parsed("2006-01-02T15:04:05", stamp, loc)
	case half == "Z" || half == "UTC" || half == "GMT":
		return parsed("2006-01-02T15:04:05", stamp, time.UTC)
	}
	if o := zoneOffset.FindStringSubmatch(zone); o != nil {
		if o[2] == "" {
			o[2] = "00"
		}
		return parsed("2006-01-02T15:04:05-07:00", stamp+o[1]+":"+o[2], loc)
	}
	if zoned, err := time.LoadLocation(zone); err == nil && strings.Contains(zone, "/") {
		return parsed("2006-01-02T15:04:05", stamp, zoned)
	}
	return time.Time{}, false
}

func parsed(layout, text string, loc *time.Location) (time.Time, bool) {
	t, err := time.ParseInLocation(layout, text, loc)
	if err != nil {
		return time.Time{}, false
	}
	return sane(t)
}

// sane refuses years that can only be a slip.
func sane(t time.Time) (time.Time, bool) {
	if y := t.Year(); y < 1000 || y > 9999 {
		return time.Time{}, false
	}
	return t, true
}
