package simulate

import "net/http"

// aside is how eagerly the calls of an invocation are carried that was put aside.
const aside = 1e-4

// turn may, in histories with turns, put the sender of a write or a mail aside just before or just
// after it took effect, so that others come and go in between, or end its process there. That
// is where two runs that do the same thing go wrong, and chance alone seldom brings it about.
// It tells whether it decided what becomes of the calls.
func (w *World) turn(g group) bool {
	by := g[0].by
	if w.weather.turns == 0 {
		return false
	}
	if by.stick == aside {
		w.say("%s goes on", by)
		by.stick = 1
		return false
	}
	mails := g[0].mail != nil
	if !mails && !writes(g[0].req) || w.chance.Float64() >= w.weather.turns {
		return false
	}
	w.tally.Turns++
	n := w.chance.IntN(4)
	if mails {
		n /= 2 // of what dies at a mail there is enough
	}
	switch n {
	case 0:
		w.say("%s is put aside before %s", by, g[0].line)
		by.stick = aside
	case 1, 2:
		w.carry(g, fine)
		w.say("%s is put aside", by)
		by.stick = aside
	default:
		for _, c := range g {
			w.wire.off(c)
			w.tally.Calls++
			resp := w.serve(c)
			w.say("%s: %s → %d, and its process dies", by, c.line, resp.StatusCode)
		}
		w.tally.Kills++
		w.end1(by)
	}
	return true
}

// writes tells whether a request may change a bucket.
func writes(r *http.Request) bool {
	return r.URL.Host == s3Host && (r.Method == http.MethodPut || r.Method == http.MethodDelete)
}

// allAside tells whether all that are under way were put aside; if nobody is, what waits are
// requests whose senders are gone, and they may wait too.
func (w *World) allAside() bool {
	for _, in := range w.running {
		if in.stick != aside {
			return false
		}
	}
	return true
}
