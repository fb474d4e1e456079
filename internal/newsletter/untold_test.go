package newsletter

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
)

// untold is an act of which a run that dies in it leaves something untold.
type untold struct {
	ready func(p *place, n *Newsletter)
	act   func(n *Newsletter) error
	again bool // whoever asked for it asks again
	want  string
	late  string // the issue that may be on its way by then: the act is refused
}

func untolds() map[string]untold {
	tick := func(n *Newsletter) error { return n.Work(context.Background()) }
	cancelled := "nobody, the digest of Friday 27 November, 09:00 was cancelled by you"
	opened := func(p *place, n *Newsletter) { // the post was mailed, and the week's digest waits
		p.clock.forward(time.Hour)
		p.ticks(n)
		p.clock.set(friday)
		if err := n.OpenDigests(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
	}
	return map[string]untold{
		"held": {
			func(p *place, _ *Newsletter) { p.clock.forward(72 * time.Hour) }, tick, false,
			"nobody yet: held until you release it", "",
		},
		"stopped": {
			func(p *place, _ *Newsletter) {
				p.clock.forward(time.Hour)
				p.box.fate = func(int, Request) (bool, Outcome) { return false, Stopped{Reason: "the key is not valid"} }
			}, tick, false, "stopped before anybody was mailed, because the key is not valid", "",
		},
		"cancelled": {
			func(*place, *Newsletter) {}, func(n *Newsletter) error { return n.Cancel(context.Background(), "post-alpha") }, true,
			"nobody: you cancelled it", "",
		},
		"cancelled when it is due": {
			func(p *place, _ *Newsletter) { p.clock.forward(time.Hour) },
			func(n *Newsletter) error { return n.Cancel(context.Background(), "post-alpha") }, true,
			"nobody: you cancelled it", "post-alpha",
		},
		"cancelled, and forgotten by a restore": {
			func(p *place, n *Newsletter) {
				if err := n.Cancel(p.t.Context(), "post-alpha"); err != nil {
					p.t.Fatal(err)
				}
				p.restore(nil, nil)
				p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
			},
			func(n *Newsletter) error {
				if err := n.Announce(context.Background(), "alpha"); err != nil {
					return err
				}
				return n.Work(context.Background())
			}, true, "nobody: you cancelled it", "",
		},
		"a digest cancelled": {
			opened, func(n *Newsletter) error { return n.Cancel(context.Background(), week) }, true, cancelled, week,
		},
		"a digest cancelled, and a run finds it out": {
			func(p *place, n *Newsletter) {
				opened(p, n)
				if _, err := n.forbid(p.t.Context(), p.issue(week), p.clock.now()); err != nil {
					p.t.Fatal(err)
				}
			}, tick, false, cancelled, "",
		},
	}
}

// begin is a place in which the act can be done.
func (u untold) begin(t *testing.T) *place {
	t.Helper()
	p, n := annAndBob(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
	u.ready(p, n)
	return p
}

// settle lets two hours go by: then the receipt must say how the issue stands.
func (u untold) settle(p *place, n *Newsletter) {
	p.t.Helper()
	p.hours(n)
	says := strings.Join(p.mailLines("alpha"), "\n")
	if u.late != "" && p.issue(u.late).State == Closed {
		return
	}
	if !strings.Contains(says, u.want) {
		p.t.Errorf("the receipt says\n%s", says)
	}
}

// TestReceiptsSayWhatADyingRunLeftUntold loses each request of a run that holds, stops or
// cancels an issue, with all that follow or alone, before or after its effect. Within two
// hours the receipt of the post says how the issue stands: nobody looks at it by itself before a
// week has passed, if ever.
func TestReceiptsSayWhatADyingRunLeftUntold(t *testing.T) {
	step := max(1, int64(*crashStep)/5)
	for name, u := range untolds() {
		// try lets the request with a number be lost, and tells how many there were.
		try := func(t *testing.T, f *flaky) int64 {
			p := u.begin(t)
			n := p.over(f)
			err := u.act(n)
			made := f.count.Load()
			if f.kills {
				n = p.engine()
			}
			if u.again && err != nil {
				if err := u.act(n); err != nil {
					t.Fatal(err)
				}
			}
			u.settle(p, n)
			return made
		}
		t.Run(name, func(t *testing.T) {
			total := try(t, &flaky{})
			for at := int64(0); at < total; at += step {
				for kind := range 4 {
					f := &flaky{at: at + 1, kills: kind < 2, after: kind%2 == 1}
					t.Run(fmt.Sprintf("at %d, kills: %t, after its effect: %t", f.at, f.kills, f.after), func(t *testing.T) { try(t, f) })
				}
			}
		})
	}
}

// TestARunBesideADyingOneTellsWhatItFinds has a run move an issue and die before it tells
// it, at each request of a tick: whoever finds the issue moved tells it, or leaves it to
// the next tick.
func TestARunBesideADyingOneTellsWhatItFinds(t *testing.T) {
	step := max(1, int64(*crashStep)/5)
	for name, u := range untolds() {
		// try lets the other run die before the request with a number, and tells how many there were.
		try := func(t *testing.T, at int64) int64 {
			p := u.begin(t)
			f := &flaky{at: at}
			f.happens = func() {
				_ = u.act(p.over(&flaky{last: puts("/issue.json")}))
			}
			n := p.over(f)
			if err := n.Work(t.Context()); err != nil {
				t.Log(err)
			}
			if at > 0 && at <= f.count.Load() {
				u.settle(p, n)
			}
			return f.count.Load()
		}
		t.Run(name, func(t *testing.T) {
			total := try(t, 0)
			for at := int64(1); at <= total; at += step {
				t.Run(fmt.Sprintf("at %d", at), func(t *testing.T) { try(t, at) })
			}
		})
	}
}

// A run holds an issue and dies before it tells it, and the author's release dies before it
// begins: what the outbox says that was told is still not forgotten.
func TestAReleaseThatDiesDoesNotHideWhatIsUntold(t *testing.T) {
	u := untolds()["held"]
	p := u.begin(t)
	if err := p.over(&flaky{last: puts("/issue.json")}).Work(t.Context()); err == nil {
		t.Fatal("it did not die")
	}
	if err := p.over(&flaky{last: puts("/outbox.json")}).Release(t.Context(), "post-alpha"); err == nil {
		t.Fatal("it did not die")
	}
	u.settle(p, p.engine())
}

// A process dies while it releases an issue, and its last request arrives after a tick saw
// the issue as it was. It is not left to the week in which nobody looks at what is held.
func TestAReleaseArrivesLate(t *testing.T) {
	p, n := annAlone(t)
	p.write("old", func(e *catalog.Entry) { e.Late = true })
	p.announce(n, "old")
	f := &flaky{at: 1, kills: true, only: puts("/issue.json")}
	if err := p.over(f).Release(t.Context(), "post-old"); err == nil {
		t.Fatal("it did not die")
	}
	p.ticks(n)
	if _, err := n.changeIssue(t.Context(), "post-old", func(i *Issue) error { return i.release(p.clock.now()) }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p.clock.forward(8 * time.Minute)
		p.ticks(n)
	}
	p.mails("ann: old")
}

// The author releases an issue and cancels it before the release has told the receipt, and
// the process of the release dies in the middle of that: what it knew is older than what the
// other has written.
func TestADyingRunDoesNotOverwriteWhatWasToldSince(t *testing.T) {
	// try has the cancelling happen before a request of the release, and tells how many there were.
	try := func(t *testing.T, at int64) int64 {
		p, n := annAndBob(t)
		p.write("old", func(e *catalog.Entry) { e.Late = true })
		p.announce(n, "old")
		p.upload("receipts/posts/old.md.txt", "Published: its page is on the site.\n")
		var cancelled atomic.Bool
		f := &flaky{at: at, happens: func() {
			if err := n.Cancel(t.Context(), "post-old"); err != nil {
				t.Error(err)
			}
			cancelled.Store(true)
		}}
		f.last = func(r *http.Request) bool {
			return cancelled.Load() && r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/content/receipts/posts/")
		}
		_ = p.over(f).Release(t.Context(), "post-old")
		if !cancelled.Load() {
			return f.count.Load()
		}
		p.hours(n)
		says := strings.Join(p.mailLines("old"), "\n")
		if !strings.Contains(says, "nobody: you cancelled it") {
			t.Errorf("the receipt says\n%s", says)
		}
		return f.count.Load()
	}
	t.Run("all", func(t *testing.T) {
		total := try(t, 0)
		for at := range total {
			t.Run(fmt.Sprintf("before request %d", at+1), func(t *testing.T) { try(t, at+1) })
		}
	})
}
