package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// These hold what must not go out, or not yet, though it is written and somebody subscribes.

// settle puts up settings and lets them be read.
func (s *script) settle(more string) {
	s.desk.put(settings, &sheet{other: true, title: "ms0x", body: "title: ms0x\n" + more})
	s.finish(s.publish())
}

// sends lets time go by while issues are worked on, each minute.
func (s *script) sends(d time.Duration) {
	for range int(d / time.Minute) {
		s.finish(s.wake("send"))
		s.wait(time.Minute)
	}
}

// No more mails go out within an hour than the author allows, whichever process sends them
// and however it ends.
func TestNoMoreAnHourThanAllowed(t *testing.T) {
	scenario(t, func(s *script) {
		s.settle("newsletter:\n  batch: 1\n  per_hour: 2\n")
		s.upload("posts/a.md", "")
		s.upload("posts/b.md", "")
		s.finish(s.publish())
		s.wait(undo + time.Minute)
		dies := s.wake("send")
		s.until(dies, "POST v3/")
		s.carry(s.own(dies)[0], fine)
		s.die(dies)
		s.sends(8 * time.Hour)
		within := 0
		for i, p := range s.parcels {
			n := 1
			for _, q := range s.parcels[:i] {
				if p.at.Sub(q.at) < time.Hour {
					n++
				}
			}
			within = max(within, n)
		}
		if within > 2 {
			s.t.Errorf("%d mails went out within an hour", within)
		}
		if people, _ := s.mailed("posts/b.md"); people != 3 {
			s.t.Errorf("%d people have the second post after 8 hours", people)
		}
		s.quiet()
	})
}

// A folder that is copied at once is not mailed at once: the author is asked first.
func TestManyPostsAtOnceAreHeld(t *testing.T) {
	scenario(t, func(s *script) {
		for _, key := range []string{"posts/a.md", "posts/b.md", "posts/d/index.md", "posts/e.md"} {
			s.upload(key, "")
		}
		s.finish(s.publish())
		s.sends(2 * time.Hour)
		if len(s.parcels) > 0 {
			s.t.Errorf("%d mails went out", len(s.parcels))
		}
		s.quiet() // in which they are released
		if people, mails := s.mailed("posts/a.md"); people != 6 || mails != 6 {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
	})
}

// What was written long ago is no news.
func TestOldPostIsNotMailed(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/a.md", "date: 2025-05-01\n").date = time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC)
		s.finish(s.publish())
		for range 40 {
			s.sends(2 * time.Minute)
			s.finish(s.wake("digest"))
			s.wait(24 * time.Hour)
		}
		if len(s.parcels) > 0 {
			s.t.Errorf("%d mails went out", len(s.parcels))
		}
	})
}

// What could not go out for days is not sent without asking.
func TestOverdueIssueIsHeld(t *testing.T) {
	scenario(t, func(s *script) {
		s.published("posts/a.md")
		s.wait(3 * 24 * time.Hour)
		s.sends(2 * time.Hour)
		if len(s.parcels) > 0 {
			s.t.Errorf("%d mails went out", len(s.parcels))
		}
		s.quiet()
		if people, mails := s.mailed("posts/a.md"); people != 6 || mails != 6 {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
	})
}

// A run dies when it has held what was copied at once, and is about to tell it.
func TestProcessDiesBeforeItTells(t *testing.T) {
	scenario(t, func(s *script) {
		s.round() // no digest is due that would tell it, too
		for _, key := range []string{"posts/a.md", "posts/b.md", "posts/d/index.md", "posts/e.md"} {
			s.upload(key, "")
		}
		s.finish(s.publish())
		s.wait(time.Hour)
		in := s.wake("send")
		s.until(in, "GET content/receipts/posts/a.md.txt")
		s.die(in)
		s.quiet()
		if s.tally.Standings != 4 {
			s.t.Errorf("%d posts were held", s.tally.Standings)
		}
	})
}

// The event of a correction is late. What is uploaded by then counts, not what is known.
func TestCorrectionWhoseEventIsLate(t *testing.T) {
	scenario(t, func(s *script) {
		s.ripe("posts/a.md")
		s.upload("posts/a.md", "email: none\n")
		s.sends(10 * time.Minute)
		s.finish(s.publish())
		s.sends(time.Hour)
		if len(s.parcels) > 0 {
			s.t.Errorf("%d mails went out", len(s.parcels))
		}
		s.quiet()
	})
}

// A program that enters the addresses of strangers has few of them mailed.
func TestNoMoreSignupsAnHourThanAllowed(t *testing.T) {
	scenario(t, func(s *script) {
		s.settle("newsletter:\n  max_signups_per_hour: 2\n")
		pressed := 0
		s.pressed = func(*person, string, string) { pressed++ }
		for n := range 5 {
			p := &person{address: fmt.Sprintf("stranger%d@example.org", n)}
			s.people = append(s.people, p)
			s.join(p)
			s.errandsDone()
		}
		if pressed != 2 {
			s.t.Errorf("%d strangers are mailed", pressed)
		}
		s.quiet()
	})
}

// Whoever asked in the form, chose in the preferences and moved is in several places; when
// they ask for it, in none.
func TestNothingIsLeftOfWhoWasErased(t *testing.T) {
	scenario(t, func(s *script) {
		s.published("posts/a.md")
		p := s.people[0]
		s.join(p)
		s.errandsDone()
		s.save(p, "weekly", nil)
		s.errandsDone()
		s.relocate(p)
		s.errandsDone()
		s.eraseAll(p)
		s.rest()
		if s.tally.Moves != 1 || s.tally.Erased != 1 {
			s.t.Fatalf("%d moves, %d erased\n%s", s.tally.Moves, s.tally.Erased, s.trace)
		}
		s.quiet()
	})
}

// A reader writes on a page of their own what a log must not repeat.
func TestLogsNameNobody(t *testing.T) {
	scenario(t, func(s *script) {
		s.published("posts/a.md")
		p := s.people[0]
		s.ask(p.address, "GET", "/preferences?t="+p.address, nil, func(int, string, bool) {})
		s.rest()
		s.save(p, "weekly", nil)
		s.rest()
		s.leave(p)
		s.rest()
		s.hook(s.people[1], "complained")
		s.quiet()
		if !strings.Contains(s.trace.String(), "off the list") {
			s.t.Error("nobody left")
		}
	})
}

// The author cancels a digest. Nobody gets it, and the receipt of what was to be in it says so.
func TestCancelledDigest(t *testing.T) {
	scenario(t, func(s *script) {
		s.published("posts/a.md")
		s.sends(time.Hour)
		s.wait(9 * 24 * time.Hour) // nothing runs
		s.finish(s.wake("digest"))
		s.finish(s.wake("send"))
		held := 0
		for id, state := range s.outbox() {
			if state == "held" {
				held++
				s.give(id, "cancel")
				s.rest()
			}
		}
		if held == 0 {
			s.t.Fatalf("no digest is held\n%s", s.trace)
		}
		s.quiet()
		for _, p := range s.parcels {
			if strings.HasPrefix(p.issue, "weekly") {
				s.t.Errorf("%s was mailed", p.issue)
			}
		}
		if text := string(s.s3.Get("content", "receipts/posts/a.md.txt").Body); !strings.Contains(text, "cancelled by you") {
			s.t.Errorf("the receipt says\n%s", text)
		}
	})
}
