package simulate

import (
	"fmt"
	"strings"
	"time"
)

// copyOf is one copy of a post that somebody got.
type copyOf struct {
	issue string
	at    time.Time
}

// judgeYear holds the ledger against the oracle: nothing is missing, nothing more, nothing
// twice, and everything came in the mail and at the time at which it was owed.
func (y *year) judgeYear() {
	ledger := map[*life]map[*piece][]copyOf{}
	for _, parcel := range y.parcels {
		l := y.by[y.who(parcel.to)]
		if ledger[l] == nil {
			ledger[l] = map[*piece][]copyOf{}
		}
		had := map[*piece]bool{} // a mail may show two texts of a post
		for _, mark := range parcel.marks {
			if p := y.about[mark]; !had[p] {
				had[p] = true
				ledger[l][p] = append(ledger[l][p], copyOf{parcel.issue, parcel.at})
				y.tally.got++
			}
		}
	}
	for _, p := range y.pieces {
		all := y.mailings(p)
		for _, l := range y.lives {
			y.tally.pairs++
			got := ledger[l][p]
			want, certain := y.owed(l, p, all)
			switch {
			case len(got) > 1:
				y.amiss(l, p, got, "got %s %d times", p.key, len(got))
			case !certain:
				y.tally.undetermined++
				if len(got) == 1 && p == y.midway && got[0].at.After(y.back) {
					y.amiss(l, p, got, "got %s after the restore, and nobody could know whether they had it", p.key)
				}
			case want.kind == "" && len(got) == 1:
				y.amiss(l, p, got, "got %s in %s, and was not owed it", p.key, got[0].issue)
			case want.kind != "" && len(got) == 0:
				y.amiss(l, p, got, "never got %s, and was owed it in %s… of %s", p.key, want.kind, clock(want.when))
			case want.kind != "" && !strings.HasPrefix(got[0].issue, want.kind):
				y.amiss(l, p, got, "got %s in %s, and was owed it in %s… of %s", p.key, got[0].issue, want.kind, clock(want.when))
			case want.kind != "" && !want.when.has(got[0].at):
				y.amiss(l, p, got, "got %s in %s on %s, and was owed it in the one of %s", p.key, got[0].issue, clock(span{from: got[0].at}), clock(want.when))
			}
		}
	}
	if c := y.tally; min(c.edits, c.renames, c.deletions, c.imported, c.joined, c.returned, c.switched, c.paused, c.moved, c.left, c.hooks, c.lost) == 0 || y.back.IsZero() {
		y.fail("not everything was tried")
	}
	if y.tally.undetermined*100 > y.tally.pairs*y.of.unsure {
		y.fail("of %d pairs %d are undetermined, more than %d in a hundred", y.tally.pairs, y.tally.undetermined, y.of.unsure)
	}
}

// amiss tells what is wrong between somebody and a post, and what they did.
func (y *year) amiss(l *life, p *piece, got []copyOf, format string, args ...any) {
	if len(y.failures) > 20 {
		y.failures = append(y.failures, "")
		return
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s "+format, append([]any{l.id()}, args...)...)
	fmt.Fprintf(&s, "\n    the post: live %s, mailed %s, topics %v, email %q, away %v", clock(p.live), clock(p.instant), p.topics, p.email, p.away)
	for _, c := range got {
		fmt.Fprintf(&s, "\n    got       %s in %s", clock(span{from: c.at}), c.issue)
	}
	for _, t := range l.turns {
		fmt.Fprintf(&s, "\n    %-9s %s %s %v", t.what, clock(t.span), t.cadence, t.topics)
		if !t.until.IsZero() {
			s.WriteString(" until " + clock(span{from: t.until}))
		}
	}
	y.fail("%s", s.String())
}

func clock(s span) string {
	const layout = "2 Jan 15:04:05"
	if s.to.IsZero() || s.to.Equal(s.from) {
		return s.from.In(berlin).Format(layout)
	}
	return s.from.In(berlin).Format(layout) + " to " + s.to.In(berlin).Format(layout)
}
