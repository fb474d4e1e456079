package newsletter

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

const week = "weekly-2026-W48"

// standpoints are places in which there is something to do: a post and, later, a digest.
var standpoints = map[string]func(p *place, n *Newsletter){
	"the post is due": func(p *place, _ *Newsletter) { p.clock.forward(10 * time.Minute) },
	"the post is on its way": func(p *place, n *Newsletter) {
		p.clock.forward(10 * time.Minute)
		p.fate(1, Throttled{Until: p.clock.now().Add(time.Hour)})
		p.work(n)
		p.clock.forward(time.Hour)
	},
	"the post was stopped": func(p *place, n *Newsletter) {
		p.clock.forward(10 * time.Minute)
		p.fate(1, Stopped{Reason: "the key is not valid"})
		p.work(n)
		p.clock.forward(time.Hour)
	},
	"the post is held": func(p *place, n *Newsletter) {
		p.clock.forward(72 * time.Hour)
		p.work(n)
	},
	"the digest is due": func(p *place, n *Newsletter) {
		p.clock.forward(10 * time.Minute)
		p.ticks(n)
		p.clock.set(friday)
	},
	"the digest is held": func(p *place, n *Newsletter) {
		p.clock.forward(10 * time.Minute)
		p.ticks(n)
		p.clock.set(friday.Add(72 * time.Hour))
		p.ticks(n)
	},
}

// fate lets Mailgun take some mails of what is sent before it answers another thing.
func (p *place) fate(takes int32, then Outcome) {
	var calls atomic.Int32
	p.box.fate = func(_ int, r Request) (bool, Outcome) {
		if !strings.HasPrefix(r.MessageID, "post-") || calls.Add(1) <= takes {
			return true, Accepted{}
		}
		return false, then
	}
}

// doings are what two runs may be at, at the same time.
var doings = map[string]func(ctx context.Context, n *Newsletter) error{
	"a tick": func(ctx context.Context, n *Newsletter) error {
		err := n.OpenDigests(ctx)
		if err == nil {
			err = n.Work(ctx)
		}
		return err
	},
	"announcing":            func(ctx context.Context, n *Newsletter) error { return n.Announce(ctx, "alpha") },
	"sending it now":        func(ctx context.Context, n *Newsletter) error { return n.SendNow(ctx, "post-alpha") },
	"cancelling":            func(ctx context.Context, n *Newsletter) error { return n.Cancel(ctx, "post-alpha") },
	"releasing":             func(ctx context.Context, n *Newsletter) error { return n.Release(ctx, "post-alpha") },
	"resuming":              func(ctx context.Context, n *Newsletter) error { return n.Resume(ctx, "post-alpha") },
	"cancelling the digest": func(ctx context.Context, n *Newsletter) error { return n.Cancel(ctx, week) },
	"releasing the digest":  func(ctx context.Context, n *Newsletter) error { return n.Release(ctx, week) },
}

// pair is two runs, of which the second comes in between two requests of the first.
type pair struct {
	standpoint, first, second string
	at                        int64 // the request before which the second comes; 0: never
	last                      int64 // the write after which the second dies; 0: it does not
}

func (c pair) String() string {
	return fmt.Sprintf("%s, %s, %s before request %d, dying after write %d", c.standpoint, c.first, c.second, c.at, c.last)
}

func pairPlace(t *testing.T) (*place, *Newsletter) {
	t.Helper()
	p := newPlace(t)
	p.settings += "  batch: 1\n"
	p.save()
	for _, name := range []string{"ann", "ben", "cem"} {
		p.subscribe(name, audience.Each)
	}
	p.subscribe("wim", audience.Weekly)
	n := p.engine()
	n.Workers = 1
	p.ticks(n)
	p.write("alpha")
	p.announce(n, "alpha")
	p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
	doings["a tick"](t.Context(), n)
	return p, n
}

// play lets it happen, and tells how many requests the first made and how many writes the second.
func (c pair) play(t *testing.T) (requests, writes int64) {
	p, requests, writes := c.between(t, func(ctx context.Context, p *place, g *flaky) error { return doings[c.second](ctx, p.over(g)) })
	c.judge(p)
	return requests, writes
}

