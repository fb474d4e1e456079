package newsletter

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
)

// crashStep makes the tests below die at every n-th request only, because all of
// them take minutes: go test -run Anywhere ./internal/newsletter -crash-step 1
var crashStep = flag.Int("crash-step", 23, "die at every n-th request")

// story is what happens in the crash tests: a post is announced and sent in three
// batches, some time passes, and the week's digest follows. The run is on a network
// that may be lost for good; then the story ends there.
func story(p *place, n *Newsletter, f *flaky) error {
	ctx := p.t.Context()
	announce := func() error { return n.Announce(ctx, "alpha") } // as long as publishing owes it
	digests, work := func() error { return n.OpenDigests(ctx) }, func() error { return n.Work(ctx) }
	pass := func() error { p.clock.forward(31 * time.Minute); return nil }
	friday := func() error { p.clock.set(friday); return nil }
	var errs []error
	for _, step := range []func() error{
		digests, announce, work, work,
		pass, announce, work, work, pass, work,
		friday, digests, work, work, pass, digests, work, work, pass, work,
	} {
		errs = append(errs, step())
		if f.kills && f.count.Load() >= f.at {
			break
		}
	}
	return errors.Join(errs...)
}

func storyPlace(t *testing.T) *place {
	p := newPlace(t)
	p.settings += "  batch: 2\n"
	p.save()
	for _, name := range []string{"ann", "ben", "cem", "dee", "eve"} {
		p.subscribe(name, audience.Each)
	}
	p.subscribe("wim", audience.Weekly)
	p.subscribe("zoe", audience.Weekly)
	if err := p.engine().OpenDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.write("alpha")
	return p
}

func noUndo(o *Options) { o.Undo = 0 }

// storyEnds lets fresh runs finish whatever was left, and requires that everybody
// got the post exactly once.
func storyEnds(p *place, alone bool, hint string) {
	p.t.Helper()
	n := p.engine(noUndo, func(o *Options) { o.Alone = alone })
	p.announce(n, "alpha") // publishing still owes it, if it was not done
	rest := func() {
		for range 4 {
			p.ticks(n)
			p.clock.forward(31 * time.Minute)
		}
	}
	rest()
	for _, at := range []time.Time{friday, nextFriday} {
		if p.clock.now().Before(at) {
			p.clock.set(at)
		}
		rest()
	}
	got := p.box.each()
	for _, name := range []string{"ann", "ben", "cem", "dee", "eve", "wim", "zoe"} {
		if c := got[name+"@readers.example alpha"]; c != 1 {
			p.t.Errorf("%s: %s got the post %d times", hint, name, c)
			return
		}
	}
	o, err := n.loadOutbox(p.t.Context())
	if err != nil || len(o.Issues) > 0 || o.Freezing != nil {
		p.t.Errorf("%s: the outbox still holds %v, freezing %v, %v", hint, o.Issues, o.Freezing, err)
	}
}

// requests is how many requests of the story an undisturbed run makes.
func requests(t *testing.T) int64 {
	t.Helper()
	p := storyPlace(t)
	f := &flaky{}
	if err := story(p, p.over(f, noUndo), f); err != nil {
		t.Fatal(err)
	}
	storyEnds(p, true, "undisturbed")
	return f.count.Load()
}

// TestDyingAnywhereNeitherRepeatsNorSkips kills the run at each of its requests to
// S3 and Mailgun, once before the request had its effect and once after, and lets a
// fresh run go on.
func TestDyingAnywhereNeitherRepeatsNorSkips(t *testing.T) {
	total := requests(t)
	t.Logf("the story takes %d requests", total)
	step := int64(*crashStep)
	for at := int64(1); at <= total; at += step {
		for _, after := range []bool{false, true} {
			name := fmt.Sprintf("at %d, after its effect: %t", at, after)
			t.Run(name, func(t *testing.T) {
				p := storyPlace(t)
				f := &flaky{at: at, after: after, kills: true}
				_ = story(p, p.over(f, noUndo), f)
				if f.count.Load() < at-5 { // batches posted at once make a few requests more or less
					t.Errorf("the story ended after %d requests", f.count.Load())
				}
				storyEnds(p, at%2 == 0, name)
			})
		}
	}
}

