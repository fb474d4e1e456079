package newsletter

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/receipt"
)

// TestAForecastIsWhatHappens holds the forecast against a minute-by-minute sending of the
// same messages: whatever was sent before, the first and the last go when it said.
func TestAForecastIsWhatHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		perHour, perDay := rapid.IntRange(0, 20).Draw(t, "an hour"), rapid.IntRange(0, 60).Draw(t, "a day")
		now := monday.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "start")) * time.Second)
		s := &sending{}
		for range rapid.IntRange(0, 6).Draw(t, "earlier") {
			at := now.Add(-time.Duration(rapid.IntRange(0, 26*3600).Draw(t, "ago")) * time.Second)
			s.reserve(min(rapid.IntRange(1, 20).Draw(t, "n"), s.allowance(perHour, perDay, at)), at)
		}
		if rapid.Bool().Draw(t, "paused") {
			s.pause(now.Add(time.Duration(rapid.IntRange(1, 7200).Draw(t, "pause")) * time.Second))
		}
		ahead, n := rapid.IntRange(0, 40).Draw(t, "ahead"), rapid.IntRange(1, 60).Draw(t, "of it")
		due := now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "due")) * time.Second)
		first, last := s.forecast(ahead, n, perHour, perDay, now, due)

		var began, ended time.Time
		before, left := ahead, n
		for at := now; ended.IsZero(); at = next(at, due, s.Paused) {
			free := s.allowance(perHour, perDay, at)
			others := min(before, free)
			own := 0
			if !at.Before(due) {
				own = min(left, free-others)
			}
			if before, left = before-others, left-own; others+own > 0 {
				s.reserve(others+own, at)
			}
			if own > 0 && began.IsZero() {
				began = at
			}
			if left == 0 {
				ended = at
			}
		}
		if !first.Equal(began) || !last.Equal(ended) {
			t.Fatalf("said %s to %s, was %s to %s", first, last, began, ended)
		}
	})
}

// next is the next moment at which something may be sent that could not be before.
func next(at, due, paused time.Time) time.Time {
	minute := at.Truncate(time.Minute).Add(time.Minute)
	for _, t := range []time.Time{due, paused} {
		if t.After(at) && t.Before(minute) {
			minute = t
		}
	}
	return minute
}

// A million people at a hundred an hour are looked ahead for, not for ever.
func TestAForecastEnds(t *testing.T) {
	_, last := (&sending{}).forecast(0, 1_000_000, 100, 0, monday, monday)
	if want := monday.Add(9999 * 61 * time.Minute); !last.Equal(want) {
		t.Errorf("the last of a million goes at %s, want %s", last, want)
	}
	if _, last = (&sending{}).forecast(0, 1_000_000, 1, 0, monday, monday); last.Before(monday.Add(forecastFor)) {
		t.Errorf("the last goes at %s", last)
	}
}

// Two posts share a limit of so many an hour and a day while the clocks change. From the
// first mail to the last each receipt says when its last mail goes, in the site's time.
func TestTheReceiptForetellsTheLastMail(t *testing.T) {
	for name, c := range map[string]struct {
		limits, begin, waits, alpha, beta string
	}{
		"an afternoon": {
			"  per_hour: 5\n", "2026-11-23T14:00:00+01:00",
			"at 14:10 (undo window of 10 minutes), queued until 15:11, when the last is expected to go",
			"15:11", "17:13",
		},
		"the clocks go back": {
			"  per_hour: 5\n", "2026-10-24T22:54:00+02:00",
			"at 23:04 (undo window of 10 minutes), queued until Sunday 25 October, 00:05, when the last is expected to go",
			"Sunday 25 October, 00:05", "Sunday 25 October, 02:07 CEST",
		},
		"the clocks go forward": {
			"  per_hour: 5\n", "2026-03-28T23:20:00+01:00",
			"at 23:30 (undo window of 10 minutes), queued until Sunday 29 March, 00:31, when the last is expected to go",
			"Sunday 29 March, 00:31", "Sunday 29 March, 03:33",
		},
		"days at the end of a year": {
			"  per_hour: 5\n  per_day: 8\n", "2026-12-30T20:00:00+01:00",
			"at 20:10 (undo window of 10 minutes), queued until 21:11, when the last is expected to go",
			"21:11", "Thursday 31 December, 22:01",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.settings += c.limits
			p.save()
			begin, err := time.Parse(time.RFC3339, c.begin)
			if err != nil {
				t.Fatal(err)
			}
			p.clock.set(begin)
			p.crowdOf(8)
			n := p.engine()
			p.ticks(n)
			for _, id := range []string{"alpha", "beta"} {
				p.write(id)
				p.upload("receipts/posts/"+id+".md.txt", "Published: its page is on the site.\n")
			}
			p.announce(n, "alpha", "beta")
			p.expects(n, "alpha", "8 subscribers who chose each post: "+c.waits)
			loc, err := time.LoadLocation("Europe/Berlin")
			if err != nil {
				t.Fatal(err)
			}
			type foretold struct {
				first string // as it was said first
				last  time.Time
			}
			said := map[string]*foretold{"alpha": {first: c.alpha}, "beta": {first: c.beta}}
			goesOn := func() (at time.Time) { // when the first of them does, or in a minute
				for id := range said {
					d, err := n.Show(t.Context(), InstantID(id))
					if err != nil {
						t.Fatal(err)
					}
					if !d.Next.IsZero() && (at.IsZero() || d.Next.Before(at)) {
						at = d.Next
					}
				}
				if at.IsZero() {
					at = p.clock.now().Add(time.Minute)
				}
				return at
			}
			for ticks := 0; len(p.box.times) < 16 && ticks < 100; ticks++ {
				p.clock.set(goesOn())
				p.work(n)
				for id, f := range said {
					lines := receipt.Mail([]byte(p.read("receipts/posts/" + id + ".md.txt")))
					if len(lines) == 0 || !strings.Contains(lines[0], "being mailed now") {
						continue
					}
					now := p.clock.now()
					want := f.first
					if !f.last.IsZero() {
						want = clock(f.last, now, loc) // the same moment, as it is called now
					}
					want = "the rest is queued until " + want + ", when the last is expected to go"
					if !strings.Contains(lines[0], want) {
						t.Fatalf("at %s the receipt of %s says\n%s\nwant %s", now.In(loc), id, lines[0], want)
					}
					if f.last.IsZero() {
						d, err := n.Show(t.Context(), InstantID(id))
						if err != nil {
							t.Fatal(err)
						}
						f.last = d.Queued
					}
				}
			}
			for id, place := range map[string]int{"alpha": 7, "beta": 15} {
				if at := p.box.times[place]; !at.Equal(said[id].last) {
					t.Errorf("the last mail of %s went at %s, and was to go at %s", id, at.In(loc), said[id].last.In(loc))
				}
			}
		})
	}
}

// What is not mailed at once delays nobody.
func TestWhoIsMailedAtOnce(t *testing.T) {
	p := newPlace(t)
	c := audience.Counts{Each: 3, Weekly: 4, Monthly: 5}
	for mailing, want := range map[post.Mailing]int{"": 3, post.MailNow: 12, post.MailDigest: 0, post.MailNone: 0} {
		e := p.write("alpha")
		if e.Mailing = mailing; instantly(e, c) != want {
			t.Errorf("%q: %d, want %d", mailing, instantly(e, c), want)
		}
	}
}
