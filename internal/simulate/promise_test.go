package simulate

import (
	"strings"
	"testing"
	"time"
)

// Each of these holds one promise on a plain day, so that no random history has to.

// Whoever chose a topic gets its posts and no others, at once or in a digest; whoever chose
// none gets all.
func TestTopicNotChosenIsNotMailed(t *testing.T) {
	scenario(t, func(s *script) {
		s.desk.put(settings, &sheet{other: true, title: "ms0x", body: "title: ms0x\ntopics: [garden, letters]\n"})
		s.finish(s.publish())
		for reader, cadence := range map[int]string{0: "each", 3: "weekly", 5: "monthly"} {
			s.save(s.people[reader], cadence, []string{garden})
			s.rest()
		}
		s.upload("posts/a.md", "")
		s.upload("posts/b.md", "tags: [garden]\n")
		s.finish(s.publish())
		s.quiet()
		for reader, want := range map[int]int{0: 0, 1: 1, 3: 0, 4: 1, 5: 0} {
			if got := s.got[s.people[reader].id()]; got["posts/a.md"] != want || got["posts/b.md"] != 1 {
				s.t.Errorf("%s has %v", s.people[reader].address, got)
			}
		}
	})
}

// Mailgun refuses the key in the middle of a mailing. It stops, and once the author has
// mended that and says so, whoever has not got the post gets it.
func TestResumeAfterTheKeyWasMended(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false
		s.mailgun.limit = 1
		s.ripe("posts/a.md")
		send := s.frozen(func() *invocation { return s.wake("send") })
		for range 2 { // the first is refused: it calls more than one recipient
			s.until(send, "POST v3/")
			s.carry(s.own(send)[0], fine)
		}
		s.refuse()
		s.finish(send)
		before := len(s.parcels)
		for range 4 {
			s.wait(time.Hour)
			s.round()
		}
		if len(s.stopped()) != 1 || len(s.parcels) != before || before == 0 {
			s.t.Fatalf("%v are stopped, %d mails were accepted and then %d\n%s", s.stopped(), before, len(s.parcels), s.trace)
		}
		s.relent()
		s.errandsDone()
		if s.tally.Obeyed[3] != 1 {
			s.t.Error("the author could not resume it")
		}
		s.round()
		if people, mails := s.mailed("posts/a.md"); people != 3 || mails != 3 {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
		s.quiet()
	})
}

// Nothing is mailed before the time for undoing is over, and what was taken back in it is
// not mailed afterwards, until it returns.
func TestTakenBackInTheTimeForUndoing(t *testing.T) {
	scenario(t, func(s *script) {
		text := s.upload("posts/a.md", "")
		s.finish(s.publish())
		for range undo/time.Minute - 1 {
			s.finish(s.wake("send"))
			s.wait(time.Minute)
		}
		s.remove("posts/a.md")
		s.finish(s.publish())
		for range 30 {
			s.finish(s.wake("send"))
			s.wait(time.Minute)
		}
		if len(s.parcels) > 0 {
			s.t.Fatalf("%d mails went out\n%s", len(s.parcels), s.trace)
		}
		s.desk.put("posts/a.md", text)
		s.finish(s.publish())
		s.quiet()
		if people, mails := s.mailed("posts/a.md"); people == 0 || people != mails {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
	})
}

// A post that is renamed after it was mailed is the same post: nobody gets it again, and its
// old address leads to the new one. So does a slug that its author changes.
func TestRenamedPost(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.plain = false
		text := s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.wait(9 * 24 * time.Hour)
		s.round()
		s.round()
		moved := *text
		moved.slug = "b"
		s.say("the author renames posts/a.md to posts/b.md")
		s.desk.put("posts/b.md", &moved)
		s.wait(time.Minute)
		s.finish(s.publish())
		s.desk.remove("posts/a.md")
		s.finish(s.publish())
		s.leadsOn("blog/a/index.html", "/blog/b/")
		s.upload("posts/b.md", "slug: c\n")
		s.finish(s.publish())
		s.leadsOn("blog/a/index.html", "/blog/c/")
		s.leadsOn("blog/b/index.html", "/blog/c/")
		s.quiet()
		mails := map[string]int{}
		for _, p := range s.parcels {
			mails[p.to]++
		}
		for _, p := range s.people {
			if mails[p.address] != 1 {
				s.t.Errorf("%s has %d mails of it", p.address, mails[p.address])
			}
		}
	})
}

// leadsOn requires that an old page on the site leads to an address.
func (s *script) leadsOn(key, to string) {
	s.t.Helper()
	o := s.s3.Get("site", key)
	if o == nil {
		s.t.Errorf("nothing is at %s any more", key)
		return
	}
	for path := range references(string(o.Body)) {
		if path == to {
			return
		}
	}
	s.t.Errorf("%s does not lead to %s:\n%s", key, to, o.Body)
}

// A post may still be undone when the weekly digest is due. It is in the next one.
func TestDigestLeavesOutWhatMayBeUndone(t *testing.T) {
	scenario(t, func(s *script) {
		s.round()
		now := time.Now().UTC()
		before := now.Truncate(24*time.Hour).AddDate(0, 0, (int(time.Friday-now.Weekday())+7)%7).Add(9*time.Hour - undo/2)
		if !before.After(now) {
			before = before.AddDate(0, 0, 7)
		}
		s.wait(time.Until(before))
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		for range 2 * undo / time.Minute {
			s.wait(time.Minute)
			s.round()
		}
		if people, _ := s.mailed("posts/a.md"); people != 3 {
			s.t.Errorf("the post went out to %d people", people)
		}
		s.quiet()
		if people, mails := s.mailed("posts/a.md"); people != len(s.people) || mails != people {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
	})
}

// A post comes and goes, and the state is put back to before it came. The receipt of another,
// which links to it, was written in between: it says again that the link leads nowhere.
func TestReceiptOfATimeThatNeverWas(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false // the sweep comes by, too
		a := s.upload("posts/a.md", "")
		a.body += "See [it](b.md), [that](/blog/d/), [those](/tags/garden/).\n"
		s.desk.put("posts/a.md", a)
		s.finish(s.publish())
		before := time.Now()
		s.wait(time.Hour)
		s.upload("posts/b.md", "")
		s.finish(s.publish())
		s.wait(time.Hour)
		s.remove("posts/b.md")
		s.restoreTo(before)
		s.quiet()
	})
}

