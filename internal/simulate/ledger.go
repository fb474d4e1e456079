package simulate

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// count notes that somebody got a post, and that nobody gets one twice, unless Mailgun
// lied about having it, or all that was known of them was erased in between.
func (w *World) count(p *person, what string, marks []string) {
	id := p.id()
	if w.got[id] == nil {
		w.got[id] = map[string]int{}
	}
	switch n := w.got[id][what] + 1; {
	case n == 1:
	case n <= 1+p.copies[what]:
		w.tally.Twice++
	case n > 1+p.copies[what]+p.erasures:
		w.fail("%s is mailed %s a second time (texts %v)", p.address, what, marks)
	}
	w.got[id][what]++
}

// judgeMail: whoever was certainly owed a post has it once everything is quiet, by
// whichever mail they chose.
func (w *World) judgeMail() {
	w.judgeOutbox()
	if !w.weather.plain {
		return
	}
	for _, key := range postKeys {
		if len(w.desk.ever[key]) == 0 {
			continue
		}
		for _, p := range w.people {
			w.judgePair(p, key)
		}
	}
}

// judgePair holds what somebody got of a post against what they were owed. That nobody
// gets one twice, and nobody what is certainly not for them, was seen to with each mail.
func (w *World) judgePair(p *person, key string) {
	with, known := w.carrying(key)
	switch {
	case known && w.owed(p, key, with):
		if w.got[p.id()][key] == 0 && !w.explained(p, key) {
			w.fail("%s never got %s", p.address, key)
		}
		if w.got[p.id()][key] == 0 {
			w.tally.Never++
		}
		w.tally.Owed++
	case known && !slices.ContainsFunc(with, func(e *edition) bool { return e.barred(p, key) == "" }):
		w.tally.Barred++
	default:
		w.tally.Unsure++
	}
}

// owed tells whether somebody is certainly owed a post. They are if it is one that is
// mailed, as all its versions say, and they certainly could be mailed, and wished for it,
// in every edition with it that may be for them: from its freeze until it was over.
//
// It is not certain, because it depends on which of two things came first, where
//   - the author says different things of how it is mailed, took it back, or cancelled it,
//     before those editions were over: what holds is what a run found at some moment that
//     nobody sees;
//   - it was there before a restore: who had it is not known any more, so that nobody may
//     get it twice;
//   - somebody came, left, paused, or chose topics while such an edition was frozen or sent,
//     or it is not known whether they did, because no answer came, or for which cadence;
//   - somebody moved, and then a restore forgot it.
func (w *World) owed(p *person, key string, with []*edition) bool {
	d := w.desk
	first := d.ever[key][0].up
	if !w.restored.IsZero() && !first.After(w.restored) {
		return false
	}
	// Whoever comes back begins anew: a cadence that they had before counts no more.
	came := p.came()
	// And whoever may be on an earlier list, and left before that mail reached them, stays on it:
	// a list says who was to be mailed, and not who was. They are in no later one with the post.
	if slices.ContainsFunc(with, func(e *edition) bool { return e.frozen.from.Before(came) && e.barred(p, key) == "" }) {
		return false
	}
	theirs := slices.DeleteFunc(slices.Clone(with), func(e *edition) bool { return !w.addressed(e, p, key, came) })
	if len(theirs) == 0 { // then it ought to have been in one
		now := time.Now()
		return d.owed(key, now) && w.fits(p, key, span{first, now})
	}
	whole := theirs[0].mailing()
	for _, e := range theirs {
		whole.to = lastOf(whole.to, e.mailing().to)
		if !w.fits(p, key, e.mailing()) {
			return false
		}
	}
	if !p.is(presence, subscribed, whole) { // nor in between
		return false
	}
	// Where they had one cadence only, what became of the post afterwards changes nothing.
	// Else it has to be in the mails of the others too, and each they had is certain.
	until, meanwhile := time.Now(), span{lastOf(first.Add(-lateness), came), whole.to}
	if slices.ContainsFunc(p.last(rhythm, meanwhile), func(d *deed) bool { return !d.certain(whole.to) }) {
		return false
	}
	if len(p.may(rhythm, meanwhile)) == 1 {
		until = whole.to
	}
	return d.owed(key, until)
}

// fits tells whether somebody was certainly on the list, not paused, and wished for a post,
// all through a span.
func (w *World) fits(p *person, key string, s span) bool {
	gardening, certain := w.desk.gardening(key)
	for _, about := range p.may(subjects, s) {
		if about == garden && !(certain && gardening) {
			return false
		}
	}
	return p.is(presence, subscribed, s) && p.woke(s)
}

func lastOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// judgeOutbox: nothing waits for ever.
func (w *World) judgeOutbox() {
	for id, state := range w.outbox() {
		switch state {
		case "sending", "held":
			w.fail("%s is still %s", id, state)
		case "waiting":
			if !w.anyBad() {
				w.fail("%s is still %s", id, state)
			}
		}
	}
}

// anyBad tells whether a file cannot be read now: its mail waits for a better version.
func (w *World) anyBad() bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(w.desk.files)), func(s *sheet) bool { return s.bad })
}

// outbox is the state of every issue that is not over.
func (w *World) outbox() map[string]string {
	o := w.s3.Get("state", "outbox.json")
	if o == nil {
		return nil
	}
	var box struct {
		Issues map[string]struct {
			State string `json:"state"`
		} `json:"issues"`
	}
	or(json.Unmarshal(o.Body, &box))
	states := map[string]string{}
	for id, i := range box.Issues {
		states[id] = i.State
	}
	return states
}
