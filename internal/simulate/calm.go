package simulate

import (
	"context"
	"time"
)

// calm ends the storm: no more faults, what is on its way arrives, every event is
// delivered, and the clock goes on ticking until nothing should be left to do.
func (w *World) calm() {
	w.say("the storm is over")
	w.weather.fault, w.weather.kill, w.weather.handlers = 0, 0, 4
	w.weather.frozen = 0
	w.rest()
	for end := time.Now().Add(3 * time.Hour); len(w.queue) > 0 && time.Now().Before(end) && len(w.failures) == 0; {
		if due := w.due(); len(due) > 0 {
			w.deliver(due)
			w.rest()
			continue
		}
		w.pass(time.Minute)
	}
	// The catalog must have been quiet for longer than a run may last, what failed is
	// tried again within the hour, and the sweep comes hourly.
	for _, d := range []time.Duration{
		61 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Minute, 2 * time.Minute,
		time.Hour, 2 * time.Minute, 70 * time.Minute, 2 * time.Minute,
	} {
		w.wait(d)
		w.round()
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
	w.invoke("tick publish", func(ctx context.Context, in *invocation) error { return in.c.handlers.PublishTick(ctx) })
	w.rest()
}

// rest carries every call in order until nothing runs any more.
func (w *World) rest() {
	for len(w.failures) == 0 {
		w.settleDown()
		calls := w.wire.waiting()
		switch {
		case len(calls) > 0 && calls[0][0].gone:
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