// TestLosingAnAnswerAnywhereNeitherRepeatsNorSkips loses one request, or only its answer, and
// lets the same run go on.
func TestLosingAnAnswerAnywhereNeitherRepeatsNorSkips(t *testing.T) {
	total := requests(t)
	step := int64(*crashStep)
	for at := int64(1); at <= total; at += step {
		for _, after := range []bool{false, true} {
			name := fmt.Sprintf("at %d, after its effect: %t", at, after)
			t.Run(name, func(t *testing.T) {
				p := storyPlace(t)
				f := &flaky{at: at, after: after}
				n := p.over(f, noUndo)
				_ = story(p, n, f) // errors are what is being tried
				storyEnds(p, false, name)
			})
		}
	}
}

// TestManyRunsAtOnce lets several runs, some of which die, work on the same issues.
func TestManyRunsAtOnce(t *testing.T) {
	p := newPlace(t)
	p.settings += "  batch: 3\n  max_per_hour: 10\n"
	p.save()
	const readers = 60
	p.crowdOf(readers)
	ids := []string{"alpha", "beta", "gamma"}
	for _, id := range ids {
		p.write(id)
	}
	var wg sync.WaitGroup
	for k := range 6 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(k), 1))
			for round := range 4 {
				f := &flaky{at: r.Int64N(120) + 1, after: r.IntN(2) == 0, kills: true}
				if round == 3 {
					f.at = 0
				}
				n := p.over(f, noUndo)
				_ = n.AnnounceAll(t.Context(), ids)
				for range 4 {
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					_ = n.Work(ctx)
					cancel()
				}
			}
		})
	}
	wg.Wait()
	n := p.engine(noUndo)
	for range 4 {
		p.clock.forward(33 * time.Minute)
		p.announce(n, ids...)
		p.ticks(n)
	}
	for _, id := range ids {
		p.once(id, readers, 0)
		if i := p.issue("post-" + id); i.State != Closed {
			t.Errorf("%s is %s: %s", i.ID, i.State, i.Reason)
		}
	}
}

// TestStoppingInTimeLeavesNothingUncertain: a run whose time is over gives back what
// it has not posted.
func TestStoppingInTimeLeavesNothingUncertain(t *testing.T) {
	p, n := due(t, 25, "  batch: 5\n")
	n.Workers = 1
	ctx, cancel := context.WithCancel(t.Context())
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call == 2 {
			cancel()
		}
		return true, Accepted{}
	}
	_ = n.Work(ctx)
	pr := &progress{}
	if err := n.read(t.Context(), progressKey("post-alpha"), pr); err != nil {
		t.Fatal(err)
	}
	if pr.Counts.Sent != 10 || len(pr.Inflight) != 0 || len(pr.Uncertain) != 0 {
		t.Errorf("after the stop: %+v", pr)
	}
	p.ticks(p.engine())
	p.once("alpha", 25, 0)
}

