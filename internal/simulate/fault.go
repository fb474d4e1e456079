package simulate

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// fault is what may happen to a call on its way.
type fault int

const (
	fine          fault = iota
	lostBefore          // the connection breaks before the request arrived
	lostAfter           // it took effect; the connection breaks before the answer
	timeoutBefore       // nothing is heard for too long; it never arrived
	timeoutAfter        // nothing is heard for too long; it took effect
	straggler           // the connection breaks, and the request arrives some time later
	slowDown            // 503 SlowDown
	internal            // 500 InternalError
	conflict            // 409: another conditional write was under way
	cutShort            // the connection breaks in the middle of the answer
	// Of Mailgun only:
	neverCame    // the connection breaks after the request left, which never arrived
	acceptedFail // it accepts and answers 500
	acceptedJunk // it accepts, and the answer makes no sense
	junk         // it does nothing, and the answer makes no sense
	enhanceCalm  // 420, with a time in the text
	tooManyCalls // 429
	noPermission // 401
	acceptedBusy // it accepts and answers 429: a lie
	logForgets   // its log does not tell of what it accepted: a lie
	badAddress   // 400: one of the recipients is none
	tooManyTo    // 400: fewer recipients, please
	faultKinds
)

var faultNames = [faultKinds]string{
	"fine", "lost before it arrived", "took effect, answer lost", "timeout before it arrived", "took effect, then timeout",
	"straggler", "503 SlowDown", "500 InternalError", "409 conflict", "answer cut short",
	"Mailgun: left, never arrived", "Mailgun: accepted, 500", "Mailgun: accepted, garbage", "Mailgun: garbage",
	"Mailgun: 420", "Mailgun: 429", "Mailgun: 401", "Mailgun: accepted, 429", "Mailgun: log denies it",
	"Mailgun: 400, bad address", "Mailgun: 400, too many",
}

func (f fault) String() string { return faultNames[f] }

// mails tells whether a fault can happen to a call of Mailgun's.
func (f fault) mails() bool { return f != slowDown && f != conflict }

// fits tells whether a fault can happen to a call.
func (f fault) fits(c *call) bool {
	write := c.req.Method == http.MethodPut || c.req.Method == http.MethodDelete
	switch {
	case c.req.URL.Host == mailHost:
		if c.req.Method == http.MethodGet {
			return f == lostBefore || f == lostAfter || f == internal || f == junk || f == noPermission || f == timeoutBefore ||
				f == cutShort || f == tooManyCalls || f == logForgets
		}
		if f == tooManyTo {
			return c.mail != nil && len(c.mail.to) > 1 // nobody calls one recipient too many
		}
		return f.mails() && f != logForgets
	case f >= neverCame:
		return false
	case c.req.URL.Host != s3Host:
		return f == lostBefore || f == lostAfter || f == internal
	case f == conflict:
		return write
	case f == cutShort:
		return c.req.Method == http.MethodGet
	}
	return true
}

// carry decides the fate of calls that cannot be told apart, and answers them.
func (w *World) carry(g group, f fault) {
	if f != fine {
		w.tally.Faults[f] += len(g)
		if g[0].req.URL.Host == mailHost {
			w.tally.MailFaults[f] += len(g)
		}
	}
	for _, c := range g {
		w.tally.Calls++
		a := answer{}
		switch f {
		case lostBefore:
			a.err = errReset
			c.sent = false
		case neverCame:
			a.err = errReset
		case junk:
			a.resp = rawAnswer(c, http.StatusOK, "<html>Bad gateway")
		case enhanceCalm:
			a.resp = mailAnswer(c, 420, "Domain "+mailDomain+" is not allowed to send: recipient limit exceeded, try again after "+time.Now().UTC().Add(20*time.Minute).Format(time.RFC1123))
		case tooManyCalls:
			a.resp = mailAnswer(c, http.StatusTooManyRequests, "Too many requests")
		case noPermission:
			a.resp = mailAnswer(c, http.StatusUnauthorized, "Forbidden")
		case badAddress:
			a.resp = mailAnswer(c, http.StatusBadRequest, "'to' parameter is not a valid address. please check documentation")
		case tooManyTo:
			a.resp = mailAnswer(c, http.StatusBadRequest, "Too many recipients; max is 1")
		case logForgets:
			a.resp = jsonAnswer(c, http.StatusOK, map[string]any{"items": []any{}, "paging": map[string]string{}})
		case timeoutBefore:
			a.err = timeout{}
		case straggler:
			a.err = errReset
		case slowDown:
			a.resp = memory.Refuse(c.req, http.StatusServiceUnavailable, "SlowDown")
		case internal:
			a.resp = memory.Refuse(c.req, http.StatusInternalServerError, "InternalError")
		case conflict:
			a.resp = memory.Refuse(c.req, http.StatusConflict, "ConditionalRequestConflict")
		default:
			a.resp = w.serve(c)
			switch f {
			case lostAfter:
				a = answer{err: errReset}
			case timeoutAfter:
				a = answer{err: timeout{}}
			case cutShort:
				a.resp = cut(a.resp)
			case acceptedFail:
				a.resp = mailAnswer(c, http.StatusInternalServerError, "Internal error")
			case acceptedJunk:
				a.resp = rawAnswer(c, http.StatusOK, "<html>Queued")
			case acceptedBusy:
				a.resp = mailAnswer(c, http.StatusTooManyRequests, "Too many requests")
			}
		}
		if c.req.URL.Host == mailHost {
			w.blame(c, f)
		}
		how := f.String()
		if f == fine {
			how = fmt.Sprint(a.resp.StatusCode)
		} else if a.resp != nil && f == cutShort {
			how += fmt.Sprintf(" (%d)", a.resp.StatusCode)
		}
		w.say("%s: %s → %s", c.by, c.line, how)
		if f == straggler {
			w.wire.mu.Lock()
			c.gone = true
			w.wire.mu.Unlock()
		} else {
			w.wire.off(c)
		}
		c.answer <- a
	}
}

// arrive decides what becomes of requests whose sender is gone: they arrive after
// all, or never.
func (w *World) arrive(g group) {
	lands := w.chance.IntN(3) > 0
	if g[0].req.URL.Host == mailHost && time.Since(g[0].at) > settled-time.Minute {
		lands = false // no connection lasts that long
	}
	for _, c := range g {
		w.wire.off(c)
		if !lands {
			w.say("%s: %s, long given up, never arrives", c.by, c.line)
			continue
		}
		w.tally.Stragglers++
		resp := w.serve(c)
		w.say("%s: %s, long given up, arrives → %d", c.by, c.line, resp.StatusCode)
	}
}

// serve lets a request take effect.
func (w *World) serve(c *call) *http.Response {
	w.discreetCall(c)
	switch c.req.URL.Host {
	case s3Host:
		w.obey(c)
		w.landing = c
		resp := w.s3.Serve(c.req, c.body)
		w.landing = nil
		if look := w.look; look != nil {
			w.look = nil
			look()
		}
		if c.by.plan == 0 && strings.HasSuffix(c.req.URL.Path, "/"+catalogKey) {
			c.by.plan, c.by.since = w.generation, w.generation
		}
		return resp
	case mailHost:
		return w.takeMail(c)
	case cdnHost:
		w.edge.told = w.edge.changes
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: c.req}
	}
	panic("a request to " + c.req.URL.Host)
}
