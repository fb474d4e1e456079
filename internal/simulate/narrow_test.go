package simulate

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// These are narrow places that chance hardly hits, each with the one thing that must not
// happen there.

// A file is replaced by a draft after its version was committed and before its page is
// made.
func TestFileReplacedBeforeItsPageIsMade(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/a.md", "")
		late := s.publish()
		s.until(late, "PUT state/catalog")
		s.carry(s.own(late)[0], fine)
		s.upload("posts/a.md", "draft: true\n")
		s.desk.files["posts/a.md"].draft = true
		s.finish(late)
		s.quiet()
	})
}

// A file is gone before a run that was overtaken writes its first receipt.
func TestFirstReceiptIsWrittenLate(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/a.md", "")
		late := s.frozen(s.publish)
		s.until(late, "PUT content/receipts/posts/a.md")
		s.remove("posts/a.md")
		s.finish(s.publish())
		s.finish(late)
		s.quiet()
	})
}

// A run dies when it is about to open the issue of a post.
func TestProcessDiesBeforeTheIssueIsOpened(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/a.md", "")
		in := s.publish()
		s.until(in, "PUT state/issues/")
		s.die(in)
		s.quiet()
		if people, _ := s.mailed("posts/a.md"); people == 0 {
			s.t.Error("nobody got the post")
		}
	})
}

// Somebody put a page on the site that belongs to nothing, and the sweep finds it.
func TestSweepFindsAnOrphan(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.s3.Put("site", "blog/stray/index.html", []byte("<!doctype html><html></html>"), http.Header{})
		s.wait(2 * time.Hour)
		s.finish(s.wake("publish"))
		s.quiet()
	})
}

// Mailgun took a request and answers 500; or the request left and never came there.
func TestUncertainRequest(t *testing.T) {
	for _, f := range []fault{acceptedFail, neverCame} {
		scenario(t, func(s *script) {
			s.ripe("posts/a.md")
			send := s.frozen(func() *invocation { return s.wake("send") })
			s.until(send, "POST v3/")
			s.carry(s.own(send)[0], f)
			for id := range s.mailgun.accepted { // its log is slow
				s.mailgun.accepted[id] = time.Now().Add(settled - 4*time.Minute)
			}
			s.finish(send)
			for range 5 {
				s.wait(3 * time.Minute)
				s.finish(s.wake("send"))
			}
			s.quiet()
			if people, mails := s.mailed("posts/a.md"); people == 0 || mails != people {
				s.t.Errorf("after %s %d people got %d mails", f, people, mails)
			}
		})
	}
}

// S3 refuses a page, however often it is asked: its mail has to wait for it.
func TestPageCannotBeWritten(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false
		s.upload("posts/a.md", "")
		in := s.publish()
		for range 3 { // the SDK tries as often
			s.until(in, "PUT site/blog/a/")
			for _, g := range s.own(in) {
				if strings.Contains(g[0].line, "PUT site/blog/a/") {
					s.carry(g, slowDown)
				}
			}
		}
		s.finish(in)
		s.quiet()
	})
}

// Mailgun repeats its call about a bounce after the reader asked for the newsletter anew:
// what they asked for counts, and they are mailed.
func TestBounceIsTakenAfterAnotherWish(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false // a process dies
		p := s.people[0]
		s.hook(p, "failed")
		in := s.running[len(s.running)-1]
		s.until(in, "PUT state/audience/")
		s.die(in)
		s.settleDown()
		again := s.errands
		s.errands = nil
		s.join(p)
		s.errandsDone()
		s.errands = again
		s.errandsDone()
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.quiet()
		if s.got[p.id()]["posts/a.md"] != 1 {
			s.t.Errorf("%s did not get what they asked for", p.address)
		}
	})
}

// Two runs know of one file each, and are about to commit at once.
func TestTwoRunsCommitAtOnce(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/a.md", "")
		one := s.publish()
		s.until(one, "PUT state/catalog")
		s.upload("posts/b.md", "")
		s.finish(s.publish())
		s.finish(one)
		s.quiet()
	})
}

// Two runs are about to write a page of one address. The older text is there first, and its
// run dies.
func TestTwoRunsWriteOnePage(t *testing.T) {
	scenario(t, func(s *script) {
		s.weather.gentle = false
		page := "PUT site/blog/a/"
		s.upload("posts/a.md", "")
		one := s.frozen(s.publish)
		s.until(one, page)
		s.upload("posts/a.md", "")
		two := s.frozen(s.publish)
		s.until(two, page)
		for _, g := range s.own(one) {
			if strings.Contains(g[0].line, page) {
				s.carry(g, fine)
			}
		}
		s.die(one)
		s.finish(two)
		s.quiet()
	})
}

// A post is announced while a repair of the newsletter's records has listed the issues that
// there were before.
func TestAnnouncedWhileTheRecordsAreRepaired(t *testing.T) {
	scenario(t, func(s *script) {
		s.upload("posts/b.md", "")
		s.finish(s.publish())
		s.repair()
		repair := s.running[len(s.running)-1]
		const listed = "LIST content/receipts/issues/"
		s.until(repair, listed) // it is done twice, before and after that of the site
		s.carry(s.own(repair)[0], fine)
		s.until(repair, listed)
		s.upload("posts/a.md", "")
		s.finish(s.publish())
		s.finish(repair)
		s.quiet()
		if people, mails := s.mailed("posts/a.md"); people != 6 || mails != 6 {
			s.t.Errorf("%d people got %d mails", people, mails)
		}
	})
}
