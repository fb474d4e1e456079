package audience

import (
	"slices"
	"time"
)

// choose notes that a choice was made. No two choices of a record are of one moment, so
// that a move notices every one that comes while it is under way.
func (s *Subscriber) choose(at time.Time) {
	at = stamp(at)
	if !at.After(s.Chosen) {
		at = s.Chosen.Add(time.Millisecond)
	}
	s.Chosen = at
}

// become takes over another record's choices as if it had always had them.
func (s *Subscriber) become(src Subscriber) {
	s.Name, s.Cadence, s.Paused, s.Chosen = src.Name, src.Cadence, src.Paused, src.Chosen
	s.Topics, s.History = slices.Clone(src.Topics), slices.Clone(src.History)
}

// take takes over another record's choices if they were made after its own, and the
// changes of cadence since then with the moments at which they were made.
func (s *Subscriber) take(src Subscriber) {
	if !src.Chosen.After(s.Chosen) {
		return
	}
	last := s.Chosen
	if n := len(s.History); n > 0 {
		last = later(last, s.History[n-1].At)
	}
	for _, h := range src.History {
		if h.At.After(last) {
			s.setCadence(h.To, h.At)
			last = h.At
		}
	}
	s.setCadence(src.Cadence, later(last, src.Chosen))
	s.Name, s.Paused, s.Chosen = src.Name, src.Paused, src.Chosen
	s.Topics = slices.Clone(src.Topics)
}

// adopt remembers that another record, and all that moved to it, moved here.
func (s *Subscriber) adopt(src Subscriber) {
	former := slices.Clone(s.Former)
	for _, uid := range append(slices.Clone(src.Former), src.UID) {
		if uid != s.UID && !slices.Contains(former, uid) {
			former = append(former, uid)
		}
	}
	s.Former = former
}

// holds tells whether nothing is left to take or adopt from another record.
func (s *Subscriber) holds(src *Subscriber) bool {
	has := func(uid string) bool { return uid == s.UID || slices.Contains(s.Former, uid) }
	return !src.Chosen.After(s.Chosen) && has(src.UID) && !slices.ContainsFunc(src.Former, func(uid string) bool { return !has(uid) })
}

// sameToMove tells whether a record holds nothing that it did not when it was seen before,
// as far as that has to come across when it moves.
func (s *Subscriber) sameToMove(seen *Subscriber) bool {
	return s.Asked.Equal(seen.Asked) && s.Status == seen.Status && s.LeftAt.Equal(seen.LeftAt) && s.ComplainedAt.Equal(seen.ComplainedAt) &&
		s.Chosen.Equal(seen.Chosen) && slices.Equal(s.Former, seen.Former)
}
