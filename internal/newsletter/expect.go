package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// Expect says in plain words who is mailed about a post and when, or who was: the
// mail lines of its receipt. Pages have none.
func (n *Newsletter) Expect(ctx context.Context, c *catalog.Catalog, e *catalog.Entry) ([]string, error) {
	if e == nil || e.Kind != post.Article {
		return nil, nil
	}
	s, err := n.complete(c)
	if err != nil {
		return nil, err
	}
	i, err := n.loadIssue(ctx, InstantID(e.ID))
	if err != nil && !errors.Is(err, errNoIssue) {
		return nil, err
	}
	return n.expect(ctx, &world{catalog: c, settings: s}, e, i)
}

// expect gathers what the lines depend on; i is nil if the issue was never opened.
func (n *Newsletter) expect(ctx context.Context, w *world, e *catalog.Entry, i *Issue) ([]string, error) {
	o, err := n.loadOutbox(ctx)
	if err != nil {
		return nil, err
	}
	v := outlook{e: e, i: i, s: w.settings, now: n.Now(), digests: o.Digests}
	if i != nil {
		if v.standing, err = n.standingOf(ctx, w.settings, i); err != nil {
			return nil, err
		}
	} else {
		if seen, err := n.witnessOf(ctx, InstantID(e.ID)); err != nil {
			return nil, err
		} else if seen != nil {
			return []string{"nobody else: its mail was sent before the records were restored, and is not sent again"}, nil
		}
	}
	if v.needsCounts() {
		if v.counts, err = n.Audience.Count(ctx); err != nil {
			return nil, fmt.Errorf("count the audience: %w", err)
		}
	}
	return v.lines(), nil
}

// outlook is all that the mail lines of a receipt depend on.
type outlook struct {
	e        *catalog.Entry
	i        *Issue // nil: never opened
	s        *settings.Settings
	now      time.Time
	counts   audience.Counts
	digests  map[Kind]digest
	standing *standing
}

// nobody says why a post is in no mail at all for now, or "".
func (v *outlook) nobody() string {
	i := v.i
	if i != nil && i.begun() {
		return ""
	}
	switch away := mailable(v.e); {
	case i != nil && i.State == Cancelled:
		return "nobody: you cancelled it"
	case i != nil && i.State == Closed:
		return "nobody: " + i.Reason
	case away != "" && v.e.Scheduled() && v.e.Mailing != post.MailNone:
		return ""
	case away != "":
		return "nobody: " + away
	case i != nil && i.State == Held:
		return "nobody yet: held until you release it, because " + i.Reason
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
		n := v.counts.Each
		switch v.e.Mailing {
		case post.MailNow:
			n = v.counts.Mailable()
		case post.MailDigest:
			return ""
		}
		if n == 0 {
			return ""
		}
		return v.who(n) + ": " + v.when()
	}
	if i.Recipients == 0 {
		return ""
	}
	who := v.who(i.Recipients)
	switch i.State {
	case Held:
		return who + ": stopped, because " + i.Reason
	case Closed:
		line := who + ": mailed " + clockAt(i.Ended, v.now, loc)
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
	undo := v.s.Newsletter.Undo
	due := v.e.GoLive.Add(undo)
	if v.i != nil {
		due, undo = v.i.Due, v.i.Undo
	} else if v.e.Live {
		due = v.now.Add(undo)
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
			if m.Sent == 0 {
				return ""
			}
			return readers(m.Sent, c) + ": mailed in the digest of " + moment(m.At, v.s.Location)
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
	d := v.digests[k]
	carried := false
	for _, id := range d.Carry {
		carried = carried || id == v.e.ID
	}
	if v.e.Seq > 0 && v.e.Seq <= d.Mark && !carried {
		return who + ": in the digest of " + moment(d.Due, v.s.Location)
	}
	from := v.now
	if v.e.GoLive.After(from) {
		from = v.e.GoLive
	}
	return who + ": " + moment(schedules(v.s)[k].next(from), v.s.Location)
}

// clockAt is clock with the word that belongs before it.
func clockAt(t, now time.Time, loc *time.Location) string {
	at := clock(t, now, loc)
	if len(at) == len("15:04") {
		return "at " + at
	}
	return "on " + at
}

// sentLine says what became of an issue that is over.
func sentLine(c Counts, why []Failure) string {
	line := "mailed " + count(c.Sent, "subscriber")
	if c.Failed > 0 {
		line += " (" + failedWords(c.Failed, why) + ")"
	}
	return line
}