// A post with a date in the future is there with the first tick after it, and not before; no
// sweep is needed for that.
func TestScheduledPostIsPunctual(t *testing.T) {
	scenario(t, func(s *script) {
		date := time.Now().UTC().Add(50 * time.Minute).Truncate(time.Second)
		a := s.upload("posts/a.md", "date: "+date.Format(time.RFC3339)+"\n")
		a.date = date
		s.finish(s.publish())
		for range 55 {
			s.wait(time.Minute)
			s.round()
			if there, due := s.s3.Get("site", "blog/a/index.html") != nil, !time.Now().Before(date); there != due {
				s.t.Fatalf("at %s the page is there: %v, and its date is %s", time.Now().UTC().Format(time.TimeOnly), there, date.Format(time.TimeOnly))
			}
		}
		s.quiet()
	})
}

// The state is put back to when a post was on its way to its readers, who have it by then.
// The author goes on with it, and nobody gets it a second time.
func TestRestoredToTheMiddleOfAMailing(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false
		s.ripe("posts/a.md")
		send := s.wake("send")
		s.until(send, "progress.json if-match")
		s.pass(time.Second)
		before := time.Now()
		s.pass(time.Second)
		s.until(send, "POST v3/")
		s.carry(s.own(send)[0], fine)
		s.until(send, "progress.json if-match")
		s.die(send)
		people, _ := s.mailed("posts/a.md")
		if people == 0 {
			s.t.Fatal("nobody got the post")
		}
		s.wait(time.Minute)
		s.restoreTo(before)
		s.quiet()
		if all, mails := s.mailed("posts/a.md"); all < people || mails != all { // others are in digests
			s.t.Errorf("%d people got the post before, and %d in the end, in %d mails", people, all, mails)
		}
	})
}

// A file that looks as if it killed each run that read it alone is given up after the third,
// and not before; and its next version is published.
func TestFileThatKillsItsRuns(t *testing.T) {
	for deaths, want := range map[int]string{3: "Published", 4: "Rejected"} { // in the first run it was with others
		scenario(t, func(s *script) {
			s.weather.gentle = false
			s.upload("posts/a.md", "")
			for range deaths {
				s.wait(visible + time.Minute)
				in := s.hand(s.due())
				s.until(in, "GET content/posts/a.md")
				s.die(in)
				s.settleDown()
			}
			s.wait(visible + time.Minute)
			s.finish(s.hand(s.due()))
			if o := s.s3.Get("content", "receipts/posts/a.md.txt"); o == nil || firstWord(string(o.Body)) != want {
				s.t.Errorf("after %d deaths its receipt is %v", deaths, o)
			}
			s.upload("posts/a.md", "")
			s.finish(s.publish())
			s.quiet()
		})
	}
}

// A process dies around its request to Mailgun: before it is sent, or when it was accepted
// and nothing of that is noted yet.
func TestProcessDiesAroundAPost(t *testing.T) {
	for _, accepted := range []bool{false, true} {
		scenario(t, func(s *script) {
			s.weather.gentle = false
			s.ripe("posts/a.md")
			send := s.wake("send")
			s.until(send, "POST v3/")
			if accepted {
				s.carry(s.own(send)[0], fine)
				s.until(send, "progress.json if-match")
			}
			s.die(send)
			for _, g := range s.wire.waiting() { // what it was about to send never arrives
				for _, c := range g {
					s.wire.off(c)
				}
			}
			s.quiet()
			if people, mails := s.mailed("posts/a.md"); people != len(s.people) || mails != people {
				s.t.Errorf("accepted: %t; %d people got %d mails", accepted, people, mails)
			}
		})
	}
}

// Mailgun wants no more for twenty minutes. It gets no request before the time it names.
func TestMailgunWantsNothingForNow(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false
		s.ripe("posts/a.md")
		send := s.wake("send")
		s.until(send, "POST v3/")
		s.carry(s.own(send)[0], enhanceCalm)
		s.finish(send)
		before := len(s.mailgun.deliveries)
		for range 19 {
			s.wait(time.Minute - time.Second)
			send := s.wake("send")
			for !s.ended(send) {
				s.settleDown()
				for _, g := range s.own(send) {
					if strings.HasPrefix(g[0].line, "POST v3/") {
						s.t.Fatalf("there are requests before the time\n%s", s.trace)
					}
				}
				s.step(send)
				s.settleDown()
			}
		}
		s.quiet()
		if people, mails := s.mailed("posts/a.md"); people != len(s.people) || mails != people || before != 1 {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
	})
}

// Whoever cannot be reached gets no more mail.
func TestBounceEndsMail(t *testing.T) {
	scenario(t, func(s *script) {
		p := s.people[0]
		s.hook(p, "failed")
		s.rest()
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.quiet()
		if s.got[p.id()]["posts/a.md"] != 0 || p.left.IsZero() {
			s.t.Errorf("%s has %v", p.address, s.got[p.id()])
		}
	})
}
