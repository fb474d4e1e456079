package newsletter

import (
	"fmt"
	"testing"
	"time"
)

// TestAPostThatComesDuringARepairIsMailed: a restore takes the records of a mailed issue and
// of a cancelled one, and a post goes live before any request of the run that writes them
// anew. It is mailed to everybody once, and nothing is mailed again.
func TestAPostThatComesDuringARepairIsMailed(t *testing.T) {
	// try lets the post come before the request with a number, and tells how many there were.
	try := func(t *testing.T, at int64) int64 {
		p, n := annAlone(t)
		p.write("mailed")
		p.write("cancelled")
		p.announce(n, "mailed", "cancelled")
		if err := n.Cancel(t.Context(), "post-cancelled"); err != nil {
			t.Fatal(err)
		}
		p.clock.forward(time.Hour)
		p.ticks(n)
		p.mails("ann: mailed")
		p.restore(nil, nil)

		f := &flaky{at: at}
		f.happens = func() {
			p.write("new")
			p.announce(p.engine(), "new")
		}
		run := p.over(f)
		p.announce(run, "mailed", "cancelled")
		if err := run.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		made := f.count.Load()
		p.hours(n)
		if at > 0 && at <= made {
			p.mails("ann: mailed new")
		}
		return made
	}
	total := try(t, 0)
	for at := int64(1); at <= total; at++ {
		t.Run(fmt.Sprintf("at %d", at), func(t *testing.T) { try(t, at) })
	}
}
