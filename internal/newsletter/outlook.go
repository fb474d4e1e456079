package newsletter

import (
	"fmt"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// outlook is all that the mail lines of a receipt depend on.
type outlook struct {
	e        *catalog.Entry
	i        *Issue // nil: never opened
	s        *settings.Settings
	now      time.Time
	counts   audience.Counts
	digests  map[Kind]digest
	covering map[Kind]*Issue // the digests that were opened last; see Newsletter.covering
	standing *standing
	foreseen string // why an issue that waits will be held, see world.foreseen
	// account, and queue, in which the issue has its place, are what delays the last mails of
	// one that was not begun; nil where there are no limits.
	account *sending
	queue   []errand
	place   int
}

// cancelledByAuthor is the line of a post whose own issue the author has cancelled.
const cancelledByAuthor = "nobody: you cancelled it"

// nobody says why a post is in no mail at all for now, or "".
func (v *outlook) nobody() string {
	i := v.i
	if i != nil && i.begun() {
		return ""
	}
	switch away := mailable(v.e); {
	case i != nil && i.State == Cancelled:
		return cancelledByAuthor
	case i != nil && i.State == Closed:
		return "nobody: " + i.Reason
	case away != "" && v.e.Scheduled() && v.e.Mailing != post.MailNone:
		return ""
	case away != "":
		return "nobody: " + away
	case i != nil && i.State == Held:
		return "nobody yet: held until you release it, because " + i.Reason
	case v.foreseen != "":
		return "nobody yet: when its time comes it will be held until you release it, because " + v.foreseen
	case i == nil && v.e.Late:
		return "nobody yet: held until you release it, because " + lateReason(v.e, v.s)
	case v.s.Newsletter.Domain == "":
		return "nobody yet: no mail can be sent before site.yaml sets newsletter.domain"
	}
	return ""
}

func (v *outlook) needsCounts() bool { return v.nobody() == "" }

// lines are the receipt's.
func (v *outlook) lines() []string {
	if why := v.nobody(); why != "" {
		return []string{why}
	}
	var lines []string
	if l := v.instant(); l != "" {
		lines = append(lines, l)
	}
	for _, k := range []Kind{Weekly, Monthly} {
		if l := v.digest(k); l != "" {
			lines = append(lines, l)
		}
	}
	if v.i != nil && v.i.Lost {
		lines = append(lines, "nobody else: the records were restored from a backup, and who had it is not known any more")
	}
	if len(lines) == 0 {
		return []string{"nobody: no subscriber is waiting for it"}
	}
	return lines
}

// who names the people an instant issue goes to.
func (v *outlook) who(n int) string {
	if v.e.Mailing == post.MailNow {
		return v.upTo(n) + count(n, "subscriber")
	}
	return v.upTo(n) + readers(n, audience.Each)
}

// upTo is put before a number that topics may make smaller.
func (v *outlook) upTo(n int) string {
	if n > 0 && len(v.s.Topics) > 0 && (v.i == nil || !v.i.begun()) {
		return "up to "
	}
	return ""
}

func (v *outlook) instant() string {
	i, loc := v.i, v.s.Location
	if i == nil || !i.begun() {
		n := instantly(v.e, v.counts)
		if n == 0 {
			return ""
		}
		return v.who(n) + ": " + v.when() + v.until()
	}
	if i.Recipients == 0 {
		return ""
	}
	who := v.who(i.Recipients)
	switch i.State {
	case Held:
		return who + ": " + v.standing.stopped(i)
	case Closed:
		line := who + ": mailed " + clockAt(i.Ended, v.now, loc)
		if i.reachedNobody() {
			line = who + ": mailed to nobody"
		}
		if i.Counts.Left > 0 {
			line += fmt.Sprintf(", but for %d who had left", i.Counts.Left)
		}
		if i.Counts.Failed > 0 {
			line += " (" + failedWords(i.Counts.Failed, i.Failures) + ")"
		}
		return line
	}
	return who + ": being mailed now" + v.standing.words(i.Recipients, v.now, loc)
}

// when says when an issue that was not begun goes out.
func (v *outlook) when() string {
	undo, due := v.s.Newsletter.Undo, v.due()
	if v.i != nil {
		undo = v.i.Undo
	}
	window := ""
	if undo > 0 {
		window = " (undo window of " + long(undo) + ")"
	}
	if v.i != nil && v.i.State == Waiting && v.i.Reason != "" {
		return "as soon as it can be sent: " + v.i.Reason
	}
	if !due.After(v.now) {
		return "now"
	}
	return clockAt(due, v.now, v.s.Location) + window
}

// due is when an issue that was not begun goes out.
func (v *outlook) due() time.Time {
	switch {
	case v.i != nil:
		return v.i.Due
	case v.e.Live:
		return v.now.Add(v.s.Newsletter.Undo)
	}
	return v.e.GoLive.Add(v.s.Newsletter.Undo)
}

// until says when the last of the people is expected to be mailed, where limits spread an
// issue that was not begun over more than a moment.
func (v *outlook) until() string {
	if v.account == nil || v.i != nil && v.i.Reason != "" {
		return ""
	}
	begin := v.due()
	if v.now.After(begin) {
		begin = v.now
	}
	_, last := v.account.forecast(v.queue, v.place, v.s.Newsletter.PerHour, v.s.Newsletter.PerDay, v.now)
	if last.Sub(begin) < 2*time.Minute {
		return ""
	}
	return ", queued until " + clock(last, v.now, v.s.Location) + ", when the last is expected to go"
}

// digest is the line of the weekly or monthly digest.
func (v *outlook) digest(k Kind) string {
	c, n := audience.Weekly, v.counts.Weekly
	if k == Monthly {
		c, n = audience.Monthly, v.counts.Monthly
	}
	if v.e.Mailing == post.MailNow || v.i != nil && v.i.Lost {
		return ""
	}
	if v.i != nil {
		if m, ok := v.i.Digests[k]; ok {
			return m.line(c, v.s.Location)
		}
	}
	if k == Weekly && v.e.Mailing == post.MailDigest {
		n += v.counts.Each
	}
	if n == 0 {
		return ""
	}
	who := v.upTo(n) + readers(n, c)
	if k == Weekly && v.e.Mailing == post.MailDigest {
		who = v.upTo(n) + count(n, "subscriber") + " in the weekly digest"
	}
	if away := mailable(v.e); away != "" && v.i != nil && v.i.begun() {
		return who + ": not mailed, because " + away
	}
	if d := v.digests[k]; v.e.Seq > 0 && v.e.Seq <= d.Mark && !slices.Contains(d.Carry, v.e.ID) {
		return v.covered(k, who)
	}
	from := v.now
	if v.e.GoLive.After(from) {
		from = v.e.GoLive
	}
	return who + ": " + moment(schedules(v.s)[k].next(from), v.s.Location)
}
