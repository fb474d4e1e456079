package newsletter

import (
	"fmt"
	"slices"
	"time"
)

func progressKey(id string) string { return "issues/" + id + "/progress.json" }

// progress is how far one issue has come along its frozen list. A place on the
// list is at every moment in exactly one of: beyond the cursor (never tried), todo
// (tried, and known not to be sent), inflight (being posted by somebody), uncertain
// (posted, fate unknown), failed, or none of these: sent.
type progress struct {
	stamp
	Freeze    string    `json:"freeze"`
	Total     int       `json:"total"`
	Cursor    int       `json:"cursor"`
	Todo      []span    `json:"todo,omitempty"`
	Inflight  []claim   `json:"inflight,omitempty"`
	Uncertain []claim   `json:"uncertain,omitempty"`
	Failed    []failure `json:"failed,omitempty"`
	Counts    Counts    `json:"counts"`
	// Route is how mails go since the author mended the settings; nil: as they were frozen.
	Route *route `json:"route,omitempty"`
}

// span is the places From (included) to To (not) of the list.
type span struct {
	From int `json:"from"`
	To   int `json:"to"`
	// Attempt counts how often exactly this range has been claimed.
	Attempt int `json:"attempt,omitempty"`
	// Fixed is set when the range was posted once and found not to have arrived: it
	// keeps its Message-Id, so it is only cut if it would not fit at all.
	Fixed bool `json:"fixed,omitempty"`
}

func (s span) len() int { return s.To - s.From }

// claim is a range that somebody posts, or posted.
type claim struct {
	span
	At time.Time `json:"at"` // of the claim; the POST follows within a minute or never
	By string    `json:"by"` // the call that claimed it
	// Owner is the run the call belongs to.
	Owner string `json:"owner"`
	// Route is how it goes, if that changed since the freeze.
	Route *route `json:"route,omitempty"`
	// Since is when it became uncertain, and Why. Count is how many were addressed,
	// if that is known.
	Since time.Time `json:"since,omitzero"`
	Why   string    `json:"why,omitempty"`
	Count int       `json:"count,omitempty"`
}

