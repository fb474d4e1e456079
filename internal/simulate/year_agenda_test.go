package simulate

import (
	"container/heap"
	"maps"
	"slices"
	"strings"
	"time"
)

// agenda is what is going to happen, the next thing first.
type agenda []entry

type entry struct {
	at time.Time
	n  int // of two at one moment the first that was noted
	do func()
}

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].n < a[j].n
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(entry)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// note puts something on the agenda.
func (y *year) note(at time.Time, do func()) {
	y.noted++
	heap.Push(&y.agenda, entry{at, y.noted, do})
}

// run goes from one thing to the next until the year is over.
func (y *year) run() {
	for len(y.failures) == 0 {
		next := y.of.end
		if len(y.agenda) > 0 && y.agenda[0].at.Before(next) {
			next = y.agenda[0].at
		}
		for _, m := range y.queue {
			if !m.taken && m.due.Before(next) {
				next = m.due
			}
		}
		for _, e := range y.errands {
			if e.due.Before(next) {
				next = e.due
			}
		}
		if !next.Before(y.of.end) {
			return
		}
		time.Sleep(time.Until(next))
		if due := y.World.due(); len(due) > 0 {
			y.broken = y.isRough()
			y.deliver(due)
			y.settle()
			y.tick(time.Now())
			y.tick(time.Now().Add(time.Minute))
			continue
		}
		if y.World.run() {
			y.settle()
			continue
		}
		if len(y.agenda) > 0 && !y.agenda[0].at.After(time.Now()) {
			heap.Pop(&y.agenda).(entry).do()
			y.settle()
		}
	}
}

// isRough tells whether this is a day on which things break.
func (y *year) isRough() bool {
	return slices.ContainsFunc(y.rough, func(s span) bool { return s.has(time.Now()) })
}

// settle carries what is on the wire until nothing runs any more: one call after the
// other, but for a mailing's looks into the shards of the audience, half of all calls, of
// which all that wait are answered in one step.
func (y *year) settle() {
	for len(y.failures) == 0 {
		y.settleDown()
		calls := y.wire.waiting()
		for i, g := range calls {
			if i > 0 && (g[0].by.name != "tick send" || !strings.HasPrefix(g[0].line, "GET state/audience/")) {
				break
			}
			switch {
			case g[0].lost:
				y.arrive(g)
			case y.broken && y.mailing(g[0]) && y.chance.IntN(60) == 0:
				y.say("%s: its process dies at %s", g[0].by, g[0].line)
				y.World.tally.MailKills++
				y.end1(g[0].by)
			default:
				y.carry(g, y.fate(g[0]))
			}
		}
		switch {
		case len(calls) > 0:
		case len(y.running) > 0:
			y.pass(time.Minute)
		default:
			y.broken = false
			return
		}
	}
}

// fate is what becomes of a call.
func (y *year) fate(c *call) fault {
	if m := c.mail; m != nil && len(m.marks) > 0 && y.who(m.to[0]) != nil {
		if y.posts++; y.posts > y.refused {
			return noPermission
		}
		if y.posts == y.interrupted {
			y.goBack()
		}
	}
	if !y.broken {
		return fine
	}
	y.weather.fault, y.weather.fire = 0.02, 0.3
	return y.drawFault(c)
}

// tick lets the clock wake the functions in the minute of a moment: seven seconds past,
// as any schedule has its own second.
func (y *year) tick(t time.Time) {
	at := t.Truncate(time.Minute).Add(7 * time.Second)
	if at.Before(time.Now()) {
		at = at.Add(time.Minute)
	}
	if y.ticks[at.Unix()] {
		return
	}
	y.ticks[at.Unix()] = true
	y.note(at, y.round)
}

// round is one minute's tick of each function. As long as something is under way the next
// minute has one too. In between nothing is due: what comes due does so at a moment that
// is known (the end of the time for undoing, a digest, a date in the future), and has its
// ticks, before it and after. So the ticks that are left out, but for one a day,
// would find nothing to do.
func (y *year) round() {
	y.tally.ticks += 3
	for _, which := range []string{"publish", "digest", "send"} {
		y.broken = y.isRough()
		y.wake(which)
		y.settle()
	}
	states := slices.Collect(maps.Values(y.outbox()))
	if slices.Contains(states, "sending") || slices.Contains(states, "waiting") {
		y.tick(time.Now().Add(time.Minute))
	}
}

// planDigests notes when digests are due, by the calendar on the wall, with ticks around
// these moments and around where a wrong reading of the clocks would put them; and a tick
// each day.
func (y *year) planDigests() {
	y.note(y.of.begin, func() {
		y.say("the author begins with the settings")
		y.desk.put(settings, &sheet{mark: 0, other: true, title: "ms0x", body: yearSettings})
	})
	for t := y.of.begin.Add(time.Hour); t.Before(y.of.end); t = t.Add(24 * time.Hour) {
		y.tick(t)
	}
	y.weekly, y.monthly = y.sundays(), y.firsts()
	for _, due := range slices.Concat(y.weekly, y.monthly) {
		for _, d := range []time.Duration{-121 * time.Minute, -61 * time.Minute, -2 * time.Minute, -time.Minute, 0, time.Minute, 2 * time.Minute} {
			y.tick(due.Add(d))
		}
	}
}

const yearSettings = `title: ms0x
timezone: ` + zone + `
page_size: 5
topics:
  - id: garden
    title: The garden
    tags: [garden]
  - id: letters
    title: Letters
    tags: [letters]
  - id: rest
    title: Everything else
author:
  email: author@example.net
newsletter:
  undo: 10m
  batch: 200
  weekly: sunday 02:30
  monthly: 1 09:00
`

// sundays are the moments of the weekly digests: each Sunday when a clock on a wall in
// Berlin first shows half past two or more.
func (y *year) sundays() []time.Time {
	return y.moments(2, 30, func(day time.Time) bool { return day.Weekday() == time.Sunday })
}

// firsts are the moments of the monthly digests: each first of a month at nine.
func (y *year) firsts() []time.Time {
	return y.moments(9, 0, func(day time.Time) bool { return day.Day() == 1 })
}

// moments watches a clock on a wall, minute by minute.
func (y *year) moments(hour, minute int, wanted func(day time.Time) bool) (moments []time.Time) {
	seen := ""
	for t := y.of.begin.Truncate(time.Hour); t.Before(y.of.end); t = t.Add(time.Minute) {
		clock := t.In(berlin)
		if !wanted(clock) || clock.Hour()*60+clock.Minute() < hour*60+minute {
			continue
		}
		if day := clock.Format(time.DateOnly); day != seen {
			seen = day
			moments = append(moments, t)
		}
	}
	return moments
}
