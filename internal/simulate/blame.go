package simulate

import (
	"net/http"
	"slices"
)

// delivery is what became of one request to Mailgun that carries posts.
type delivery struct {
	m        mailRequest
	accepted int
	refused  string // the only recipient of the last attempt, whose address was called none; else empty
	lied     bool   // Mailgun said what was not true of it
}

// blame notes what Mailgun did, so that only Mailgun's own doing explains a mail that
// came twice or never.
func (w *World) blame(c *call, f fault) {
	if c.req.Method == http.MethodGet {
		id := c.req.URL.Query().Get("message-id")
		if d := w.mailgun.deliveries[id]; f == logForgets && d != nil && d.accepted > 0 {
			w.lied(d.m) // it is going to be mailed again
		}
		return
	}
	if c.mail == nil {
		return
	}
	m := *c.mail
	d := w.delivery(m)
	d.refused = ""
	if f == badAddress && len(m.to) == 1 { // at the first attempt there may have been others
		d.refused = m.to[0]
	}
	if f == acceptedBusy {
		w.lied(m)
	}
}

func (w *World) delivery(m mailRequest) *delivery {
	d := w.mailgun.deliveries[m.id]
	if d == nil {
		d = &delivery{m: m}
		w.mailgun.deliveries[m.id] = d
	}
	return d
}

// lied allows each recipient of a request one more copy of it.
func (w *World) lied(m mailRequest) {
	w.delivery(m).lied = true
	for _, to := range m.to {
		if p := w.who(to); p != nil {
			for _, what := range w.contents(m) {
				if p.copies == nil {
					p.copies = map[string]int{}
				}
				p.copies[what]++
			}
		}
	}
}

// explained tells whether Mailgun is to blame for a post that somebody never got: it
// refused their address.
func (w *World) explained(p *person, what string) bool {
	for _, d := range w.mailgun.deliveries {
		if d.refused != "" && w.who(d.refused) == p && slices.Contains(w.contents(d.m), what) {
			return true
		}
	}
	return false
}
