package simulate

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/newsletter"
)

// calm ends the storm: no more faults, what is on its way arrives, every event is
// delivered, and the clock goes on ticking until nothing should be left to do.
func (w *World) calm() {
	w.say("the storm is over")
	w.weather.fault, w.weather.kill, w.weather.handlers = 0, 0, 4
	w.weather.frozen = 0
	w.weather.fire, w.weather.blast = 0, 0
	if w.mailgun.refuses {
		w.relent()
	}
	w.rest()
	for end := time.Now().Add(12 * time.Hour); len(w.queue)+len(w.errands) > 0 && time.Now().Before(end) && len(w.failures) == 0; {
		if w.run() {
			w.rest()
			continue
		}
		if due := w.due(); len(due) > 0 {
			w.deliver(due)
			w.rest()
			continue
		}
		w.pass(time.Minute)
	}
	if w.weather.gentle && w.tally.Overdue+w.tally.Hurried == 0 && len(w.queue) == 0 && len(w.failures) == 0 {
		// Where nothing broke, nothing needs to be repaired: the site is right before any
		// sweep has looked. Only what a run had no time for is left to the next tick.
		w.judgeSite()
	}
	w.judgeEvents()
	// The catalog must have been quiet for longer than a run may last, what failed is
	// tried again within the hour, and the sweep comes hourly.
	for _, d := range []time.Duration{
		61 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Minute, 2 * time.Minute,
		time.Hour, 2 * time.Minute, 70 * time.Minute, 2 * time.Minute,
	} {
		w.wait(d)
		w.round()
	}
	if w.weather.mail {
		w.judgeStandings()
		w.deliverAll()
	}
}

// deliverAll lets time go by until every mail that is owed was sent: what was held is
// released, what is uncertain asked about, and every digest comes round.
func (w *World) deliverAll() {
	through := func(rounds int) {
		for range rounds {
			w.wait(11 * time.Minute)
			w.round()
			w.releaseAll()
			if !w.underWay() {
				return
			}
		}
	}
	through(5)
	// A post that was held when a monthly digest came is in the next one.
	for range 10 {
		w.wait(7 * 24 * time.Hour)
		w.round()
		through(3)
	}
}

// underWay tells whether an issue is not over that time alone may bring on.
func (w *World) underWay() bool {
	for _, state := range w.outbox() {
		if state != "dormant" {
			return true
		}
	}
	return false
}

// releaseAll is the author telling every held issue to go, and every stopped one to go on.
func (w *World) releaseAll() {
	states := w.outbox()
	for _, id := range slices.Sorted(maps.Keys(states)) {
		if states[id] != "held" {
			continue
		}
		w.invoke("author releases "+id, func(ctx context.Context, in *invocation) error {
			err := in.c.letters.Release(ctx, id)
			var refusal *newsletter.Refusal
			if errors.As(err, &refusal) {
				err = in.c.letters.Resume(ctx, id)
			}
			if errors.As(err, &refusal) { // after a restore nobody may know who is left
				err = in.c.letters.Cancel(ctx, id)
			}
			return err
		})
		w.rest()
	}
}

// wait lets time go by while nobody does anything.
func (w *World) wait(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		w.pass(time.Until(end))
	}
}

// round ticks every function once, each after the other.
func (w *World) round() {
	w.wake("publish")
	w.rest()
	if w.weather.mail {
		w.wake("digest")
		w.rest()
		w.wake("send")
		w.rest()
	}
}

// rest carries every call in order until nothing runs any more.
func (w *World) rest() {
	for len(w.failures) == 0 {
		w.settleDown()
		calls := w.wire.waiting()
		switch {
		case len(calls) > 0 && calls[0][0].lost:
			w.arrive(calls[0])
		case len(calls) > 0:
			w.carry(calls[0], fine)
		case len(w.running) > 0:
			w.pass(time.Minute)
		default:
			return
		}
	}
}
