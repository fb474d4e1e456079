package newsletter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// crowdOf subscribes a number of people to each post, in parallel.
func (p *place) crowdOf(number int) {
	p.t.Helper()
	people := p.people()
	done := make(chan error, number)
	slots := make(chan struct{}, 16)
	for k := range number {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			_, err := people.Confirm(p.t.Context(), audience.Ask{
				Address: fmt.Sprintf("reader%d@readers.example", k), Cadence: audience.Each, At: p.clock.now(),
			})
			done <- err
		}()
	}
	for range number {
		if err := <-done; err != nil {
			p.t.Fatal(err)
		}
	}
}

// once requires that everybody got the post exactly once, but for the given number
// of people who got nothing.
func (p *place) once(id string, number, missing int) {
	p.t.Helper()
	got := p.box.each()
	none := 0
	for k := range number {
		switch c := got[fmt.Sprintf("reader%d@readers.example %s", k, id)]; c {
		case 1:
		case 0:
			none++
		default:
			p.t.Errorf("reader %d got %s %d times", k, id, c)
		}
	}
	if none != missing {
		p.t.Errorf("%d of %d got nothing, want %d\n%s", none, number, missing, p.debug())
	}
}

// onlyTheFirst is a Mailgun that takes one request and wants no other for an hour.
func (p *place) onlyTheFirst() func(int, Request) (bool, Outcome) {
	return func(call int, _ Request) (bool, Outcome) {
		if call > 1 {
			return false, Throttled{Until: p.clock.now().Add(time.Hour)}
		}
		return true, Accepted{}
	}
}

// due brings a place with a crowd to the minute at which a post is to be sent.
func due(t *testing.T, number int, more string) (*place, *Newsletter) {
	p := newPlace(t)
	p.settings += more
	p.save()
	p.crowdOf(number)
	n := p.engine()
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(10 * time.Minute)
	return p, n
}

func TestStoppedIsHeldForTheAuthor(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n")
	p.box.fate = func(int, Request) (bool, Outcome) { return false, Stopped{Reason: "the key is not valid"} }
	p.ticks(n)
	p.once("alpha", 25, 25)
	if i := p.issue("post-alpha"); i.State != Held || i.Reason != "the key is not valid" {
		t.Fatalf("the issue is %s: %s", i.State, i.Reason)
	}
	p.expects(n, "alpha", "25 subscribers who chose each post: stopped before anybody was mailed, because the key is not valid")
	p.clock.forward(40 * 24 * time.Hour)
	p.box.fate = nil
	p.ticks(n)
	p.once("alpha", 25, 25)
	if err := n.Release(t.Context(), "post-alpha"); err == nil {
		t.Error("released what must be resumed")
	}
	if err := n.Resume(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.once("alpha", 25, 0)
}

func TestFailedIsCountedByReason(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n")
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call == 2 {
			return false, Failed{"the message is malformed"}
		}
		return true, Accepted{}
	}
	n.Workers = 1
	p.ticks(n)
	p.once("alpha", 25, 10)
	d, err := n.Show(t.Context(), "post-alpha")
	if err != nil || d.State != Closed || d.Counts != (Counts{Sent: 15, Failed: 10}) || len(d.Failures) != 1 || d.Failures[0] != (Failure{10, "the message is malformed"}) {
		t.Errorf("%+v, %v", d, err)
	}
	p.expects(n, "alpha", "25 subscribers who chose each post: mailed at 14:10 (10 failed: the message is malformed)")
	if last := p.said[len(p.said)-1]; last != "mailed 15 subscribers (10 failed)" {
		t.Errorf("said %q", last)
	}
}

func TestOneBadRecipientKeepsNobodyElseFromTheirMail(t *testing.T) {
	p, n := due(t, 25, "")
	p.box.fate = func(_ int, r Request) (bool, Outcome) {
		for _, to := range r.To {
			if to.Address == "reader7@readers.example" {
				return false, BadRecipient{"a recipient is not an address"}
			}
		}
		return true, Accepted{}
	}
	p.ticks(n)
	p.once("alpha", 25, 1)
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Sent: 24, Failed: 1}) {
		t.Errorf("the issue is %s with %+v", i.State, i.Counts)
	}
}

func TestUncertainIsSettledByTheLog(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		t.Run(fmt.Sprint("arrived ", arrived), func(t *testing.T) {
			p, n := due(t, 25, "  batch: 10\n")
			var id string
			p.box.fate = func(call int, r Request) (bool, Outcome) {
				if call == 2 {
					id = r.MessageID
					return arrived, Uncertain{"status 502"}
				}
				return true, Accepted{}
			}
			n.Workers = 1
			p.ticks(n)
			calls := p.box.calls
			p.clock.forward(29 * time.Minute)
			p.ticks(n)
			if p.box.calls != calls {
				t.Error("it was sent again before the log was asked")
			}
			if i := p.issue("post-alpha"); i.State != Sending {
				t.Errorf("the issue is %s", i.State)
			}
			p.clock.forward(time.Minute)
			p.ticks(n)
			p.once("alpha", 25, 0)
			if p.box.ids[id] != 1 {
				t.Errorf("the Message-Id of the uncertain request arrived %d times", p.box.ids[id])
			}
			if i := p.issue("post-alpha"); i.State != Closed || i.Counts.Sent != 25 {
				t.Errorf("the issue is %s with %+v", i.State, i.Counts)
			}
		})
	}
}

