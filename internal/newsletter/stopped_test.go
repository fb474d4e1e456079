package newsletter

import (
	"strings"
	"testing"
	"time"
)

// An issue is stopped while nobody knows of some of its requests, and the author takes more
// than a day to resume it. The log is asked while it can still tell, so everybody gets it.
func TestWhatIsUncertainIsFoundOutWhileTheIssueIsStopped(t *testing.T) {
	p, n := due(t, 30, "  batch: 10\n")
	n.Workers = 1
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		return call == 2, []Outcome{Uncertain{"no answer"}, Uncertain{"no answer"}, Stopped{Reason: "the key is not valid"}}[call-1]
	}
	p.work(n)
	p.once("alpha", 30, 20)
	if i := p.issue("post-alpha"); i.State != Held || !strings.Contains(i.Reason, "the key is not valid") {
		t.Fatalf("the issue is %s: %s", i.State, i.Reason)
	}
	p.box.fate = nil
	for range 26 {
		p.clock.forward(time.Hour)
		p.work(n)
	}
	p.once("alpha", 30, 20)
	p.expects(n, "alpha", "30 subscribers who chose each post: stopped when 10 of 30 were mailed, because the key is not valid")
	if err := n.Resume(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.once("alpha", 30, 0)
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Sent: 30}) {
		t.Errorf("the issue is %s with %+v", i.State, i.Counts)
	}
}

// Some are mailed after a backup in which the issue is stopped, and the backup is put back.
// The author resumes it there, through another domain: what that writes into its progress does
// not hide that the progress is an old one.
func TestAResumeDoesNotHideARestore(t *testing.T) {
	p, n := due(t, 3, "  domain: mg.notes.example\n  batch: 1\n")
	n.Workers = 1
	p.box.fate = func(int, Request) (bool, Outcome) { return false, Stopped{Reason: "the key is not valid"} }
	p.work(n)
	old := p.snapshot()
	if err := n.Resume(t.Context(), "post-alpha"); err != nil {
		t.Fatal(err)
	}
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call > 2 {
			return false, Throttled{Until: p.clock.now().Add(time.Hour)}
		}
		return true, Accepted{}
	}
	p.work(n)
	p.once("alpha", 3, 2)
	p.restore(old, func(string) bool { return true })
	p.settings = strings.Replace(p.settings, "mg.notes.example", "news.notes.example", 1)
	p.save()
	p.box.fate = nil
	for range 2 {
		n = p.engine()
		if err := n.Resume(t.Context(), "post-alpha"); err != nil {
			t.Fatal(err)
		}
		p.ticks(n)
	}
	p.once("alpha", 3, 2) // nobody knows who got it, so nobody else does
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Failed: 3}) {
		t.Errorf("the issue is %s with %+v", i.State, i.Counts)
	}
}
