package simulate

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// eraseAll is somebody having all erased that is kept of them.
func (w *World) eraseAll(p *person) {
	if p.token == "" || p.next != "" {
		return
	}
	w.say("%s asks to be forgotten", p.address)
	leaving := p.begin(presence, gone)
	certain := !w.busyWith(p)
	p.erasures++
	in := w.ask(p.address, http.MethodPost, "/preferences", url.Values{"t": {p.token}, "do": {"erase"}, "sure": {"yes"}}, func(_ int, body string, ok bool) {
		if !ok || !strings.Contains(body, "Everything about you has been erased") {
			return
		}
		p.ended(leaving)
		p.token = "" // what their mails lead to is nothing any more
		if certain && !p.touched.After(leaving.from) {
			p.erased = time.Now()
			w.tally.Erased++
		}
		w.say("%s is told that everything is erased", p.address)
	})
	w.attempt(in, leaving)
}

// busyWith tells whether anything is under way that somebody asked for.
func (w *World) busyWith(p *person) bool {
	own := func(in *invocation) bool {
		for _, address := range append([]string{p.address}, p.former...) {
			if strings.Contains(in.name, address) {
				return true
			}
		}
		return false
	}
	for _, in := range w.running {
		if own(in) {
			return true
		}
	}
	w.wire.mu.Lock()
	defer w.wire.mu.Unlock()
	for _, c := range w.wire.calls {
		if own(c.by) {
			return true
		}
	}
	return false
}

// judgeErased: of whoever was forgotten and did nothing since, no address is left.
func (w *World) judgeErased() {
	for _, p := range w.people {
		if p.erased.IsZero() {
			continue
		}
		for _, key := range w.s3.Keys("state", "") {
			body := w.s3.Get("state", key).Body
			for _, address := range append([]string{p.address}, p.former...) {
				if bytes.Contains(body, []byte(`"`+address)) {
					w.fail("%s was told that everything is erased, and stands in %s", address, key)
				}
			}
		}
	}
}
