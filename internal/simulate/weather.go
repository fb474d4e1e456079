package simulate

import (
	"math/rand/v2"
	"time"
)

// weather is how bad one history gets. Each seed has its own: some break every tenth
// call, some break none and only mix up the order, because what a fault hides a calm
// history may show.
type weather struct {
	acts     int  // of the author and the subscribers
	founded  bool // the stack stands and has subscribers; else it begins with nothing
	mail     bool // digests and mails go out, and subscribers act
	plain    bool // the author never renames a file or chooses an address
	handlers int  // at once, at most
	gentle   bool // nothing breaks: only order and time are up to chance

	fault      float64 // of each call
	faults     []fault // those that occur
	kill       float64 // of a process, at each step
	frozen     float64 // of an invocation: it has no deadline and may be stalled for hours
	coldStarts bool    // no process is used twice
	// sticks are how eagerly an invocation's calls are carried; each draws one.
	sticks []float64
	stall  time.Duration // the longest time that passes at once

	turns float64 // of each write: others come and go before its sender goes on, if it does

	dropped, doubled, late float64 // of events

	// Of histories with mail:
	leaps      bool          // hours and days go by in the storm, so that mails come due in it
	sooner     time.Duration // by how much the time for undoing is shorter than usual
	fire       float64       // fault of each call to Mailgun, and of each that notes what was mailed
	mailFaults []fault       // those that occur at Mailgun
	restores   bool          // once, the state bucket is put back to an earlier moment
	revokes    bool          // now and then Mailgun does not know our key, until the author acts
	blast      float64       // death of a process at such a call
}

func drawWeather(r *rand.Rand) weather {
	pick := func(of ...float64) float64 { return of[r.IntN(len(of))] }
	w := weather{
		acts:       4 + r.IntN(22),
		handlers:   1 + r.IntN(4),
		fault:      pick(0, 0.01, 0.03, 0.1),
		kill:       pick(0, 0, 0.002, 0.01),
		frozen:     pick(0, 0, 0.1, 0.3),
		coldStarts: r.IntN(4) == 0,
		stall:      time.Duration(pick(1, 60, 600, 7200)) * time.Second,
		dropped:    pick(0, 0, 0.05, 0.3),
		doubled:    pick(0, 0.05, 0.3),
		late:       pick(0, 0.05, 0.3),
	}
	if w.gentle = r.IntN(4) == 0; w.gentle {
		w.fault, w.kill, w.frozen, w.dropped = 0, 0, 0, 0
	}
	w.founded = r.IntN(5) > 0
	w.mail = w.founded && r.IntN(5) < 3
	w.plain = w.mail && r.IntN(3) > 0
	switch r.IntN(3) {
	case 0:
		w.sticks = []float64{1}
	case 1:
		w.sticks = []float64{1, 1, 0.1}
	case 2:
		w.sticks = []float64{1, 0.1, 0.01}
	}
	for f := fault(1); f < faultKinds; f++ {
		if r.IntN(2) == 0 {
			w.faults = append(w.faults, f)
		}
	}
	if w.mail {
		w.drawMail(r)
	}
	return w
}

// drawMail draws how bad it gets for mail.
func (w *weather) drawMail(r *rand.Rand) {
	pick := func(of ...float64) float64 { return of[r.IntN(len(of))] }
	w.leaps = r.IntN(6) > 0
	w.acts += 4
	w.sooner = time.Duration(pick(0, 0, 1, 0.98) * float64(undo))
	if w.gentle {
		return
	}
	w.fire = pick(0.3, 0.5, 0.7, 0.8)
	w.blast = pick(0, 0, 0.02, 0.1)
	for f := fault(1); f < faultKinds; f++ {
		if f.mails() && r.IntN(2) == 0 {
			w.mailFaults = append(w.mailFaults, f)
		}
	}
}
