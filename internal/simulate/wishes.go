package simulate

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// id names a person, whatever their address is now.
func (p *person) id() string {
	if len(p.former) > 0 {
		return p.former[0]
	}
	return p.address
}

// moved is when somebody was last told that a new address counts; zero: never.
func (p *person) moved() time.Time {
	if len(p.moves) == 0 {
		return time.Time{}
	}
	return p.moves[len(p.moves)-1]
}

// prefer is somebody saving their preferences: how often, and about what.
func (w *World) prefer(p *person) {
	cadence := rhythms[w.chance.IntN(3)]
	var topics []string
	if w.weather.leaps && w.chance.IntN(3) == 0 {
		topics = []string{garden}
	}
	w.save(p, cadence, topics)
}

// save sends the form of the preferences' page. As long as the author has named no topics
// there are none to choose among; the page that is answered says which ones are chosen.
func (w *World) save(p *person, cadence string, topics []string) {
	w.say("%s switches to %s, topics %v", p.address, cadence, topics)
	often, about := p.begin(rhythm, cadence), p.begin(subjects, everything)
	if len(topics) > 0 {
		about.value = garden
	}
	form := url.Values{"t": {p.token}, "do": {"save"}, "cadence": {cadence}, "topics": topics}
	w.attempt(w.ask(p.address, http.MethodPost, "/preferences", form, func(_ int, body string, ok bool) {
		if ok && strings.Contains(body, "Saved.") {
			if !strings.Contains(body, `name="topics"`) {
				about.value = everything
			}
			succeed(often, about)
			w.say("%s is told that it is saved: %s, %s", p.address, cadence, about.value)
		}
	}), often, about)
}

func (w *World) pause(p *person) {
	if p.token == "" {
		return
	}
	w.say("%s pauses for a week", p.address)
	certain, before := p.reviving == 0, p.revived
	pausing := p.begin(sleep, asleep)
	w.attempt(w.ask(p.address, http.MethodPost, "/preferences", url.Values{"t": {p.token}, "do": {"pause"}, "weeks": {"1"}}, func(status int, body string, ok bool) {
		if !ok || status != http.StatusOK || !strings.Contains(body, "Nothing will be sent until then") {
			return
		}
		succeed(pausing)
		if certain && p.revived == before { // else it may be that the pause came first
			p.paused = time.Now()
			w.tally.Pauses++
			w.say("%s is told that nothing comes for a week", p.address)
		}
	}), pausing)
}

func (w *World) unpause(p *person) {
	if p.token == "" {
		return
	}
	w.say("%s ends a pause", p.address)
	p.paused = time.Time{}
	p.reviving++
	p.revived++
	waking := p.begin(sleep, awake)
	w.attempt(w.ask(p.address, http.MethodPost, "/preferences", url.Values{"t": {p.token}, "do": {"resume"}}, func(_ int, body string, ok bool) {
		p.reviving--
		if ok && strings.Contains(body, "Welcome back.") {
			succeed(waking)
		}
	}), waking)
}

// relocate asks for the newsletter at another address; the mail that it leads to goes on
// with it.
func (w *World) relocate(p *person) {
	now := span{time.Now(), time.Now()}
	if p.token == "" || p.next != "" || !p.left.IsZero() || !p.is(presence, subscribed, now) {
		return
	}
	p.next = fmt.Sprintf("new%d.%s", len(p.former)+1, p.id())
	w.say("%s wants to move to %s", p.address, p.next)
	w.ask(p.address, http.MethodPost, "/preferences", url.Values{"t": {p.token}, "do": {"move"}, "email": {p.next}}, func(int, string, bool) {})
}

// press is the button of a mail that asks to confirm something.
func (w *World) press(p *person, to, token string) {
	switch {
	case to == p.next:
		w.settleIn(p, token, 0)
	case to == p.address && p.next == "":
		w.confirm(p, token)
	}
}

// settleIn confirms a new address, and does so again if no answer comes.
func (w *World) settleIn(p *person, token string, try int) {
	if p.next == "" {
		return
	}
	p.pressed = time.Now()
	w.say("%s confirms that it is the new address of %s", p.next, p.address)
	w.ask(p.next, http.MethodPost, "/confirm", url.Values{"t": {token}}, func(status int, body string, ok bool) {
		switch {
		case p.next == "":
		case ok && strings.Contains(body, "Welcome"):
			p.former, p.address = append(p.former, p.address), p.next
			p.next, p.pressed, p.moves = "", time.Time{}, append(p.moves, time.Now())
			w.tally.Moves++
			w.say("%s is told that it counts from now on", p.address)
		case !ok && try < 4:
			w.errands = append(w.errands, errand{time.Now().Add(time.Minute << try), func() { w.settleIn(p, token, try+1) }})
		}
	})
}
