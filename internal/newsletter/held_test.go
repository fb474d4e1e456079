package newsletter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/receipt"
)

func TestALatePostIsHeldUntilReleased(t *testing.T) {
	p, n := annAndBob(t)
	p.write("old", func(e *catalog.Entry) {
		e.Date, e.GoLive, e.Late = monday.AddDate(-2, 0, 0), monday.AddDate(-2, 0, 0), true
	})
	p.announce(n, "old")
	p.expects(n, "old", "nobody yet: held until you release it, because its date, 23 November 2024, was more than 2 days before its upload on 23 November 2026")
	p.clock.set(time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC))
	p.ticks(n)
	p.mails()
	if err := n.Release(t.Context(), "post-old"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.mails("ann: old")
	p.clock.set(time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC))
	p.ticks(n)
	p.mails("ann: old", "bob: old")
}

func TestAHeldIssueExpires(t *testing.T) {
	p, n := annAlone(t)
	p.write("old", func(e *catalog.Entry) { e.Late = true })
	p.announce(n, "old")
	for range 31 {
		p.clock.forward(24 * time.Hour)
		p.ticks(n)
	}
	p.mails()
	if i := p.issue("post-old"); i.State != Closed || i.Reason != "held for 30 days and never released" {
		t.Errorf("the issue is %s: %s", i.State, i.Reason)
	}
	if err := n.Release(t.Context(), "post-old"); err == nil {
		t.Error("an expired issue can be released")
	}
}

