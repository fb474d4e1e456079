package newsletter

import (
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// TestDigestsThroughOddDays ticks every half an hour through days on which the clocks
// change and months end: the digest comes once, at the right moment.
func TestDigestsThroughOddDays(t *testing.T) {
	for _, c := range []struct {
		name, settings string
		who            audience.Cadence
		from, at, to   string
	}{
		{"a weekly hour that the clocks skip", "  weekly: Sunday 02:30\n", audience.Weekly, "2026-03-28T21:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-04-04T12:00:00+02:00"},
		{"a weekly hour that comes twice", "  weekly: Sunday 02:30\n", audience.Weekly, "2026-10-24T21:00:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-31T12:00:00+01:00"},
		{"nine o'clock after the clocks went forward", "", audience.Weekly, "2026-03-27T10:00:00+01:00", "2026-04-03T09:00:00+02:00", "2026-04-03T20:00:00+02:00"},
		{"nine o'clock after the clocks went back", "", audience.Weekly, "2026-10-23T10:00:00+02:00", "2026-10-30T09:00:00+01:00", "2026-10-30T20:00:00+01:00"},
		{"the 31st of February", "  monthly: 31 09:00\n", audience.Monthly, "2027-02-27T12:00:00+01:00", "2027-02-28T09:00:00+01:00", "2027-03-02T12:00:00+01:00"},
		{"the 31st in a leap year", "  monthly: 31 09:00\n", audience.Monthly, "2028-02-27T12:00:00+01:00", "2028-02-29T09:00:00+01:00", "2028-03-02T12:00:00+01:00"},
		{"the last of March, summer time", "  monthly: 31 09:00\n", audience.Monthly, "2026-03-28T12:00:00+01:00", "2026-03-31T09:00:00+02:00", "2026-04-01T12:00:00+02:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			when := func(text string) time.Time {
				at, err := time.Parse(time.RFC3339, text)
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			p := newPlace(t)
			p.settings += c.settings
			p.save()
			p.clock.set(when(c.from))
			p.subscribe("ann", c.who)
			n := p.engine(noUndo)
			p.ticks(n)
			p.write("alpha")
			p.announce(n, "alpha")
			for ; p.clock.now().Before(when(c.to)); p.clock.forward(30 * time.Minute) {
				if err := n.OpenDigests(t.Context()); err != nil {
					t.Fatal(err)
				}
				p.work(n)
			}
			p.mails("ann: alpha")
			if at := p.box.times; len(at) > 0 && !at[0].Equal(when(c.at)) {
				t.Errorf("it came at %s, want %s", at[0], c.at)
			}
		})
	}
}
