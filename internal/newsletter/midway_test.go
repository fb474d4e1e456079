package newsletter

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/receipt"
)

// TestWhatHappensToAPostInMidSend: once the first mails are out, the rest of the list
// gets the very same mail, whatever becomes of the post.
func TestWhatHappensToAPostInMidSend(t *testing.T) {
	for name, mind := range minds {
		t.Run(name, func(t *testing.T) {
			p, n := due(t, 25, "  batch: 10\n")
			p.box.fate = p.onlyTheFirst()
			n.Workers = 1
			p.work(n)
			p.once("alpha", 25, 15)
			mind.do(p)
			p.box.fate = nil
			p.clock.forward(time.Hour)
			p.ticks(p.engine())
			p.once("alpha", 25, 0)
			for _, d := range p.box.got {
				if d.text != p.box.got[0].text || d.subject != p.box.got[0].subject {
					t.Errorf("%s got another mail than the first:\n%s", d.to, d.text)
				}
			}
			if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Sent: 25}) {
				t.Errorf("the issue is %s with %+v", i.State, i.Counts)
			}
		})
	}
}

// remove deletes a post as publishing does.
func (p *place) remove(id string) {
	p.t.Helper()
	e := p.catalog.Posts[id]
	p.catalog = p.catalog.Clone()
	delete(p.catalog.Posts, id)
	delete(p.catalog.Files, e.Key)
	p.catalog.Tombstones[id] = catalog.Tombstone{Gone: p.clock.now(), Entry: *e}
	p.save()
}

// TestCancelledStaysCancelled: deleting a cancelled post and uploading it again does
// not make it one that was never announced, in no issue and no digest.
func TestCancelledStaysCancelled(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	p.subscribe("bob", audience.Weekly)
	n := p.engine()
	p.ticks(n)
	e := p.write("alpha")
	p.announce(n, "alpha")
	if err := n.Cancel(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.remove("alpha")
	p.announce(n, "alpha") // what is owed outlives the tombstone
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.catalog = p.catalog.Clone()
	delete(p.catalog.Tombstones, "alpha")
	p.catalog.Sequence++
	back := *e
	back.Seq, back.GoLive = p.catalog.Sequence, p.clock.now()
	p.catalog.Posts["alpha"] = &back
	p.save()
	n = p.engine()
	for _, at := range []time.Time{p.clock.now(), p.clock.now().Add(11 * time.Minute), friday, nextFriday, firstOfJan} {
		p.clock.set(at)
		p.announce(n, "alpha")
		p.ticks(n)
	}
	p.mails()
	p.expects(n, "alpha", "nobody: you cancelled it")
}

// TestHowLongAnEmptyLogCounts: that Mailgun's log does not know a request means that
// it never arrived only between half an hour and twenty hours after the attempt. Later
// the log may have forgotten it, and then nobody is mailed a second time.
func TestHowLongAnEmptyLogCounts(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers time.Duration // after the attempt the log answers for the first time
		again   bool
	}{
		{"after half an hour", 30 * time.Minute, true},
		{"just before twenty hours", 20*time.Hour - time.Minute, true},
		{"at twenty hours", 20 * time.Hour, false},
		{"after three days", 72 * time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, n := due(t, 4, "")
			p.box.fate = func(int, Request) (bool, Outcome) { return false, Uncertain{"timeout"} }
			p.box.silent = errors.New("no answer")
			p.ticks(n)
			attempt := p.clock.now()
			p.box.fate = nil
			p.clock.set(attempt.Add(min(c.answers, 30*time.Minute) - time.Second))
			p.box.silent = nil // it would say that there is nothing
			p.ticks(n)
			if p.box.calls != 1 {
				t.Fatal("the log was believed before half an hour had passed")
			}
			p.clock.set(attempt.Add(c.answers))
			p.ticks(p.engine())
			if c.again {
				p.once("alpha", 4, 0)
				return
			}
			p.once("alpha", 4, 4)
			if i := p.issue("post-alpha"); i.State != Held || !strings.Contains(i.Reason, "4 subscribers") || !strings.Contains(i.Reason, "20 hours") {
				t.Errorf("the issue is %s: %s", i.State, i.Reason)
			}
		})
	}
}

