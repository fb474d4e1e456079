package simulate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// leapsMost is how much time the leaps of one storm take together. An issue that is held
// for longer than 30 days is given up, which is not what a storm is to try.
const leapsMost = 20 * 24 * time.Hour

// leap lets as much time go by as a mail waits for: to be undone, to be asked about, to
// be in a digest.
func (w *World) leap() {
	now := time.Now().UTC()
	friday := now.Truncate(24*time.Hour).AddDate(0, 0, (int(time.Friday-now.Weekday())+7)%7).Add(9*time.Hour + w.upTo(8*time.Hour))
	if !friday.After(now) {
		friday = friday.AddDate(0, 0, 7)
	}
	spans := []time.Duration{
		time.Minute, 5 * time.Minute, undo + time.Minute, undo + time.Minute, settle + time.Minute, settle + time.Minute,
		3 * time.Hour, 8 * time.Hour, 26 * time.Hour, friday.Sub(now),
	}
	d := spans[w.chance.IntN(len(spans))]
	if w.leapt += d; w.leapt > leapsMost || !w.mayPass(d) {
		return
	}
	w.tally.Leaps++
	w.say("%v go by", d)
	w.pass(d)
	w.wake([]string{"send", "send", "send", "digest", "publish"}[w.chance.IntN(5)])
}

// askable is how long what became of a request can be found out, with some time to spare
// for the calm: after 20 hours Mailgun's log is not believed any more.
const askable = 17 * time.Hour

// mayPass tells whether so much time may go by at once: not so much that nobody can find
// out any more what became of a request, which is an outage for itself.
func (w *World) mayPass(d time.Duration) bool {
	unsure := false
	for _, key := range w.s3.Keys("state", "issues/") {
		if !strings.HasSuffix(key, "/progress.json") {
			continue
		}
		var p struct{ Inflight, Uncertain []any }
		or(json.Unmarshal(w.s3.Get("state", key).Body, &p))
		unsure = unsure || len(p.Inflight)+len(p.Uncertain) > 0
	}
	switch {
	case !unsure:
		w.unsure = time.Time{}
	case w.unsure.IsZero():
		w.unsure = time.Now()
	}
	return !unsure || time.Since(w.unsure)+d < askable
}

// mailing tells whether a call mails, or notes what was mailed and what is to be.
func (w *World) mailing(c *call) bool {
	if c.req.URL.Host == mailHost {
		return true
	}
	if c.req.Method != http.MethodPut {
		return false
	}
	return slices.ContainsFunc([]string{"/progress.json", "/sending.json", "/outbox.json", "/receipts/issues/", "/issue.json"}, func(part string) bool {
		return strings.Contains(c.req.URL.Path, part)
	})
}

// noteFaults are what happens to a write that notes what was mailed.
var noteFaults = []fault{lostBefore, lostAfter, lostAfter, timeoutBefore, timeoutAfter, straggler, slowDown, internal, conflict}

// drawMailFault draws what becomes of a call that mails or notes it.
func (w *World) drawMailFault(c *call) fault {
	if c.req.URL.Host != mailHost {
		if w.chance.Float64() >= w.weather.fire/4 {
			return fine
		}
		return noteFaults[w.chance.IntN(len(noteFaults))]
	}
	if len(w.weather.mailFaults) == 0 || w.chance.Float64() >= w.weather.fire {
		return fine
	}
	for range 4 {
		f := w.weather.mailFaults[w.chance.IntN(len(w.weather.mailFaults))]
		if !f.fits(c) {
			continue
		}
		switch f {
		case badAddress, noPermission, acceptedBusy, logForgets:
			if w.chance.IntN(3) > 0 {
				continue // after these little can go wrong any more
			}
		}
		return f
	}
	return fine
}
