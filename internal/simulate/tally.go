package simulate

import (
	"fmt"
	"strings"
)

// Tally is what a number of histories tried.
type Tally struct {
	Histories, Invocations, Calls, Acts, Kills, Overdue, Frozen                  int
	Dropped, Doubled, Late, Redelivered, DeadLetters, Stragglers, Windows, Mails int
	Faults                                                                       [faultKinds]int
}

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	t.Histories += o.Histories
	t.Invocations += o.Invocations
	t.Calls += o.Calls
	t.Acts += o.Acts
	t.Kills += o.Kills
	t.Overdue += o.Overdue
	t.Frozen += o.Frozen
	t.Dropped += o.Dropped
	t.Doubled += o.Doubled
	t.Late += o.Late
	t.Redelivered += o.Redelivered
	t.DeadLetters += o.DeadLetters
	t.Stragglers += o.Stragglers
	t.Windows += o.Windows
	t.Mails += o.Mails
	for f := range t.Faults {
		t.Faults[f] += o.Faults[f]
	}
}

// String tells it in a few lines.
func (t Tally) String() string {
	var s strings.Builder
	faults := 0
	for _, n := range t.Faults {
		faults += n
	}
	fmt.Fprintf(&s, "%d histories: %d acts, %d invocations, %d calls, %d of them broken, %d requests accepted by Mailgun\n", t.Histories, t.Acts, t.Invocations, t.Calls, faults, t.Mails)
	for f := fault(1); f < faultKinds; f++ {
		fmt.Fprintf(&s, "  %-28s %d\n", f, t.Faults[f])
	}
	fmt.Fprintf(&s, "  %-28s %d, and %d that came to their deadline\n", "processes killed", t.Kills, t.Overdue)
	fmt.Fprintf(&s, "  %-28s %d\n", "requests that came late", t.Stragglers)
	fmt.Fprintf(&s, "  %-28s %d lost, %d doubled, %d late, %d delivered again, %d given up\n", "events", t.Dropped, t.Doubled, t.Late, t.Redelivered, t.DeadLetters)
	fmt.Fprintf(&s, "  %-28s %d, within the window that the README states", "links to missing pages", t.Windows)
	return s.String()
}