func TestWithoutALogTheAuthorDecides(t *testing.T) {
	for _, name := range []string{"no events", "no key", "no answer"} {
		t.Run(name, func(t *testing.T) {
			p, n := due(t, 25, "  batch: 10\n")
			p.box.silent = errors.New("no answer")
			switch name {
			case "no events":
				n.Events = nil
			case "no key":
				p.box.silent = ErrNoLog
			}
			p.box.fate = func(call int, _ Request) (bool, Outcome) {
				if call == 2 {
					return false, Uncertain{"timeout"}
				}
				return true, Accepted{}
			}
			n.Workers = 1
			p.ticks(n)
			p.clock.forward(time.Hour)
			p.ticks(n)
			if name == "no answer" {
				if i := p.issue("post-alpha"); i.State != Sending {
					t.Errorf("after an hour without an answer the issue is %s", i.State)
				}
				p.clock.forward(20 * time.Hour)
				p.ticks(n)
			}
			i := p.issue("post-alpha")
			if i.State != Held || !strings.Contains(i.Reason, "10 subscribers") {
				t.Fatalf("the issue is %s: %s", i.State, i.Reason)
			}
			if err := n.Resume(t.Context(), "post-alpha"); err != nil {
				t.Fatal(err)
			}
			p.ticks(n)
			p.once("alpha", 25, 10)
			if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Sent: 15, Failed: 10}) {
				t.Errorf("the issue is %s with %+v", i.State, i.Counts)
			}
		})
	}
}

func TestALostMailStopsTheIssueInsteadOfTheEngine(t *testing.T) {
	p, n := due(t, 5, "")
	p.box.fate = func(int, Request) (bool, Outcome) { return false, Throttled{Until: p.clock.now().Add(time.Hour)} }
	p.work(n)
	i := p.issue("post-alpha")
	l, err := n.readList(t.Context(), i.ID, i.Freeze)
	if err != nil {
		t.Fatal(err)
	}
	key := messageKey(i.ID, i.Freeze, l.head.Groups[0].Group)
	o, err := p.state().Head(t.Context(), key)
	if err == nil {
		err = p.state().Delete(t.Context(), key, o.ETag)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.box.fate = nil
	p.clock.forward(time.Hour)
	_ = p.engine().Work(t.Context())
	if i := p.issue("post-alpha"); i.State != Held || i.Reason != "its frozen mail is lost" {
		t.Errorf("the issue is %s: %s", i.State, i.Reason)
	}
	p.once("alpha", 5, 5)
}

func TestAStoppedIssueCanBeEnded(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n")
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call > 1 {
			return false, Stopped{Reason: "the account is closed"}
		}
		return true, Accepted{}
	}
	n.Workers = 1
	p.ticks(n)
	if err := n.Cancel(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.box.fate = nil
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.once("alpha", 25, 15)
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Sent: 10, Failed: 15}) || i.Reason != "ended by the author" {
		t.Errorf("the issue is %s with %+v: %s", i.State, i.Counts, i.Reason)
	}
	if w, err := n.witnessOf(t.Context(), "post-alpha"); err != nil || w.Closed.IsZero() {
		t.Errorf("its witness says %+v, %v", w, err)
	}
	if o, err := n.loadOutbox(t.Context()); err != nil || len(o.Issues) > 0 {
		t.Errorf("the outbox holds %v, %v", o.Issues, err)
	}
}

// TestAnIssueToNobodyIsNotHeld: of an empty list nothing was sent, whatever was restored.
func TestAnIssueToNobodyIsNotHeld(t *testing.T) {
	p, n := due(t, 0, "")
	p.ticks(n)
	_, err := n.changeIssue(t.Context(), "post-alpha", func(i *Issue) error {
		if i.State != Closed || !i.begun() || i.Recipients > 0 {
			t.Fatalf("the issue is %s, for %d", i.State, i.Recipients)
		}
		i.State, i.Ended = Sending, time.Time{} // as before its end
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.HoldBegun(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i := p.issue("post-alpha"); i.State != Sending {
		t.Errorf("the issue is %s", i.State)
	}
}

// TestAnIssueToNobodyIsNotHeldForItsWitness: nor for a witness of which the state does not know.
func TestAnIssueToNobodyIsNotHeldForItsWitness(t *testing.T) {
	p, n := due(t, 0, "")
	dying := p.over(&flaky{last: puts("/" + witnessPrefix + "post-alpha")})
	if err := dying.Work(t.Context()); err == nil {
		t.Fatal("the run did not die")
	}
	_, err := n.changeIssue(t.Context(), "post-alpha", func(i *Issue) error {
		i.Freeze = "" // as in a backup
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.hours(p.engine())
	if i := p.issue("post-alpha"); i.State != Closed {
		t.Errorf("the issue is %s: %s", i.State, i.Reason)
	}
}

func TestAfterARestoreEveryBegunIssueCanBeHeld(t *testing.T) {
	p, n := due(t, 25, "")
	p.box.fate = func(int, Request) (bool, Outcome) { return false, Throttled{Until: p.clock.now().Add(time.Hour)} }
	p.work(n)
	p.write("beta")
	p.announce(n, "beta")
	if err := n.HoldBegun(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := p.issue("post-alpha"), p.issue("post-beta"); a.State != Held || b.State != Waiting {
		t.Errorf("begun: %s, waiting: %s", a.State, b.State)
	}
	p.box.fate = nil
	p.clock.forward(2 * time.Hour)
	p.ticks(n)
	p.once("alpha", 25, 25)
	p.once("beta", 25, 0)
	if err := n.Resume(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.once("alpha", 25, 0)
}
