package simulate

import (
	"context"
	"testing"
	"time"
)

// The cases below were found on paper, when the design was reviewed. Each is played as
// it was thought of.

// A run finds the file as the catalog knows it, while another has seen that it was gone
// in between and is about to commit that.
func TestNoOpRunBetweenReadAndCommit(t *testing.T) {
	scenario(t, func(s *script) {
		first := s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.remove("posts/a.md")
		late := s.publish()
		s.until(late, "PUT state/catalog")
		s.desk.put("posts/a.md", first)
		s.finish(s.publish()) // as the catalog knows it: nothing to do
		s.finish(late)
		s.quiet()
	})
}

// A page goes, returns and goes again while an older run, about to delete it, is stalled.
func TestPageGoesReturnsAndGoesWhileARunIsStalled(t *testing.T) {
	for _, returns := range []bool{false, true} {
		scenario(t, func(s *script) {
			text := s.upload("posts/a.md", "")
			s.finish(s.publish())
			s.remove("posts/a.md")
			late := s.frozen(s.publish)
			s.until(late, "DELETE site/blog/a/")
			s.desk.put("posts/a.md", text)
			s.finish(s.publish())
			s.remove("posts/a.md")
			again := s.frozen(s.publish)
			s.until(again, "DELETE site/blog/a/")
			if returns {
				s.desk.put("posts/a.md", text)
				s.finish(s.publish())
			}
			s.finish(late)
			s.finish(again)
			s.quiet()
		})
	}
}

// A sweep has listed a bucket, and a post is published before it notes what it saw.
func TestSweepBesideAPublish(t *testing.T) {
	for _, at := range []string{"LIST site", "PUT state/catalog"} {
		scenario(t, func(s *script) {
			s.upload("posts/b.md", "")
			s.finish(s.publish())
			s.wait(2 * time.Hour)
			sweep := s.frozen(func() *invocation { return s.wake("publish") })
			s.until(sweep, at)
			if at == "LIST site" {
				s.carry(s.own(sweep)[0], fine)
			}
			s.upload("posts/a.md", "")
			s.finish(s.publish())
			s.finish(sweep)
			s.quiet()
		})
	}
}

// An author takes a post back, uploads it again and takes it back for good.
func TestCancelReuploadCancel(t *testing.T) {
	scenario(t, func(s *script) {
		text := s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.remove("posts/a.md") // within the undo window
		s.finish(s.publish())
		s.finish(s.wake("send"))
		s.desk.put("posts/a.md", text)
		s.finish(s.publish())
		s.finish(s.wake("send"))
		var id string
		for id = range s.outbox() {
		}
		cancel := s.invoke("author cancels "+id, func(ctx context.Context, in *invocation) error { return in.c.letters.Cancel(ctx, id) })
		s.finish(cancel)
		s.remove("posts/a.md")
		s.finish(s.publish())
		s.desk.put("posts/a.md", text)
		s.finish(s.publish())
		s.calm()
		s.judgeSite()
		if _, mails := s.mailed("posts/a.md"); mails != 0 {
			s.t.Errorf("%d mails went out", mails)
		}
	})
}

// A post is edited and published anew between two requests of its mailing.
func TestEditInMidSend(t *testing.T) {
	scenario(t, func(s *script) {
		s.mailgun.limit = 1
		s.ripe("posts/a.md")
		send := s.frozen(func() *invocation { return s.wake("send") })
		s.until(send, "POST v3/")
		s.carry(s.own(send)[0], fine)
		s.until(send, "POST v3/")
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.finish(send)
		s.quiet()
		for _, p := range s.parcels {
			if len(p.marks) == 1 && p.marks[0] != "1" && p.to < "reader3" {
				s.t.Errorf("%s got another text than the one that was frozen: %v", p.to, p.marks)
			}
		}
	})
}

// A worker is stopped after its claim, long enough for others to send its share, and then
// goes on.
func TestWorkerThawedLongAfterItsClaim(t *testing.T) {
	for _, at := range []string{"GET state/audience/", "POST v3/"} {
		scenario(t, func(s *script) {
			s.ripe("posts/a.md")
			late := s.frozen(func() *invocation { return s.wake("send") })
			s.until(late, "PUT content/receipts/issues/")
			s.until(late, "LIST state/left/")
			s.until(late, at)
			for range 8 {
				s.wait(20 * time.Minute)
				s.finish(s.wake("send"))
			}
			s.finish(late)
			s.quiet()
		})
	}
}

// Two workers are about to claim the same places of a list.
func TestTwoWorkersClaimAtOnce(t *testing.T) {
	scenario(t, func(s *script) {
		s.ripe("posts/a.md")
		one := s.frozen(func() *invocation { return s.wake("send") })
		s.until(one, "progress.json if-match")
		two := s.frozen(func() *invocation { return s.wake("send") })
		s.until(two, "POST v3/")
		s.finish(one)
		s.finish(two)
		s.quiet()
	})
}

// Two workers learn different limits of Mailgun's at once.
func TestTwoWorkersWithDifferentLimits(t *testing.T) {
	scenario(t, func(s *script) {
		s.mailgun.limit = 2
		s.ripe("posts/a.md")
		one := s.frozen(func() *invocation { return s.wake("send") })
		s.until(one, "POST v3/")
		two := s.frozen(func() *invocation { return s.wake("send") })
		s.finish(two)
		s.carry(s.own(one)[0], fine) // more than two are refused
		s.mailgun.limit = 1
		three := s.frozen(func() *invocation { return s.wake("send") })
		s.finish(three)
		s.finish(one)
		s.quiet()
	})
}

// A process that takes a complaint dies between the effect and the note that its token
// was used, and Mailgun repeats the call.
func TestTokenIsStoredAfterItsEffect(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false // a process dies
		p := s.people[0]
		s.hook(p, "complained")
		in := s.running[len(s.running)-1]
		s.until(in, "PUT state/webhooks/")
		if len(s.s3.Keys("state", "left/")) == 0 {
			s.t.Error("the token is about to be noted, and nothing was done")
		}
		s.die(in)
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.quiet()
		if s.got[p.address]["posts/a.md"] != 0 {
			s.t.Error("who complained is mailed")
		}
		if p.left.IsZero() {
			s.t.Error("the repeated call was not taken")
		}
	})
}

// The older of two posts that want one address is renamed, and the other gets it.
func TestSlugHandedOverByARename(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.plain = false
		older := s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.upload("posts/e.md", "slug: a\n")
		s.finish(s.publish())
		moved := *older
		moved.slug = "b"
		s.say("the author renames posts/a.md to posts/b.md")
		s.desk.put("posts/b.md", &moved)
		s.desk.remove("posts/a.md")
		s.weather.gentle, s.queue = false, nil // both events are lost
		s.tally.Dropped += 2
		s.wait(time.Second)
		s.upload("posts/e.md", "slug: a\n")
		s.finish(s.publish()) // looks at the holder before it refuses the newcomer
		s.quiet()
	})
}