// failure is a range that was refused for good.
type failure struct {
	From   int    `json:"from"`
	To     int    `json:"to"`
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// check refuses a progress in which one place stands twice or outside of the list:
// acting on it would mail somebody twice.
func (p *progress) check() error {
	if p.Freeze == "" || p.Total < 0 || p.Cursor < 0 || p.Cursor > p.Total {
		return fmt.Errorf("place %d of %d in freeze %q", p.Cursor, p.Total, p.Freeze)
	}
	if p.Counts.Sent < 0 || p.Counts.Failed < 0 || p.Counts.Left < 0 {
		return fmt.Errorf("counts %v", p.Counts)
	}
	spans := slices.Clone(p.Todo)
	for _, c := range p.Inflight {
		spans = append(spans, c.span)
	}
	for _, c := range p.Uncertain {
		spans = append(spans, c.span)
	}
	for _, f := range p.Failed {
		spans = append(spans, span{From: f.From, To: f.To})
	}
	slices.SortFunc(spans, func(a, b span) int { return a.From - b.From })
	end := 0
	for _, s := range spans {
		if s.From < end || s.To <= s.From || s.To > p.Cursor {
			return fmt.Errorf("the range %d to %d does not fit", s.From, s.To)
		}
		end = s.To
	}
	return nil
}

// part is a stretch of the frozen list that gets the same mail.
type part struct {
	Group string `json:"group"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// partAt is the part a place lies in.
func partAt(parts []part, place int) (part, bool) {
	i, found := slices.BinarySearchFunc(parts, place, func(p part, place int) int {
		switch {
		case p.To <= place:
			return -1
		case p.From > place:
			return 1
		}
		return 0
	})
	if !found {
		return part{}, false
	}
	return parts[i], true
}

// waiting is how many places are neither sent nor failed nor in somebody's hands.
func (p *progress) waiting() int {
	n := p.Total - p.Cursor
	for _, s := range p.Todo {
		n += s.len()
	}
	return n
}

// done tells whether every place's fate is known.
func (p *progress) done() bool {
	return p.Cursor == p.Total && len(p.Todo) == 0 && len(p.Inflight) == 0 && len(p.Uncertain) == 0
}

// take claims up to most ranges of at most batch places each and allowed places
// together, each within one part; first what is to be done again.
func (p *progress) take(parts []part, most, batch, allowed int, now time.Time, by, owner string) []claim {
	var taken []claim
	claimed := func(s span) {
		s.Attempt++
		taken = append(taken, claim{span: s, At: now, By: by, Owner: owner, Route: p.Route})
		allowed -= s.len()
	}
	var left []span
	for _, s := range p.Todo {
		if len(taken) == most || allowed <= 0 {
			left = append(left, s)
			continue
		}
		size := batch
		if !s.Fixed {
			size = min(batch, allowed)
		}
		if s.len() > size {
			left = append(left, span{From: s.From + size, To: s.To})
			s = span{From: s.From, To: s.From + size}
		}
		if s.len() > allowed {
			left = append(left, s)
			continue
		}
		claimed(s)
	}
	for len(taken) < most && allowed > 0 && p.Cursor < p.Total {
		in, ok := partAt(parts, p.Cursor)
		if !ok {
			break
		}
		s := span{From: p.Cursor, To: min(in.To, p.Cursor+min(batch, allowed))}
		p.Cursor = s.To
		claimed(s)
	}
	slices.SortFunc(left, func(a, b span) int { return a.From - b.From })
	p.Todo = left
	p.Inflight = append(slices.Clone(p.Inflight), taken...)
	return taken
}

// claimedBy are the claims one call already holds: it lost the answer to its own write.
func (p *progress) claimedBy(by string) []claim {
	var mine []claim
	for _, c := range p.Inflight {
		if c.By == by {
			mine = append(mine, c)
		}
	}
	return mine
}

// same tells whether two claims are the same attempt at the same range.
func (c claim) same(d claim) bool {
	return c.From == d.From && c.To == d.To && c.Attempt == d.Attempt && c.By == d.By
}

func remove(claims []claim, c claim) ([]claim, bool) {
	i := slices.IndexFunc(claims, c.same)
	if i < 0 {
		return claims, false
	}
	return slices.Delete(slices.Clone(claims), i, i+1), true
}

// release takes a claim out of those in somebody's hands; false if it is not there
// (any more), and then its outcome must not be counted.
func (p *progress) release(c claim) (ok bool) {
	if p.Inflight, ok = remove(p.Inflight, c); ok {
		return true
	}
	p.Uncertain, ok = remove(p.Uncertain, c)
	return ok
}

// again puts a range back; fixed if it had been posted and is known not to have arrived.
func (p *progress) again(s span, fixed bool) {
	s.Fixed = s.Fixed || fixed
	p.Todo = append(slices.Clone(p.Todo), s)
	slices.SortFunc(p.Todo, func(a, b span) int { return a.From - b.From })
}

// fail records a range that will not be tried again. Neighbours that failed for the
// same reason become one entry, so that the list stays short.
func (p *progress) fail(c claim, reason string) {
	n := c.addressed()
	p.Counts.Failed += n
	f := failure{From: c.From, To: c.To, Reason: reason, Count: n}
	failed := slices.Clone(p.Failed)
	i, _ := slices.BinarySearchFunc(failed, f, func(a, b failure) int { return a.From - b.From })
	failed = slices.Insert(failed, i, f)
	merged := failed[:1]
	for _, next := range failed[1:] {
		last := &merged[len(merged)-1]
		if last.To == next.From && last.Reason == next.Reason {
			last.To, last.Count = next.To, last.Count+next.Count
			continue
		}
		merged = append(merged, next)
	}
	p.Failed = merged
}

// addressed is how many people a claim was posted to, as well as that is known.
func (c claim) addressed() int {
	if c.Count > 0 {
		return c.Count
	}
	return c.len()
}

// doubt makes a claim uncertain.
func (p *progress) doubt(c claim, why string, now time.Time) {
	c.Since, c.Why = now, why
	p.Uncertain = append(slices.Clone(p.Uncertain), c)
}

// abandon makes every claim uncertain whose holder cannot be alive, and tells how many.
func (p *progress) abandon(dead func(claim) bool, now time.Time) int {
	var alive []claim
	n := 0
	for _, c := range p.Inflight {
		if !dead(c) {
			alive = append(alive, c)
			continue
		}
		p.doubt(c, "the run that posted it ended", now)
		n++
	}
	p.Inflight = alive
	return n
}