// TestARestoredStateSendsNothingAgain: the witness in the content bucket is right,
// whatever an older state bucket says.
func TestARestoredStateSendsNothingAgain(t *testing.T) {
	for name, keep := range map[string]func(key string) bool{
		"all state lost":             func(string) bool { return false },
		"issue and outbox from then": func(key string) bool { return key == "issues/post-alpha/issue.json" || key == outboxKey },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.subscribe("ann", audience.Each)
			n := p.engine()
			p.ticks(n)
			p.write("alpha")
			p.announce(n, "alpha")
			before := p.snapshot()
			p.clock.forward(10 * time.Minute)
			p.ticks(n)
			p.mails("ann: alpha")
			p.restore(before, keep)
			n = p.engine()
			if name == "all state lost" {
				p.expects(n, "alpha", "nobody else: its mail was sent before the records were restored, and is not sent again")
			}
			p.announce(n, "alpha")
			for range 5 {
				p.ticks(n)
				p.clock.forward(time.Hour)
			}
			p.mails("ann: alpha")
		})
	}
	t.Run("in the middle of the sending", func(t *testing.T) {
		p, n := due(t, 25, "  batch: 10\n")
		p.box.fate = p.onlyTheFirst()
		p.work(n)
		old := p.snapshot()
		p.box.fate = nil
		p.clock.forward(time.Hour)
		p.ticks(n)
		p.once("alpha", 25, 0)
		ended := p.issue("post-alpha").Ended
		p.restore(old, func(key string) bool { return key != "" })
		n = p.engine()
		for range 3 {
			p.clock.forward(time.Hour)
			p.ticks(n)
		}
		p.once("alpha", 25, 0)
		if i := p.issue("post-alpha"); i.State != Closed || i.Counts.Sent != 25 || !i.Ended.Equal(ended) {
			t.Errorf("the issue is %s with %+v, ended %s", i.State, i.Counts, i.Ended)
		}
	})
	for name, all := range map[string]bool{"begun, and then restored to before": true, "begun, and then its record alone restored to before": false} {
		t.Run(name, func(t *testing.T) {
			p, n := due(t, 25, "  batch: 10\n")
			old := p.snapshot()
			p.box.fate = p.onlyTheFirst()
			n.Workers = 1
			p.work(n)
			p.once("alpha", 25, 15)
			if !all {
				// Its list and how far it came lie there still, so that it could go on.
				now := p.snapshot()
				for _, key := range []string{issueKey("post-alpha"), outboxKey} {
					now[key] = old[key]
				}
				old = now
			}
			p.restore(old, func(string) bool { return true })
			p.box.fate = nil
			n = p.engine()
			for range 3 {
				p.clock.forward(time.Hour)
				p.ticks(n)
			}
			p.once("alpha", 25, 15)
			if i := p.issue("post-alpha"); i.State != Held {
				t.Errorf("the issue is %s: %s", i.State, i.Reason)
			}
		})
	}
}

// snapshot is every object of the newsletter in the state bucket.
func (p *place) snapshot() map[string][]byte {
	p.t.Helper()
	all := map[string][]byte{}
	for _, prefix := range []string{"issues/", frozenPrefix, outboxKey, sendingKey} {
		objects, _, err := p.state().List(p.t.Context(), prefix, "", 0)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, o := range objects {
			_, body, err := p.state().Get(p.t.Context(), o.Key, store.Cond{})
			if err != nil {
				p.t.Fatal(err)
			}
			all[o.Key] = body
		}
	}
	return all
}

// restore puts back an older snapshot, or the part of it that is kept, and deletes
// all else of the newsletter.
func (p *place) restore(old map[string][]byte, keep func(key string) bool) {
	p.t.Helper()
	ctx := p.t.Context()
	for key := range p.snapshot() {
		o, err := p.state().Head(ctx, key)
		if err == nil {
			err = p.state().Delete(ctx, key, o.ETag)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	for key, body := range old {
		if !keep(key) {
			continue
		}
		if _, err := p.state().Create(ctx, key, body, store.Header{}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestADeadFreezeComesBeforeOthers kills the run after the witness of a freeze, and lets
// a digest come due that was to go out before it: nobody but the next tick can end that
// freeze, and no other issue can be frozen before.
func TestADeadFreezeComesBeforeOthers(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	p.subscribe("wim", audience.Weekly)
	n := p.engine()
	if err := n.OpenDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.published(n, "alpha")
	p.clock.set(friday.Add(-5 * time.Minute))
	p.write("beta")
	p.announce(n, "beta") // due five minutes after the digest
	p.clock.set(friday.Add(6 * time.Minute))
	if err := n.OpenDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Another run takes the freeze of the post, and is gone.
	if _, err := n.changeOutbox(t.Context(), func(o *outbox) bool {
		o.Freezing = &freezing{Issue: InstantID("beta"), Nonce: "dead", Owner: "dead", At: p.clock.now()}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	p.clock.forward(time.Hour)
	p.ticks(p.engine())
	for _, want := range []string{"ann@readers.example alpha", "ann@readers.example beta", "wim@readers.example alpha"} {
		if got := p.box.each()[want]; got != 1 {
			t.Errorf("%s: %d times", want, got)
		}
	}
}
