package simulate

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// count notes that somebody got a post, and that nobody gets one twice, unless Mailgun
// lied about having it.
func (w *World) count(p *person, what string, marks []string) {
	id := p.id()
	if w.got[id] == nil {
		w.got[id] = map[string]int{}
	}
	if w.got[id][what]++; w.got[id][what] > 1 {
		if w.got[id][what] <= 1+p.copies[what] {
			w.tally.Twice++
			return
		}
		w.fail("%s is mailed %s a second time (texts %v)", p.address, what, marks)
	}
}

// judgeMail: whoever was certainly on the list since before a post was written has it
// once everything is quiet, by whichever mail they chose.
func (w *World) judgeMail() {
	w.judgeOutbox()
	if !w.weather.plain {
		return
	}
	d := w.desk
	for _, key := range slices.Sorted(maps.Keys(d.files)) {
		s := d.files[key]
		if s.other || s.page || s.bad || s.draft || s.date.After(time.Now()) || !d.clear(key) {
			continue
		}
		first := d.ever[key][0].up
		if !w.restored.IsZero() && !first.After(w.restored) {
			continue // who had it before is not known any more, so nobody may get it twice
		}
		for _, p := range w.people {
			if p.since.IsZero() || !p.since.Before(first) || !p.left.IsZero() {
				continue
			}
			if w.got[p.id()][key] > 0 {
				continue
			}
			if w.explained(p, key) {
				w.tally.Never++
				continue
			}
			w.fail("%s never got %s", p.address, key)
		}
	}
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