func TestACrowdIsHeldAsAWhole(t *testing.T) {
	p, n := annAlone(t)
	var ids []string
	for k := range 4 {
		ids = append(ids, fmt.Sprintf("new%d", k))
		p.write(ids[k], func(e *catalog.Entry) { e.GoLive = e.GoLive.Add(time.Duration(20*k) * time.Minute) })
	}
	p.announce(n, ids...)
	p.clock.forward(70 * time.Minute)
	p.ticks(n)
	p.mails()
	for _, id := range ids {
		if i := p.issue("post-" + id); i.State != Held || !strings.Contains(i.Reason, "4 posts were published within one hour") {
			t.Errorf("%s is %s: %s", i.ID, i.State, i.Reason)
		}
	}
	if err := n.Release(t.Context(), "post-new2"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.mails("ann: new2")
}

func TestThreeInAnHourAreNotACrowd(t *testing.T) {
	p, n := annAlone(t)
	p.write("early", func(e *catalog.Entry) { e.GoLive = e.GoLive.Add(-61 * time.Minute) })
	for _, id := range []string{"one", "two", "three"} {
		p.write(id)
	}
	p.write("lateone", func(e *catalog.Entry) { e.Late = true })
	p.write("quiet", func(e *catalog.Entry) { e.Mailing = post.MailNone })
	p.announce(n, "early", "one", "two", "three", "lateone", "quiet")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	got := p.box.each()
	for _, id := range []string{"early", "one", "two", "three"} {
		if got["ann@readers.example "+id] != 1 {
			t.Errorf("%s was mailed %d times", id, got["ann@readers.example "+id])
		}
	}
	if len(got) != 4 {
		t.Errorf("mailed %v", got)
	}
}

func TestAnIssueOverdueByADayIsHeld(t *testing.T) {
	p, n := annAlone(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(26 * time.Hour)
	p.ticks(n)
	p.mails()
	p.expects(n, "alpha", "nobody yet: held until you release it, because it should have gone out on Monday 23 November, 14:10, more than a day ago")

	p.write("beta")
	p.announce(n, "beta")
	p.clock.forward(20 * time.Hour)
	p.ticks(n)
	p.mails("ann: beta")
}

// A digest that goes out late is still that of its week, and says what is in it.
func TestAReleasedDigestKeepsItsTime(t *testing.T) {
	p, n := annAndBob(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	p.clock.set(time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC))
	p.ticks(n)
	said := func() string {
		d, err := n.Show(t.Context(), "weekly-2026-W48")
		if err != nil {
			t.Fatal(err)
		}
		return d.Title + ": " + strings.Join(d.Lines, "; ")
	}
	const title = "The weekly digest of Friday 27 November, 09:00: "
	if got, want := said(), title+"held until you release it, because it should have gone out on Friday 27 November, 09:00, more than a day ago; In it: The alpha piece"; got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	if err := n.Release(t.Context(), "weekly-2026-W48"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	if got, want := said(), title+"mailed 1 subscriber; In it: The alpha piece"; got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
	if d := p.box.got[len(p.box.got)-1]; !strings.Contains(d.text, "20–27 November 2026") {
		t.Errorf("the digest says\n%s", d.text)
	}
}

// What becomes of a digest stands in the receipts of its posts.
func TestReceiptsSayWhatBecameOfADigest(t *testing.T) {
	due := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		act  func(p *place, n *Newsletter) error
		want string
	}{
		"held":      {func(*place, *Newsletter) error { return nil }, "1 weekly subscriber: nobody yet, the digest of Friday 27 November, 09:00 is held until you release it, because it should have gone out on Friday 27 November, 09:00, more than a day ago"},
		"released":  {func(p *place, n *Newsletter) error { return n.Release(t.Context(), "weekly-2026-W48") }, "1 weekly subscriber: mailed in the digest of Monday 30 November, 09:00"},
		"cancelled": {func(p *place, n *Newsletter) error { return n.Cancel(t.Context(), "weekly-2026-W48") }, "weekly subscribers: nobody, the digest of Friday 27 November, 09:00 was cancelled by you"},
		"forgotten": {func(p *place, n *Newsletter) error {
			for range 31 {
				p.clock.forward(24 * time.Hour)
				p.ticks(n)
			}
			return nil
		}, "weekly subscribers: nobody, the digest of Friday 27 November, 09:00 was held for 30 days and never released"},
	} {
		t.Run(name, func(t *testing.T) {
			p, n := annAndBob(t)
			p.write("alpha")
			p.announce(n, "alpha")
			p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
			p.clock.forward(time.Hour)
			p.ticks(n)
			p.clock.set(due.Add(72 * time.Hour)) // nothing ran in between
			p.ticks(n)
			if err := c.act(p, n); err != nil {
				t.Fatal(err)
			}
			p.ticks(n)
			want := append([]string{"1 subscriber who chose each post: mailed on Monday 23 November, 15:00"}, c.want)
			if lines := receipt.Mail([]byte(p.read("receipts/posts/alpha.md.txt"))); !slices.Equal(lines, want) {
				t.Errorf("the receipt says\n  %s\nwant\n  %s", strings.Join(lines, "\n  "), strings.Join(want, "\n  "))
			}
			p.expects(n, "alpha", want...)
		})
	}
}

// Whoever got a post with its own mail has it; the digests leave it out once it says so.
func TestReceiptsSayThatDigestsLeaveAPostOut(t *testing.T) {
	p, n := annAndBob(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.edit("alpha", func(e *catalog.Entry) { e.Mailing = post.MailNone })
	p.expects(n, "alpha", "1 subscriber who chose each post: mailed at 15:00", "1 weekly subscriber: not mailed, because the post says email: none")
}

// TestALateLookIsNotNoted: a run that looked at an issue before its author released it says
// nothing of it afterwards: it would be looked at again a week later.
func TestALateLookIsNotNoted(t *testing.T) {
	p, n := due(t, 2, "")
	p.clock.forward(72 * time.Hour)
	p.ticks(n)
	seen := p.issue("post-alpha")
	if seen.State != Held {
		t.Fatalf("the issue is %s", seen.State)
	}
	if err := n.Release(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	if err := p.engine().note(t.Context(), map[string]*Issue{"post-alpha": seen}); err != nil {
		t.Fatal(err)
	}
	p.ticks(p.engine())
	p.once("alpha", 2, 0)
}

// TestARecordRestoredWithoutTheOutbox is looked at all the same.
func TestARecordRestoredWithoutTheOutbox(t *testing.T) {
	p, n := due(t, 2, "")
	_, err := n.changeOutbox(t.Context(), func(o *outbox) bool {
		h := o.Issues["post-alpha"]
		h.Generation += 10
		return o.put("post-alpha", h)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Repair(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := n.loadOutbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if h, i := o.Issues["post-alpha"], p.issue("post-alpha"); h.Generation != i.Generation || h.State != i.State {
		t.Errorf("the outbox says %+v of generation %d", h, i.Generation)
	}
	p.ticks(n)
	p.once("alpha", 2, 0)
}
