package simulate

import (
	"slices"
	"time"
)

// The oracle says who is owed what, and in which mail, from what was done to the world
// alone. Its rules, in the words of the README:
//
//   - A post goes to those who asked for each post once the time for undoing it is over,
//     into the next weekly digest, and into the next monthly one.
//   - Nobody gets it twice: of these three each subscriber gets the first that is theirs.
//   - Nobody falls between two of them by switching: a mail is for everybody who had its
//     cadence at any time since the post was published (or since they joined, if that was
//     later), and whose topics it has now.
//   - Whoever is paused, has left, bounced or complained when a mail goes out is not in it.
//   - What the author deleted or holds is in no mail as long as that is so; the next digest
//     has it instead.
//   - A restored state has forgotten what people did since the backup, but not that they
//     left or moved away; and what was begun to be mailed since then is in no later mail.
//     Of what was just being mailed whoever was not reached before the restore may go
//     without, if nobody can know any more whether they were.
//     To it, whoever left on the forgotten day and comes back is somebody who switches.
//
// Where something happens in the very moment of something else, the oracle says nothing.

// state is how it stands with a subscriber.
type state struct {
	there   bool
	cadence string
	topics  []string
	until   time.Time // paused until then; zero: not
}

func (s state) resting(t time.Time) bool { return t.Before(s.until) }

// turnTo is what becomes of a state by a turn.
func (s state) after(t turn) state {
	switch t.what {
	case joined:
		return state{there: true, cadence: t.cadence, topics: t.topics}
	case switched:
		s.cadence, s.topics = t.cadence, t.topics
	case paused:
		s.until = t.until
	case resumed:
		s.until = time.Time{}
	case left, away:
		s.there = false
	}
	return s
}

// stateAt is how it stands after the turns that were over at a time.
func stateAt(turns []turn, t time.Time) (s state) {
	for _, turn := range turns {
		if !turn.to.After(t) {
			s = s.after(turn)
		}
	}
	return s
}

// known are the turns that the newsletter knows of at a time: after a restore only those
// before the backup, and that somebody left, or moved away from the address it knows.
func (y *year) knownTurns(l *life, at time.Time) []turn {
	if y.back.IsZero() || at.Before(y.back) {
		return l.turns
	}
	var known []turn
	for _, t := range l.turns {
		switch forgotten := t.to.After(y.backup) && t.from.Before(y.back); {
		case !forgotten:
			known = append(known, t)
		case t.what == left, t.what == moved:
			t.what = away
			known = append(known, t)
		}
	}
	return known
}

// addressed tells whether a post's mail for some cadences is for somebody, at a moment.
func (y *year) addressed(l *life, p *piece, cadences []string, since, at time.Time) bool {
	turns := y.knownTurns(l, at)
	now := stateAt(turns, at)
	if !now.there || now.resting(at) || len(now.topics) > 0 && !slices.ContainsFunc(p.topics, func(t string) bool { return slices.Contains(now.topics, t) }) {
		return false
	}
	if slices.Contains(cadences, now.cadence) {
		return true
	}
	// Or did they have it since the post was there, and they were?
	s, had, last := state{}, false, what("")
	for _, t := range turns {
		if t.to.After(at) {
			continue
		}
		if t.what == joined && last != away {
			had = false
		} else if t.to.After(since) && slices.Contains(cadences, s.cadence) {
			had = true
		}
		s, last = s.after(t), t.what
	}
	return had
}

// mailing is one mail that a post may be in.
type mailing struct {
	kind     string // as an issue's id begins
	when     span   // it is frozen and sent in it
	cadences []string
	maybe    bool // whether the post is in it is not certain
	lost     bool // it was begun after the backup and before the restore
	cut      bool // the restore came while it was being sent
}

// mailings are the mails that a post may be in, in the order in which they go out.
func (y *year) mailings(p *piece) []mailing {
	if p.live.from.IsZero() || p.email == "none" {
		return nil
	}
	var all []mailing
	each, weekly := []string{"each"}, []string{"weekly"}
	switch p.email {
	case "now":
		each = yearCadences
	case "digest":
		each, weekly = nil, []string{"each", "weekly"}
	}
	all = append(all, mailing{kind: "post-", when: p.instant, cadences: each, cut: p == y.midway || p == y.halfway})
	digests := func(kind string, dues []time.Time, cadences []string) {
		for _, due := range dues {
			when := span{due, due.Add(3 * time.Minute)}
			if slices.ContainsFunc(y.rough, func(s span) bool { return s.has(due) }) {
				when.to = due.Add(8 * time.Hour)
			}
			if when.to.Before(p.ready.from) || slices.ContainsFunc(p.away, func(s span) bool { return s.has(due) }) {
				continue
			}
			all = append(all, mailing{kind: kind, when: when, cadences: cadences, maybe: due.Before(p.ready.to)})
			if !due.Before(p.ready.to) {
				return
			}
		}
	}
	digests("weekly-", y.weekly, weekly)
	digests("monthly-", y.monthly, []string{"monthly"})
	for i := range all {
		all[i].lost = all[i].when.from.After(y.backup) && all[i].when.from.Before(y.back)
	}
	slices.SortStableFunc(all, func(a, b mailing) int { return a.when.from.Compare(b.when.from) })
	return all
}

// owed is the mail in which somebody is owed a post: zero if in none. It is not certain
// if what they did came in the very moment of the mail.
func (y *year) owed(l *life, p *piece, all []mailing) (in mailing, certain bool) {
	lost := false
	for _, m := range all {
		if lost && m.when.from.After(y.back) {
			continue
		}
		lost = lost || m.lost
		if len(m.cadences) == 0 {
			continue
		}
		yes, no := false, false
		moments := append([]time.Time{m.when.from, m.when.to}, l.between(m.when)...)
		for _, since := range append([]time.Time{p.live.from, p.live.to}, l.between(p.live)...) {
			for _, at := range moments {
				if y.addressed(l, p, m.cadences, since, at) {
					yes = true
				} else {
					no = true
				}
			}
		}
		switch {
		case yes && (no || m.maybe || m.cut):
			return m, false
		case yes:
			return m, true
		}
	}
	return mailing{}, true
}

// between are the moments in a span in which something changes for somebody.
func (l *life) between(s span) (moments []time.Time) {
	for _, t := range l.turns {
		for _, at := range []time.Time{t.from, t.to, t.until} {
			if s.has(at) {
				moments = append(moments, at)
			}
		}
		if t.from.Before(s.from) && t.to.After(s.to) {
			moments = append(moments, t.from, t.to)
		}
	}
	return moments
}
