package simulate

import (
	"fmt"
	"strings"
)

// Tally is what a number of histories tried.
type Tally struct {
	Histories, Invocations, Calls, Acts, Kills, Overdue                          int
	Dropped, Doubled, Late, Redelivered, DeadLetters, Stragglers, Windows, Mails int
	Faults, MailFaults                                                           [faultKinds]int
	// Hurried are runs of publish that had used half of their time.
	Hurried int
	// MailKills are processes that died at a call to Mailgun or at one that notes what
	// was mailed; Leaps are hours and days that went by.
	MailKills, Leaps, Moves, Pauses, Orders, Restores int
	// Turns are senders of a write or a mail that were put aside or ended just there.
	Turns int
	// Erased are people who were told that nothing is kept of them any more.
	Erased int
	// Addresses are former ones that had to lead on.
	Addresses int
	// Accounts are issues of which it must be said how many people they went to.
	Accounts int
	// Standings are receipts that had to say that an issue is held, stopped or cancelled.
	Standings int
	// Refusals are times for which Mailgun does not know the key.
	Refusals int
	// Twice are second mails that a lie of Mailgun's explains; Never are mails that did not
	// go out because it refused the address.
	Twice, Never int
	// Obeyed are the orders of the author that they were told are done, by what they said.
	Obeyed [len(authorsWords)]int
	// Owed are pairs of a reader and a post that had to be mailed, once; Barred are those
	// that must not be; of those that are Unsure nobody can say it from outside.
	Owed, Barred, Unsure int
}

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	t.Histories += o.Histories
	t.Invocations += o.Invocations
	t.Calls += o.Calls
	t.Acts += o.Acts
	t.Kills += o.Kills
	t.Overdue += o.Overdue
	t.Hurried += o.Hurried
	t.Dropped += o.Dropped
	t.Doubled += o.Doubled
	t.Late += o.Late
	t.Redelivered += o.Redelivered
	t.DeadLetters += o.DeadLetters
	t.Stragglers += o.Stragglers
	t.Windows += o.Windows
	t.Mails += o.Mails
	t.MailKills += o.MailKills
	t.Leaps += o.Leaps
	t.Moves += o.Moves
	t.Turns += o.Turns
	t.Erased += o.Erased
	t.Accounts += o.Accounts
	t.Standings += o.Standings
	t.Addresses += o.Addresses
	t.Pauses += o.Pauses
	t.Orders += o.Orders
	t.Restores += o.Restores
	t.Refusals += o.Refusals
	t.Twice += o.Twice
	t.Never += o.Never
	t.Owed += o.Owed
	t.Barred += o.Barred
	t.Unsure += o.Unsure
	for i := range t.Obeyed {
		t.Obeyed[i] += o.Obeyed[i]
	}
	for f := range t.Faults {
		t.Faults[f] += o.Faults[f]
		t.MailFaults[f] += o.MailFaults[f]
	}
}

// String tells it in a few lines.
func (t Tally) String() string {
	var s strings.Builder
	faults, mail := 0, 0
	for f, n := range t.Faults {
		faults += n
		mail += t.MailFaults[f]
	}
	fmt.Fprintf(&s, "%d histories: %d acts, %d invocations, %d calls, %d of them broken, %d of these at Mailgun, which accepted %d requests\n", t.Histories, t.Acts, t.Invocations, t.Calls, faults, mail, t.Mails)
	for f := fault(1); f < faultKinds; f++ {
		fmt.Fprintf(&s, "  %-28s %d", f, t.Faults[f])
		if n := t.MailFaults[f]; n > 0 && f < neverCame {
			fmt.Fprintf(&s, ", %d of them at Mailgun", n)
		}
		s.WriteByte('\n')
	}
	fmt.Fprintf(&s, "  %-28s %d, %d at a call that mails or notes what was mailed, and %d that came to their deadline\n", "processes killed", t.Kills, t.MailKills, t.Overdue)
	fmt.Fprintf(&s, "  %-28s %d\n", "runs that ran out of time", t.Hurried)
	fmt.Fprintf(&s, "  %-28s %d jumps of time, %d moves, %d pauses, %d erased, %d restored backups\n", "people", t.Leaps, t.Moves, t.Pauses, t.Erased, t.Restores)
	fmt.Fprintf(&s, "  %-28s %d times not known for a while\n", "the key for Mailgun", t.Refusals)
	fmt.Fprintf(&s, "  %-28s %d", "orders of the author", t.Orders)
	for i, do := range authorsWords {
		fmt.Fprintf(&s, ", %d to %s", t.Obeyed[i], do)
	}
	s.WriteString(" obeyed\n")
	fmt.Fprintf(&s, "  %-28s %d twice after a lie of Mailgun's, %d never, because it refused the address, of %d issues the count is certain, %d were held, stopped or cancelled\n", "mails", t.Twice, t.Never, t.Accounts, t.Standings)
	fmt.Fprintf(&s, "  %-28s %d owed once, %d never, %d undetermined\n", "pairs of reader and post", t.Owed, t.Barred, t.Unsure)
	fmt.Fprintf(&s, "  %-28s %d\n", "requests that came late", t.Stragglers)
	fmt.Fprintf(&s, "  %-28s %d\n", "writes overtaken or last words", t.Turns)
	fmt.Fprintf(&s, "  %-28s %d lost, %d doubled, %d late, %d delivered again, %d given up\n", "events", t.Dropped, t.Doubled, t.Late, t.Redelivered, t.DeadLetters)
	fmt.Fprintf(&s, "  %-28s %d, which lead on\n", "former addresses", t.Addresses)
	fmt.Fprintf(&s, "  %-28s %d, within the window that the README states", "links to missing pages", t.Windows)
	return s.String()
}
