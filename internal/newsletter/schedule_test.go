package newsletter

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/settings"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestNextDigest(t *testing.T) {
	friday := settings.Weekly{Day: time.Friday, Hour: 9}
	tests := []struct {
		name, zone string
		kind       Kind
		weekly     settings.Weekly
		monthly    settings.Monthly
		after      string // RFC 3339
		want       string
		period     string
	}{
		{"the same week", "Europe/Berlin", Weekly, friday, settings.Monthly{}, "2026-11-23T18:00:00+01:00", "2026-11-27T09:00:00+01:00", "2026-W48"},
		{"strictly after", "Europe/Berlin", Weekly, friday, settings.Monthly{}, "2026-11-27T09:00:00+01:00", "2026-12-04T09:00:00+01:00", "2026-W49"},
		{"a second before", "Europe/Berlin", Weekly, friday, settings.Monthly{}, "2026-11-27T08:59:59+01:00", "2026-11-27T09:00:00+01:00", "2026-W48"},
		{"over the end of the year", "UTC", Weekly, friday, settings.Monthly{}, "2026-12-26T00:00:00Z", "2027-01-01T09:00:00Z", "2026-W53"},
		{"clocks go back", "Europe/Berlin", Weekly, friday, settings.Monthly{}, "2026-10-23T09:00:00+02:00", "2026-10-30T09:00:00+01:00", "2026-W44"},
		{"an hour the clocks skip", "Europe/Berlin", Weekly, settings.Weekly{Day: time.Sunday, Hour: 2, Minute: 30}, settings.Monthly{}, "2026-03-25T00:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-W13"},
		{"an hour that comes twice", "Europe/Berlin", Weekly, settings.Weekly{Day: time.Sunday, Hour: 2, Minute: 30}, settings.Monthly{}, "2026-10-21T00:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-W43"},
		{"that hour is not due twice", "Europe/Berlin", Weekly, settings.Weekly{Day: time.Sunday, Hour: 2, Minute: 30}, settings.Monthly{}, "2026-10-25T02:30:00+02:00", "2026-11-01T02:30:00+01:00", "2026-W44"},
		{"New York skips too", "America/New_York", Weekly, settings.Weekly{Day: time.Sunday, Hour: 2}, settings.Monthly{}, "2026-03-05T00:00:00-05:00", "2026-03-08T03:00:00-04:00", "2026-W10"},
		{"half an hour of summer time", "Australia/Lord_Howe", Weekly, settings.Weekly{Day: time.Sunday, Hour: 2, Minute: 15}, settings.Monthly{}, "2026-10-01T00:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-W40"},
		{"the first", "Europe/Berlin", Monthly, settings.Weekly{}, settings.Monthly{Day: 1, Hour: 9}, "2026-11-23T18:00:00+01:00", "2026-12-01T09:00:00+01:00", "2026-12"},
		{"the 31st of a short month", "UTC", Monthly, settings.Weekly{}, settings.Monthly{Day: 31, Hour: 9}, "2026-11-01T00:00:00Z", "2026-11-30T09:00:00Z", "2026-11"},
		{"the 31st of February", "UTC", Monthly, settings.Weekly{}, settings.Monthly{Day: 31, Hour: 9}, "2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z", "2027-02"},
		{"a leap day", "UTC", Monthly, settings.Weekly{}, settings.Monthly{Day: 30, Hour: 9}, "2028-02-01T00:00:00Z", "2028-02-29T09:00:00Z", "2028-02"},
		{"after a leap day", "UTC", Monthly, settings.Weekly{}, settings.Monthly{Day: 31, Hour: 9}, "2028-02-29T09:00:00Z", "2028-03-31T09:00:00Z", "2028-03"},
		{"midnight is the new day", "Asia/Tokyo", Monthly, settings.Weekly{}, settings.Monthly{Day: 1}, "2026-11-30T14:59:59Z", "2026-12-01T00:00:00+09:00", "2026-12"},
		{"midnight that the clocks skip", "America/Sao_Paulo", Monthly, settings.Weekly{}, settings.Monthly{Day: 4}, "2018-11-01T00:00:00-03:00", "2018-11-04T01:00:00-02:00", "2018-11"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := schedule{kind: tt.kind, weekly: tt.weekly, monthly: tt.monthly, loc: zone(t, tt.zone)}
			after, err := time.Parse(time.RFC3339, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			got := s.next(after)
			if got.Format(time.RFC3339) != tt.want {
				t.Errorf("next after %s is %s, want %s", tt.after, got.Format(time.RFC3339), tt.want)
			}
			if p := s.period(got); p != tt.period {
				t.Errorf("period %s, want %s", p, tt.period)
			}
		})
	}
}

// TestScheduleHasNoGapsAndNoDoubles: last and next agree everywhere, and every week
// and month of every place has exactly one digest.
func TestScheduleHasNoGapsAndNoDoubles(t *testing.T) {
	names := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Chatham"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		s := schedule{
			kind: rapid.SampledFrom([]Kind{Weekly, Monthly}).Draw(t, "kind"), loc: loc,
			weekly:  settings.Weekly{Day: time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute")},
			monthly: settings.Monthly{Day: rapid.IntRange(1, 31).Draw(t, "date"), Hour: rapid.IntRange(0, 23).Draw(t, "hour2"), Minute: rapid.IntRange(0, 59).Draw(t, "minute2")},
		}
		at := time.Unix(rapid.Int64Range(1_200_000_000, 2_000_000_000).Draw(t, "at"), 0)
		seen := map[string]bool{}
		for range 15 {
			next := s.next(at)
			if !next.After(at) {
				t.Fatalf("next(%s) = %s", at, next)
			}
			if last := s.last(next); !last.Equal(next) {
				t.Fatalf("last(%s) = %s", next, last)
			}
			if last := s.last(next.Add(-time.Nanosecond)); last.After(at) {
				t.Fatalf("between %s and its next %s lies %s", at, next, last)
			}
			long := 8 * 24 * time.Hour
			if s.kind == Monthly {
				long = 32 * 24 * time.Hour
			}
			if next.Sub(at) > long {
				t.Fatalf("from %s to %s", at, next)
			}
			if p := s.period(next); seen[p] {
				t.Fatalf("period %s comes twice", p)
			} else {
				seen[p] = true
			}
			at = next
		}
	})
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		kind Kind
		due  string
		want string
	}{
		{Weekly, "2026-11-27", "20–27 November 2026"},
		{Weekly, "2026-12-04", "27 November – 4 December 2026"},
		{Weekly, "2027-01-01", "25 December 2026 – 1 January 2027"},
		{Monthly, "2026-12-01", "November 2026"},
		{Monthly, "2027-01-01", "December 2026"},
		{Monthly, "2026-11-15", "15 October – 15 November 2026"},
		{Monthly, "2027-03-30", "28 February – 30 March 2027"},
	} {
		due, err := time.Parse(time.DateOnly, tt.due)
		if err != nil {
			t.Fatal(err)
		}
		if got := covers(tt.kind, due, due, time.UTC); got != tt.want {
			t.Errorf("%s %s covers %q, want %q", tt.kind, tt.due, got, tt.want)
		}
	}
	due, oldest := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), time.Date(2026, 9, 20, 9, 0, 0, 0, time.UTC)
	for kind, want := range map[Kind]string{Weekly: "20 September – 1 November 2026", Monthly: "20 September – 1 November 2026"} {
		if got := covers(kind, due, oldest, time.UTC); got != want {
			t.Errorf("after missed digests the %s one covers %q, want %q", kind, got, want)
		}
	}
}
