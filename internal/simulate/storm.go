package simulate

import (
	"context"
	"slices"
	"testing/synctest"
	"time"
)

// storm lets the world act, the handlers run and things break, until everything that
// was to be done has been done.
func (w *World) storm() {
	if w.weather.leaps {
		w.say("the author begins with the settings")
		w.desk.put(settings, w.desk.compose())
	}
	for left := w.weather.acts; left > 0 && len(w.failures) == 0; {
		w.settleDown()
		calls := w.wire.waiting()
		free := len(w.running) < w.weather.handlers
		due := w.due()
		var options []option
		add := func(weight float64, do func()) { options = append(options, option{weight, do}) }
		if len(calls) > 0 {
			eager := 30.0
			if w.allAside() {
				eager = 1
			}
			add(eager, func() { w.move(calls) })
			add(0.3, func() { w.stall() })
		} else {
			add(3, func() { w.stall() })
		}
		if len(w.running) > 0 {
			add(30*w.weather.kill, w.strike)
		}
		if len(due) > 0 && free {
			add(2, func() { w.deliver(due) })
		}
		if free {
			add(0.3, w.tick)
		}
		if free && w.weather.leaps {
			add(1.5, w.tick)
		}
		if w.weather.leaps && len(calls) == 0 && len(w.running) == 0 {
			add(1, w.leap)
			if len(w.outbox()) > 0 {
				add(0.4, w.command)
			}
		}
		if w.weather.leaps && len(calls) > 0 && w.allAside() && len(w.outbox()) > 0 {
			add(0.4, w.command)
		}
		if w.mailgun.refuses {
			weight := 0.1
			if len(w.stopped()) > 0 {
				weight = 2
			}
			add(weight, w.relent)
		}
		if w.weather.restores && w.tally.Restores == 0 && w.tally.Acts > 3 && len(calls) == 0 && len(w.running) == 0 {
			add(0.2, w.restore)
		}
		if slices.ContainsFunc(w.errands, func(e errand) bool { return !e.due.After(time.Now()) }) {
			add(2, func() { w.run() })
		}
		acts := 1.0
		if w.weather.leaps {
			// What is under way is to be seen through more often than not: only then is there mail.
			if acts = 0.5; len(calls) > 0 {
				acts = 0.15
			}
		}
		add(acts, func() {
			w.tally.Acts++
			left--
			w.act()
		})
		w.choose(options)
	}
}

type option struct {
	weight float64
	do     func()
}

func (w *World) choose(options []option) {
	sum := 0.0
	for _, o := range options {
		sum += o.weight
	}
	at := w.chance.Float64() * sum
	for _, o := range options {
		if at -= o.weight; at < 0 {
			o.do()
			return
		}
	}
	options[len(options)-1].do()
}

// settleDown waits until every goroutine waits for the wire or for the clock, and
// notes what has come to an end.
func (w *World) settleDown() {
	synctest.Wait()
	w.reader.look()
	w.reap()
	for _, in := range w.running {
		if !in.frozen && time.Since(in.began) > deadline+time.Second {
			w.say("%s has come to its deadline: its process is ended", in)
			w.tally.Overdue++
			w.end1(in)
		}
	}
	synctest.Wait()
	w.reap()
	w.giveUp()
}

// move carries one of the calls that wait.
func (w *World) move(calls []group) {
	var options []option
	for _, g := range calls {
		options = append(options, option{g[0].by.stick, func() {
			if g[0].lost {
				w.arrive(g)
				return
			}
			if m := g[0].mail; w.weather.revokes && m != nil && w.tally.Refusals < 3 && w.editions[m.issue()] != nil && w.chance.IntN(3) > 0 {
				w.refuse()
			}
			if w.weather.blast > 0 && w.mailing(g[0]) && w.chance.Float64() < w.weather.blast {
				w.say("%s: its process dies at %s", g[0].by, g[0].line)
				w.tally.MailKills++
				w.end1(g[0].by)
				return
			}
			if !w.turn(g) {
				w.carry(g, w.drawFault(g[0]))
			}
		}})
	}
	w.choose(options)
}

func (w *World) drawFault(c *call) fault {
	if w.weather.fire > 0 && w.mailing(c) {
		if f := w.drawMailFault(c); f != fine {
			return f
		}
	}
	if len(w.weather.faults) == 0 || w.chance.Float64() >= w.weather.fault {
		return fine
	}
	f := w.weather.faults[w.chance.IntN(len(w.weather.faults))]
	if !f.fits(c) {
		return fine
	}
	return f
}

// pass lets time go by, until something comes in at the latest.
func (w *World) pass(d time.Duration) {
	select {
	case <-w.wire.rang: // from before
	default:
	}
	select {
	case <-w.wire.rang:
	case <-time.After(d + 1):
	}
}

// stall lets some time go by.
func (w *World) stall() {
	d := w.upTo(w.weather.stall)
	if w.weather.leaps && !w.mayPass(d) {
		d = min(d, time.Second)
	}
	w.pass(d)
}

// strike kills a process.
func (w *World) strike() {
	in := w.running[w.chance.IntN(len(w.running))]
	w.say("%s: its process dies", in)
	w.tally.Kills++
	w.end1(in)
}

// end1 ends the process of an invocation; its messages come back.
func (w *World) end1(in *invocation) {
	w.wire.mu.Lock()
	dead := in.c.dead
	w.wire.mu.Unlock()
	if dead {
		return
	}
	w.kill(in.c)
	for _, m := range in.messages {
		if m.receives > 1 {
			w.desk.deaths[m.key]++
		}
		w.again(m)
	}
}

// tick lets the clock wake one of the functions.
func (w *World) tick() {
	if !w.weather.mail {
		w.wake("publish")
		return
	}
	w.wake([]string{"publish", "digest", "send", "send"}[w.chance.IntN(4)])
}

// wake lets the clock wake one function.
func (w *World) wake(which string) *invocation {
	return w.invoke("tick "+which, func(ctx context.Context, in *invocation) error {
		switch which {
		case "publish":
			return in.c.handlers.PublishTick(ctx)
		case "digest":
			return in.c.handlers.DigestTick(ctx)
		}
		return in.c.handlers.SendTick(ctx)
	})
}
