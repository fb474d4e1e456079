package newsletter

import (
	"slices"
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
			s.pause(now.Add(time.Duration(rapid.IntRange(1, 7200).Draw(t, "pause"))*time.Second), "")
		}
		var queue []errand
		for range rapid.IntRange(1, 4).Draw(t, "queue") {
			queue = append(queue, errand{
				rapid.IntRange(1, 60).Draw(t, "people"), now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "due")) * time.Second),
			})
		}
		own := rapid.IntRange(0, len(queue)-1).Draw(t, "own")
		first, last := s.forecast(queue, own, perHour, perDay, now)

		var began, ended time.Time
		left := slices.Clone(queue)
		for at := now; ended.IsZero(); at = next(at, queue, s.Paused) {
			for k := range left {
				if at.Before(left[k].due) {
					continue
				}
				n := min(left[k].people, s.allowance(perHour, perDay, at))
				if left[k].people -= n; n > 0 {
					s.reserve(n, at)
				}
				if k == own && n > 0 && began.IsZero() {
					began = at
				}
			}
			if left[own].people == 0 {
				ended = at
			}
		}
		if !first.Equal(began) || !last.Equal(ended) {
			t.Fatalf("said %s to %s, was %s to %s", first, last, began, ended)
		}
	})
}

// next is the next moment at which something may be sent that could not be before.
func next(at time.Time, queue []errand, paused time.Time) time.Time {
	minute := at.Truncate(time.Minute).Add(time.Minute)
	if paused.After(at) && paused.Before(minute) {
		minute = paused
	}
	for _, e := range queue {
		if e.due.After(at) && e.due.Before(minute) {
			minute = e.due
		}
	}
	return minute
}

// A million people at a hundred an hour are looked ahead for, not for ever.
func TestAForecastEnds(t *testing.T) {
	million := []errand{{people: 1_000_000}}
	_, last := (&sending{}).forecast(million, 0, 100, 0, monday)
	if want := monday.Add(9999 * 61 * time.Minute); !last.Equal(want) {
		t.Errorf("the last of a million goes at %s, want %s", last, want)
	}
	if _, last = (&sending{}).forecast(million, 0, 1, 0, monday); last.Before(monday.Add(forecastFor)) {
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

// What still waits for the end of its undo window takes its share of what the limits allow.
func TestAForecastKnowsOfPostsInTheirUndoWindow(t *testing.T) {
	p := newPlace(t)
	p.settings += "  per_hour: 5\n"
	p.save()
	p.crowdOf(8)
	n := p.engine()
	p.write("zeta")
	p.announce(n, "zeta")
	p.expects(n, "zeta", "8 subscribers who chose each post: at 14:10 (undo window of 10 minutes), queued until 15:11, when the last is expected to go")
	p.clock.forward(5 * time.Minute)
	p.write("beta")
	p.announce(n, "beta")
	// zeta has the first five; of two that are due, beta is sent first.
	p.expects(n, "beta", "8 subscribers who chose each post: at 14:15 (undo window of 10 minutes), queued until 16:12, when the last is expected to go")
	for range 200 {
		p.work(n)
		p.clock.forward(time.Minute)
	}
	var last time.Time
	for at, d := range p.box.got {
		if d.subject == "The beta piece" {
			last = p.box.times[at]
		}
	}
	if want := monday.Add(2*time.Hour + 12*time.Minute); !last.Equal(want) {
		t.Errorf("the last of beta went at %s, want %s", last, want)
	}
}

// What is going to be held is said so from the start, can be released at once, and delays
// nobody.
func TestWhatIsGoingToBeHeld(t *testing.T) {
	p := heardPlace(t)
	p.settings = strings.Replace(p.settings, "newsletter:\n", "newsletter:\n  per_hour: 5\n  max_per_hour: 2\n", 1)
	p.save()
	p.crowdOf(8) // and the one who is here already
	n := p.engine()
	p.write("alpha")
	p.write("beta")
	p.write("gamma")
	p.announce(n, "alpha", "beta", "gamma")
	p.work(n)
	for _, id := range []string{"alpha", "beta", "gamma"} {
		p.expects(n, id, "nobody yet: when its time comes it will be held until you release it, because 3 posts were published within one hour, more than newsletter.max_per_hour: 2")
	}
	if got := p.letters(); len(got) != 0 {
		t.Fatalf("the author is told before it is held: %+v", got)
	}
	if err := n.Release(t.Context(), "post-beta"); err != nil {
		t.Fatal(err)
	}
	p.expects(n, "beta", "9 subscribers who chose each post: at 14:10 (undo window of 10 minutes), queued until 15:11, when the last is expected to go")
	p.clock.forward(10 * time.Minute)
	p.work(n)
	if a, b, c := p.issue("post-alpha"), p.issue("post-beta"), p.issue("post-gamma"); a.State != Held || b.State != Sending || c.State != Held {
		t.Errorf("alpha is %s, beta %s, gamma %s", a.State, b.State, c.State)
	}
	if got := p.letters(); len(got) != 1 || got[0].subject != "Held for you: 2 mailings" || strings.Count(got[0].text, "Release it") != 2 {
		t.Fatalf("the author is told %+v", got)
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