// between does the first, and the second, on a network of its own, where it comes in between.
func (c pair) between(t *testing.T, second func(ctx context.Context, p *place, g *flaky) error) (p *place, requests, writes int64) {
	p, n := pairPlace(t)
	standpoints[c.standpoint](p, n)
	p.box.fate = nil
	var wrote atomic.Int64
	f := &flaky{at: c.at}
	f.happens = func() {
		g := &flaky{last: func(r *http.Request) bool { return r.Method == http.MethodPut && wrote.Add(1) == c.last }}
		_ = second(t.Context(), p, g)
	}
	_ = doings[c.first](t.Context(), p.over(f))
	return p, f.count.Load(), wrote.Load()
}

// judge lets hours go by, in which the author does what is left to them, and holds what
// came of it against what must.
func (c pair) judge(p *place) {
	p.t.Helper()
	n := p.engine()
	says := func(when string) {
		got := p.mailLines("alpha")
		want, err := n.Expect(p.t.Context(), p.catalog, p.catalog.Posts["alpha"])
		if err != nil || !slices.Equal(got, want) {
			p.t.Errorf("%s, the receipt says\n  %s\nand\n  %s\nis true (%v)", when, strings.Join(got, "\n  "), strings.Join(want, "\n  "), err)
		}
	}
	p.hours(n)
	says("two hours later")
	p.rest(n)
	says("in the end")
	got := p.box.each()
	cancels := map[string]bool{
		"post-alpha": c.first == "cancelling" || c.second == "cancelling",
		week:         c.first == "cancelling the digest" || c.second == "cancelling the digest",
	}
	for name, id := range map[string]string{"ann": "post-alpha", "ben": "post-alpha", "cem": "post-alpha", "wim": week} {
		times := got[name+"@readers.example alpha"]
		switch {
		case times > 1:
			p.t.Errorf("%s got it %d times", name, times)
		case times == 0 && !cancels[id] && !(id == week && cancels["post-alpha"]):
			p.t.Errorf("%s never got it", name)
		case times == 1 && p.issue(id).State == Cancelled:
			p.t.Errorf("%s got it, and it is cancelled", name)
		}
	}
}

// rest lets the author let go what is held, and time go by until the digest is mailed too.
func (p *place) rest(n *Newsletter) {
	p.t.Helper()
	all, err := n.List(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, i := range all {
		if i.State == Held && i.begun() {
			err = n.Resume(p.t.Context(), i.ID)
		} else if i.State == Held {
			err = n.Release(p.t.Context(), i.ID)
		}
		if err != nil {
			p.t.Error(err)
		}
	}
	p.hours(n)
	if p.clock.now().Before(friday) {
		p.clock.set(friday)
		p.hours(n)
	}
	o, err := n.loadOutbox(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, id := range slices.Sorted(maps.Keys(o.Issues)) {
		if i := p.issue(id); i.State != Waiting || !i.Due.After(p.clock.now()) {
			p.t.Errorf("%s is %s, due %v", id, i.State, i.Due)
		}
	}
}

// TestTwoRunsAtOnce has one run come in between two requests of another, whole, or dying
// after one of its writes, in each place where there is something to do. All of them take an
// hour: go test -run AtOnce -timeout 0 ./internal/newsletter -crash-step 1
func TestTwoRunsAtOnce(t *testing.T) {
	type of struct{ standpoint, doing string }
	var (
		mu               sync.Mutex // guards what follows
		requests, writes = map[of]int64{}, map[of]int64{}
	)
	t.Run("one after the other", func(t *testing.T) {
		for s := range standpoints {
			for d := range doings {
				t.Run(s+", "+d, func(t *testing.T) {
					r, _ := pair{s, d, d, 0, 0}.play(t)
					mu.Lock()
					defer mu.Unlock()
					requests[of{s, d}] = r
				})
				t.Run(s+", announcing and "+d, func(t *testing.T) {
					_, w := pair{s, "announcing", d, 1, 0}.play(t)
					mu.Lock()
					defer mu.Unlock()
					writes[of{s, d}] = w
				})
			}
		}
	})
	nth := 0
	for _, s := range slices.Sorted(maps.Keys(standpoints)) {
		for _, first := range slices.Sorted(maps.Keys(doings)) {
			for _, second := range slices.Sorted(maps.Keys(doings)) {
				for at := range requests[of{s, first}] {
					for last := range writes[of{s, second}] + 1 {
						if nth++; nth%(max(1, 6**crashStep-5)) != 0 {
							continue
						}
						c := pair{s, first, second, at + 1, last}
						t.Run(c.String(), func(t *testing.T) { c.play(t) })
					}
				}
			}
		}
	}
	t.Logf("%d pairs in all", nth)
}
