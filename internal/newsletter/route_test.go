package newsletter

import (
	"strings"
	"testing"
	"time"
)

// The sending domain was wrong, and an issue was stopped in the middle. What is left goes
// through the one that the settings name when the author says so; what was sent before is
// looked for where it was sent.
func TestAStoppedIssueGoesOnThroughTheMendedDomain(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n  domain: mg.notes.example\n")
	n.Workers = 1
	p.box.fate = func(call int, r Request) (bool, Outcome) {
		if r.Domain != "mg.notes.example" {
			t.Fatalf("it went through %s", r.Domain)
		}
		switch call {
		case 1:
			return true, Uncertain{"no answer came"}
		case 2:
			return true, Accepted{}
		}
		return false, Stopped{Reason: "Mailgun does not know the sending domain"}
	}
	p.work(n)
	if i := p.issue("post-alpha"); i.State != Held {
		t.Fatalf("the issue is %s", i.State)
	}
	p.settings = strings.Replace(p.settings, "domain: mg.notes.example", "domain: mail.notes.example", 1)
	p.save()
	p.box.fate = func(_ int, r Request) (bool, Outcome) {
		if r.Domain != "mail.notes.example" || !strings.HasSuffix(r.MessageID, "@mail.notes.example") || !strings.Contains(r.Message.From, "@mail.notes.example") {
			t.Errorf("%s from %s goes through %s", r.MessageID, r.Message.From, r.Domain)
		}
		return true, Accepted{}
	}
	if err := n.Resume(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.work(n)
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.once("alpha", 25, 0)
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts.Sent != 25 || p.box.calls != 4 {
		t.Errorf("the issue is %s with %+v after %d requests", i.State, i.Counts, p.box.calls)
	}
}
