package simulate

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// person is somebody who reads the newsletter, or did, or will; and what is certain of
// them from outside: only what they were answered.
type person struct {
	address string
	token   string   // of the links in their mails
	deeds   []*deed  // what is known of how it stood with them, and when
	asked   []string // the cadences that they ever asked for in the form
	// left is when they were told that they are off the list; zero: they were not, or came back.
	left   time.Time
	wished time.Time // when they last sent the form that asks for the newsletter
	ever   bool      // may have been subscribed at some time

	former  []string    // addresses they had before
	next    string      // the address they want to have
	pressed time.Time   // when they confirmed it, of which no answer has come; zero: they did not
	moves   []time.Time // when they were told that a new address counts
	// paused is when they were told that nothing comes for a week; zero: they were not.
	paused time.Time
	// reviving counts requests under way that may end a pause; revived those that ever were.
	reviving, revived int
	complained        time.Time      // when a complaint of theirs was taken; only a restore undoes it
	copies            map[string]int // by post: how many more mails a lie of Mailgun's explains
	// touched is when somebody last did anything; erased when they were told that nothing is
	// kept of them, zero: they were not, or it is not certain any more.
	touched, erased time.Time
	erasures        int // that they ever asked for
}

// errand is something a person does a little later.
type errand struct {
	due time.Time
	do  func()
}

// ask sends a request to the subscriber's pages. then is told the answer; ok is false
// if none came.
func (w *World) ask(who, method, path string, form url.Values, then func(status int, body string, ok bool)) *invocation {
	if p := w.who(who); p != nil {
		p.touched, p.erased = time.Now(), time.Time{}
	}
	var status int
	var body string
	in := w.invoke(fmt.Sprintf("%s: %s %s", who, method, strings.SplitN(path, "?", 2)[0]), func(ctx context.Context, in *invocation) error {
		r := httptest.NewRequestWithContext(ctx, method, siteURL+path, strings.NewReader(form.Encode()))
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		rec := httptest.NewRecorder()
		in.c.handlers.Subscribe.ServeHTTP(rec, r)
		w.wire.mu.Lock()
		status, body = rec.Code, rec.Body.String()
		w.wire.mu.Unlock()
		return nil
	})
	in.after = func(alive bool) { then(status, body, alive && status != 0 && status < http.StatusInternalServerError) }
	return in
}

// live lets one of the people do something.
func (w *World) live() {
	p := w.people[w.chance.IntN(len(w.people))]
	switch n := w.chance.IntN(20); {
	case n < 2:
		w.leave(p)
	case n < 6:
		w.relocate(p)
	case n < 8:
		w.hook(p, []string{"failed", "complained"}[w.chance.IntN(2)])
	case n < 11:
		if p.token == "" || !p.left.IsZero() {
			w.join(p)
			return
		}
		w.prefer(p)
	case n < 13:
		w.pause(p)
	case n < 14:
		w.unpause(p)
	case n < 16 && w.weather.leaps:
		w.mailgun.limit = w.chance.IntN(4)
		w.say("Mailgun takes %d recipients a request (0: a thousand)", w.mailgun.limit)
	case n == 19:
		w.eraseAll(p)
	case len(w.people) < 10:
		p := &person{address: fmt.Sprintf("newcomer%d@example.org", len(w.people))}
		p.was(time.Now(), presence, gone)
		w.people = append(w.people, p)
		w.join(p)
	default:
		w.join(p)
	}
}

// leave is one click in a mail program.
func (w *World) leave(p *person) {
	if p.token == "" {
		return
	}
	w.say("%s unsubscribes", p.address)
	leaving := p.begin(presence, gone)
	w.attempt(w.ask(p.address, http.MethodPost, "/unsubscribe?t="+url.QueryEscape(p.token), url.Values{"List-Unsubscribe": {"One-Click"}}, func(status int, body string, ok bool) {
		if ok && status == http.StatusOK {
			p.ended(leaving)
			w.say("%s is told that they are off the list", p.address)
		}
	}), leaving)
}

// ended notes that an ending is said to be done. What somebody asked for after it happened
// counts for more, however late the ending was taken.
func (p *person) ended(d *deed) {
	succeed(d)
	if d.faint = !p.wished.Before(d.from.Truncate(time.Second)); !d.faint {
		p.left = d.done
	}
}

const signingKey = "signing"

