package simulate

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// authorLink is a button in a mail to the author.
var authorLink = regexp.MustCompile(regexp.QuoteMeta(siteURL) + `/author\?t=([A-Za-z0-9_.=%-]+)&do=([a-z]+)`)

// read is the author reading a mail about their posts. Mostly they press one of its
// buttons: some at once, before the time for undoing is over, some hours later.
func (w *World) read(m mailRequest) {
	w.news = append(w.news, m)
	links := authorLink.FindAllStringSubmatch(m.text, -1)
	if !w.weather.leaps || len(links) == 0 || w.chance.IntN(4) == 0 {
		return
	}
	link := links[w.chance.IntN(len(links))]
	token, err := url.QueryUnescape(link[1])
	or(err)
	do := link[2]
	if do == "cancel" && w.chance.IntN(4) > 0 {
		return // more is to be mailed than not
	}
	after := w.upTo(3 * time.Hour)
	if w.chance.IntN(2) == 0 {
		after = w.upTo(undo / 2)
	}
	w.errands = append(w.errands, errand{time.Now().Add(after), func() { w.order(token, do) }})
}

// order follows a link, and presses the button that it is for.
func (w *World) order(token, do string) {
	w.ask("author", http.MethodGet, "/author?t="+url.QueryEscape(token), nil, func(status int, body string, ok bool) {
		if !ok || status != http.StatusOK {
			return
		}
		var keys []string
		about := anyTitle.FindStringSubmatch(body)
		if about == nil || strings.Contains(body, " digest of ") { // it may have any of them, and names a few
			keys = postKeys
		} else {
			keys = []string{w.desk.written[about[1]]}
		}
		w.orders(do, keys)
		w.ask("author", http.MethodPost, "/author", url.Values{"t": {token}, "do": {do}}, func(status int, _ string, ok bool) {
			if ok && status == http.StatusSeeOther {
				w.obeyed(do, keys)
			}
		})
	})
}

// command is the author giving the command for what fits one of the issues that are not over.
func (w *World) command() {
	states := w.outbox()
	if len(states) == 0 {
		return
	}
	id := w.desk.some(slices.Sorted(maps.Keys(states)))
	fits := map[string][]string{
		"waiting": {"send", "send", "send", "send", "send", "cancel"}, "held": {"release", "release", "resume", "resume", "cancel"},
		"dormant": {"cancel", "send"}, "sending": {"cancel", "send"},
	}[states[id]]
	if len(fits) > 0 { // none for one that a command ended, whose process died before it said so
		w.give(id, w.desk.some(fits))
	}
}

// give is the author giving one command for one issue.
func (w *World) give(id, do string) {
	keys := postKeys
	if post, ok := strings.CutPrefix(id, "post-"); ok && w.posts[post] != "" {
		keys = []string{w.posts[post]}
	}
	w.orders(do, keys)
	var err error
	in := w.invoke("author: "+do+" "+id, func(ctx context.Context, in *invocation) error {
		var problem error
		switch do {
		case "send":
			problem = in.c.letters.SendNow(ctx, id)
		case "cancel":
			problem = in.c.letters.Cancel(ctx, id)
		case "release":
			problem = in.c.letters.Release(ctx, id)
		case "resume":
			problem = in.c.letters.Resume(ctx, id)
		}
		w.wire.mu.Lock()
		err = problem
		w.wire.mu.Unlock()
		return problem
	})
	in.after = func(alive bool) {
		if alive && err == nil {
			w.obeyed(do, keys)
		}
	}
}

// refuse is Mailgun not knowing the key to send with any more, as when it was revoked: that
// stops what is being sent, until the author acts.
func (w *World) refuse() {
	if w.mailgun.refuses {
		return
	}
	w.say("Mailgun does not know the key any more")
	w.mailgun.refuses = true
	w.tally.Refusals++
}

// relent is the author having put that right. Then they go on with what it stopped.
func (w *World) relent() {
	w.say("Mailgun knows the key again")
	w.mailgun.refuses = false
	w.errands = append(w.errands, errand{time.Now().Add(w.upTo(30 * time.Minute)), func() {
		for _, id := range w.stopped() {
			w.give(id, "resume")
		}
	}})
}

// stopped are the issues that were stopped while they were being sent.
func (w *World) stopped() (ids []string) {
	states := w.outbox()
	for _, id := range slices.Sorted(maps.Keys(states)) {
		if e := w.editions[id]; states[id] == "held" && e != nil && e.closed.IsZero() {
			ids = append(ids, id)
		}
	}
	return ids
}

// orders notes what the author is about to tell the newsletter to do with the mail of
// some files.
func (w *World) orders(do string, keys []string) {
	w.tally.Orders++
	w.say("the author says %s for %v", do, keys)
	if do == "cancel" {
		for _, key := range keys {
			if w.desk.withdrawn[key].IsZero() {
				w.desk.withdrawn[key] = time.Now()
			}
		}
	}
}

// obeyed notes that they are told that it is done.
func (w *World) obeyed(do string, keys []string) {
	w.say("the author is told that it is done: %s for %v", do, keys)
	w.tally.Obeyed[slices.Index(authorsWords[:], do)]++
	if do == "cancel" && len(keys) == 1 {
		w.desk.cancelled[keys[0]] = time.Now()
	}
}

// authorsWords are all that the author can say about an issue.
var authorsWords = [...]string{"send", "cancel", "release", "resume"}
