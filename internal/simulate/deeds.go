package simulate

import (
	"slices"
	"time"
)

// span is a time from one moment to another.
type span struct{ from, to time.Time }

func (s span) has(t time.Time) bool { return !t.Before(s.from) && !t.After(s.to) }

// facet is one side of how it stands with somebody.
type facet int

const (
	presence facet = iota // subscribed; gone
	sleep                 // awake; asleep: paused for a week
	rhythm                // each; weekly; monthly
	subjects              // everything; garden
)

const (
	subscribed = "subscribed"
	gone       = "gone"
	awake      = "awake"
	asleep     = "asleep"
	everything = "everything"
	garden     = "garden"

	pauseFor = 7 * 24 * time.Hour
)

var rhythms = []string{"each", "weekly", "monthly"}

// deed is something that somebody did, or that was done to them, which changes one side
// of how it stands with them to a value. All that is certain of it is what was answered:
// it took effect once, somewhere between when it was asked for and when it was said to
// be done. Of one that was not answered so, nobody knows whether it did, or will.
type deed struct {
	facet facet
	value string
	from  time.Time
	done  time.Time // when it was said to be done; zero: it was not
	// over is from when on it certainly has no effect any more: its process has come to
	// its end, and nothing of it is on the wire.
	over time.Time
	// faint is one that was said to be done and may have changed nothing, because something
	// newer held.
	faint bool
	anew  bool // somebody came who was not there: what they chose before holds no more
}

// certain tells whether a deed took effect, and before a moment: of two things at the same
// moment nobody knows which came first.
func (d *deed) certain(by time.Time) bool {
	return !d.faint && !d.done.IsZero() && d.done.Before(by)
}

// end is from when on a deed has no effect any more; zero: it may have one yet.
func (d *deed) end() time.Time {
	if !d.done.IsZero() {
		return d.done
	}
	return d.over
}

// was adds what held of somebody from a moment on.
func (p *person) was(at time.Time, f facet, value string) {
	p.deeds = append(p.deeds, &deed{facet: f, value: value, from: at, done: at})
}

// begin notes what somebody begins to do just now; not of those of whom the beginning is
// not known, as in the year, which has an oracle of its own.
func (p *person) begin(f facet, value string) *deed {
	d := &deed{facet: f, value: value, from: time.Now()}
	if len(p.deeds) > 0 {
		p.deeds = append(p.deeds, d)
	}
	return d
}

// succeed notes that deeds are said to be done.
func succeed(deeds ...*deed) {
	for _, d := range deeds {
		d.done = time.Now()
	}
}

// attempt follows the run that is to do deeds: when it has ended, and the last of its
// calls has come in or is lost, they have no effect any more.
func (w *World) attempt(in *invocation, deeds ...*deed) {
	w.attempts = append(w.attempts, attempt{in, deeds})
}

type attempt struct {
	in    *invocation
	deeds []*deed
}

// giveUp notes which attempts are over.
func (w *World) giveUp() {
	if len(w.attempts) == 0 {
		return
	}
	w.wire.mu.Lock()
	defer w.wire.mu.Unlock()
	w.attempts = slices.DeleteFunc(w.attempts, func(a attempt) bool {
		if !a.in.over || slices.ContainsFunc(w.wire.calls, func(c *call) bool { return c.by == a.in }) {
			return false
		}
		for _, d := range a.deeds {
			d.over = time.Now()
		}
		return true
	})
}

// last are the deeds of which any may be the one that decides about a facet, at some
// moment of a span: those that began before its end, but for those that were over when
// another one began that certainly took effect before the span.
func (p *person) last(f facet, s span) (deeds []*deed) {
	for _, d := range p.deeds {
		if d.facet != f || d.from.After(s.to) {
			continue
		}
		end := d.end()
		overtaken := !end.IsZero() && slices.ContainsFunc(p.deeds, func(later *deed) bool {
			return later.facet == f && later.certain(s.from) && end.Before(later.from)
		})
		if !overtaken {
			deeds = append(deeds, d)
		}
	}
	return deeds
}

// may are the values that a facet may have had at some moment of a span; none: nothing is
// known.
func (p *person) may(f facet, s span) (values []string) {
	for _, d := range p.last(f, s) {
		if !slices.Contains(values, d.value) {
			values = append(values, d.value)
		}
	}
	return values
}

// is tells whether a facet certainly had a value all through a span.
func (p *person) is(f facet, value string, s span) bool {
	values := p.may(f, s)
	return len(values) == 1 && values[0] == value
}

// came is just after somebody who was not there was last told that they are; zero: they
// always were.
func (p *person) came() (at time.Time) {
	for _, d := range p.deeds {
		if d.anew && d.certain(time.Now()) {
			at = d.done.Add(1) // what they chose with it is certain from here on
		}
	}
	return at
}

// slept tells whether somebody was certainly paused all through a span.
func (p *person) slept(s span) bool {
	last := p.last(sleep, s)
	return len(last) > 0 && !slices.ContainsFunc(last, func(d *deed) bool {
		return d.value != asleep || !d.certain(s.from) || !s.to.Before(d.from.Add(pauseFor))
	})
}

// woke tells whether somebody was certainly not paused at any moment of a span.
func (p *person) woke(s span) bool {
	last := p.last(sleep, s)
	return len(last) > 0 && !slices.ContainsFunc(last, func(d *deed) bool {
		return d.value != awake && (d.end().IsZero() || !s.from.After(d.end().Add(pauseFor)))
	})
}

// forgetDeeds is what a state of an earlier moment knows of somebody: what was done since
// was not, and what was being done then perhaps. Only that they left is never forgotten.
func (p *person) forgetDeeds(to time.Time) {
	p.deeds = slices.DeleteFunc(p.deeds, func(d *deed) bool {
		switch end := d.end(); {
		case d.value == gone || !end.IsZero() && !end.After(to):
			return false
		case d.from.After(to):
			return true
		}
		d.done, d.over = time.Time{}, to
		return false
	})
}
