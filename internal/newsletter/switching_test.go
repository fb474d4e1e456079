package newsletter

import (
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// cadence changes what somebody chose.
func (p *place) cadence(uid string, c audience.Cadence) {
	p.t.Helper()
	if _, err := p.people().Update(p.t.Context(), uid, func(s *audience.Subscriber) error { s.Cadence = c; return nil }); err != nil {
		p.t.Fatal(err)
	}
}

// TestSwitchingCadence: whoever changes their mind in mid-period gets every post
// once, in every direction.
func TestSwitchingCadence(t *testing.T) {
	all := []audience.Cadence{audience.Each, audience.Weekly, audience.Monthly}
	for _, from := range all {
		for _, to := range all {
			if from == to {
				continue
			}
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				p := newPlace(t)
				uid := p.subscribe("ann", from)
				n := p.engine()
				p.ticks(n)
				p.published(n, "before")
				p.write("during")
				p.announce(n, "during")
				p.clock.forward(time.Minute)
				p.cadence(uid, to) // in the undo window
				p.clock.forward(10 * time.Minute)
				p.ticks(n)
				p.published(n, "after")
				for _, at := range []time.Time{friday, firstOfDec, nextFriday, firstOfJan} {
					p.clock.set(at)
					p.ticks(n)
				}
				got := p.box.each()
				for _, id := range []string{"before", "during", "after"} {
					if got["ann@readers.example "+id] != 1 {
						t.Errorf("%s came %d times: %v", id, got["ann@readers.example "+id], p.box.summary())
					}
				}
			})
		}
	}
}

func TestSomeoneWhoMovedIsNotMailedAgain(t *testing.T) {
	p := newPlace(t)
	uid := p.subscribe("ann", audience.Each)
	n := p.engine()
	p.ticks(n)
	p.published(n, "one")
	p.clock.forward(time.Hour)
	p.cadence(uid, audience.Weekly)
	p.clock.forward(time.Hour)
	if _, err := p.people().Move(t.Context(), uid, audience.Ask{Address: "anna@readers.example", At: p.clock.now()}); err != nil {
		t.Fatal(err)
	}
	p.published(n, "two")
	p.clock.set(friday)
	p.ticks(n)
	p.mails("ann: one", "anna: two")
}

// TestAChangeOfCadenceWrittenLate: it was asked for before a post went out, and written
// when the list for that had been read.
func TestAChangeOfCadenceWrittenLate(t *testing.T) {
	for _, from := range []audience.Cadence{audience.Weekly, audience.Monthly} {
		for _, late := range []time.Duration{0, 20 * time.Second} {
			t.Run(string(from)+" "+late.String(), func(t *testing.T) {
				p := newPlace(t)
				uid := p.subscribe("ann", from)
				n := p.engine(func(o *Options) { o.Undo = 0 })
				p.ticks(n)
				p.write("alpha")
				p.announce(n, "alpha")
				p.ticks(n)
				p.clock.forward(-late)
				p.cadence(uid, audience.Each)
				p.clock.forward(late)
				p.published(n, "beta")
				for _, at := range []time.Time{friday, firstOfDec} {
					p.clock.set(at)
					p.ticks(n)
				}
				p.mails("ann: beta alpha")
			})
		}
	}
}