// hook is Mailgun telling of a bounce or a complaint.
func (w *World) hook(p *person, event string) {
	if !p.ever || p.next != "" {
		return // whose address it is, is not certain
	}
	w.hooks++
	stamp, token := fmt.Sprint(time.Now().Unix()), fmt.Sprintf("token%d", w.hooks)
	at := stamp // whole seconds, as from other programs that speak as Mailgun does
	if w.hooks%2 == 0 {
		at = fmt.Sprintf("%.6f", float64(time.Now().UnixMicro())/1e6)
	}
	mac := hmac.New(sha256.New, []byte(signingKey))
	mac.Write([]byte(stamp + token))
	body := fmt.Sprintf(`{"signature":{"timestamp":%q,"token":%q,"signature":%q},"event-data":{"event":%q,"severity":"permanent","id":"e%d","timestamp":%s,"recipient":%q}}`,
		stamp, token, hex.EncodeToString(mac.Sum(nil)), event, w.hooks, at, p.address)
	w.send(p, p.begin(presence, gone), event, body, 0)
}

// send posts a webhook, and posts it again until it is taken, as Mailgun does.
func (w *World) send(p *person, ending *deed, event, body string, try int) {
	var status int
	in := w.invoke("webhook: "+p.address+" "+event, func(ctx context.Context, in *invocation) error {
		rec := httptest.NewRecorder()
		in.c.handlers.Webhook.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodPost, siteURL+"/webhooks/mailgun", strings.NewReader(body)))
		w.wire.mu.Lock()
		status = rec.Code
		w.wire.mu.Unlock()
		return nil
	})
	in.after = func(alive bool) {
		switch {
		case alive && status == http.StatusOK:
			p.ended(ending)
			if event == "complained" { // which nothing overtakes
				ending.faint, p.left = false, time.Now()
				if p.complained.IsZero() {
					p.complained = p.left
				}
			}
			w.say("the webhook about %s is taken", p.address)
		case try < 6:
			w.errands = append(w.errands, errand{time.Now().Add(5 * time.Minute << try), func() { w.send(p, ending, event, body, try+1) }})
		}
	}
}

var hiddenForm = regexp.MustCompile(`name="form" value="([^"]+)"`)

// join begins with the form; the mail it leads to goes on with it.
func (w *World) join(p *person) {
	if p.next != "" {
		return // one thing after the other
	}
	w.say("%s wants to subscribe", p.address)
	w.ask(p.address, http.MethodGet, "/subscribe", nil, func(status int, body string, ok bool) {
		m := hiddenForm.FindStringSubmatch(body)
		if !ok || m == nil {
			return
		}
		cadence := []string{"each", "each", "weekly", "monthly"}[w.chance.IntN(4)]
		form := url.Values{"email": {p.address}, "cadence": {cadence}, "form": {m[1]}}
		w.errands = append(w.errands, errand{time.Now().Add(3 * time.Second), func() {
			if p.next != "" {
				return // a restore has just undone the move to the address in the form
			}
			p.asked, p.wished = append(p.asked, cadence), time.Now()
			w.ask(p.address, http.MethodPost, "/subscribe", form, func(int, string, bool) {})
		}})
	})
}

// confirm presses the button of a confirmation mail.
func (w *World) confirm(p *person, token string) {
	p.ever = true
	if p.complained.IsZero() {
		p.left = time.Time{}
	}
	p.paused = time.Time{}
	p.reviving++
	p.revived++
	// Whoever is on the list already may have asked for something newer since. And of several
	// wishes it is not certain which one this is.
	back := p.is(presence, gone, span{time.Now(), time.Now()})
	joining := p.begin(presence, subscribed)
	wishes := []*deed{joining, p.begin(sleep, awake), p.begin(subjects, everything)}
	for _, cadence := range rhythms {
		if slices.Contains(p.asked, cadence) {
			wishes = append(wishes, p.begin(rhythm, cadence))
		}
	}
	w.attempt(w.ask(p.address, http.MethodPost, "/confirm", url.Values{"t": {token}}, func(status int, body string, ok bool) {
		p.reviving--
		if ok && strings.Contains(body, "Welcome") {
			succeed(wishes...)
			joining.anew = back
			for i, d := range wishes {
				d.faint = i > 0 && !back || d.facet == rhythm && len(wishes) > 4
			}
			w.say("%s is welcomed", p.address)
		}
	}), wishes...)
}

// run does the errands that are due.
func (w *World) run() bool {
	for i, e := range w.errands {
		if !e.due.After(time.Now()) {
			w.errands = append(w.errands[:i:i], w.errands[i+1:]...)
			e.do()
			return true
		}
	}
	return false
}

// who is the person with an address.
func (w *World) who(address string) *person {
	has := func(p *person) bool {
		return p.address == address || p.next == address || slices.Contains(p.former, address)
	}
	if p := w.known[address]; p != nil && has(p) {
		return p
	}
	for _, p := range w.people {
		if has(p) {
			w.known[address] = p
			return p
		}
	}
	return nil
}