// TestWorkersShareTheAllowance: several runs at the same moment, each in a process of
// its own, send together no more than an hour and a day allow.
func TestWorkersShareTheAllowance(t *testing.T) {
	p, n := due(t, 25, "  batch: 4\n  per_hour: 10\n  per_day: 16\n")
	runs := []*Newsletter{n, p.engine(), p.engine()}
	for step := 0; p.issue("post-alpha").State != Closed; step++ {
		if step == 200 {
			t.Fatalf("never done:\n%s", p.debug())
		}
		var wg sync.WaitGroup
		for _, o := range runs {
			wg.Go(func() { _ = o.Work(t.Context()) }) // losing a race is no failure
		}
		wg.Wait()
		for window, most := range map[time.Duration]int{time.Hour: 10, 24 * time.Hour: 16} {
			sent := 0
			for _, at := range p.box.times {
				if p.clock.now().Sub(at) < window {
					sent++
				}
			}
			if sent > most {
				t.Fatalf("%d messages within %s", sent, window)
			}
		}
		p.clock.forward(20 * time.Minute)
	}
	p.once("alpha", 25, 0)
	if spent := p.clock.now().Sub(monday); spent < 24*time.Hour || spent > 27*time.Hour {
		t.Errorf("25 messages at 16 a day took %s", spent)
	}
}

// TestTheReceiptSaysWhenTheHourAllowsMore: what waits for newsletter.per_hour is said
// to wait, until the time at which the last of it really goes.
func TestTheReceiptSaysWhenTheHourAllowsMore(t *testing.T) {
	p, n := due(t, 12, "  per_hour: 5\n")
	p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
	says := func(want string) {
		t.Helper()
		want = "12 subscribers who chose each post: " + want
		if lines := receipt.Mail([]byte(p.read("receipts/posts/alpha.md.txt"))); len(lines) != 1 || lines[0] != want {
			t.Errorf("at %s the receipt says\n%s\nwant\n%s", p.clock.now().Format("15:04:05"), strings.Join(lines, "\n"), want)
		}
	}
	p.ticks(n)
	says("being mailed now, 5 of 12 done, the rest is queued until 16:12, when the last is expected to go")
	at := time.Date(2026, 11, 23, 14, 11, 0, 0, time.UTC) // 15:11 in Berlin
	p.clock.set(at.Add(-time.Second))
	p.ticks(n)
	says("being mailed now, 5 of 12 done, the rest is queued until 16:12, when the last is expected to go")
	p.clock.set(at)
	p.ticks(n)
	says("being mailed now, 10 of 12 done, the rest is queued until 16:12, when the last is expected to go")
	p.clock.set(at.Add(61 * time.Minute))
	p.ticks(n)
	says("mailed at 16:12")
	p.once("alpha", 12, 0)
}

// TestFailuresAreToldByReason: receipt, author's mail and `issues show` tell how many
// failed and why, also where the author ended the issue on its way.
func TestFailuresAreToldByReason(t *testing.T) {
	for name, c := range map[string]struct {
		fifth Outcome // what becomes of the last five
		words string
		all   []Failure
	}{
		"by itself": {
			Accepted{}, "15 failed: 10 because the message is malformed; 5 because the message is too large",
			[]Failure{{10, "the message is malformed"}, {5, "the message is too large"}},
		},
		"by the author": {
			Stopped{Reason: "the account is closed"},
			"20 failed: 10 because the message is malformed; 5 because the message is too large; 5 because you ended it before it was mailed to them",
			[]Failure{{10, "the message is malformed"}, {5, "the message is too large"}, {5, "you ended it before it was mailed to them"}},
		},
	} {
		t.Run("ended "+name, func(t *testing.T) {
			p := newPlace(t)
			p.settings = "author:\n  email: ada@home.example\n" + p.settings + "  batch: 5\n"
			p.save()
			p.crowdOf(25)
			n := p.engine(noUndo, func(o *Options) { o.Workers = 1 })
			answers := []Outcome{Failed{"the message is malformed"}, Failed{"the message is too large"}, Failed{"the message is malformed"}, Accepted{}, c.fifth}
			p.box.fate = func(_ int, r Request) (bool, Outcome) {
				if strings.HasPrefix(r.MessageID, "notice.") {
					return true, Accepted{}
				}
				o := answers[0]
				answers = answers[1:]
				_, accepted := o.(Accepted)
				return accepted, o
			}
			p.write("alpha")
			p.announce(n, "alpha")
			p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
			p.ticks(n)
			told := p.letters()
			if _, stopped := c.fifth.(Stopped); stopped {
				if err := n.Cancel(t.Context(), "post-alpha"); err != nil {
					t.Fatal(err)
				}
				p.ticks(n)
			} else if text := told[len(told)-1].text; !strings.Contains(words(text), c.words) {
				t.Errorf("the last of %d mails to the author says\n%s", len(told), text)
			}
			if text := p.read("receipts/posts/alpha.md.txt"); !strings.Contains(words(text), "mailed at 14:00 ("+c.words+")") {
				t.Errorf("the receipt says\n%s", text)
			}
			d, err := n.Show(t.Context(), "post-alpha")
			if err != nil || !slices.Equal(d.Failures, c.all) || d.Counts.Failed+d.Counts.Sent != 25 || d.Waiting != 0 {
				t.Errorf("%+v, %v", d, err)
			}
		})
	}
}

// words undoes the wrapping of lines.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }
