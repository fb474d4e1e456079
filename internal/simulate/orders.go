package simulate

import (
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// authorLink is a button in a mail to the author.
var authorLink = regexp.MustCompile(regexp.QuoteMeta(siteURL) + `/author\?t=([A-Za-z0-9_.=%-]+)&do=([a-z]+)`)

// read is the author reading a mail about their posts. Often they press one of its
// buttons some time later.
func (w *World) read(m mailRequest) {
	w.news = append(w.news, m)
	links := authorLink.FindAllStringSubmatch(m.text, -1)
	if !w.weather.leaps || len(links) == 0 || w.chance.IntN(3) > 0 {
		return
	}
	link := links[w.chance.IntN(len(links))]
	token, err := url.QueryUnescape(link[1])
	or(err)
	do := link[2]
	if do == "cancel" && w.chance.IntN(2) == 0 {
		return // more is to be mailed than not
	}
	w.errands = append(w.errands, errand{time.Now().Add(w.upTo(3 * time.Hour)), func() { w.order(token, do) }})
}

// order follows a link, and presses the button that it is for.
func (w *World) order(token, do string) {
	w.ask("author", http.MethodGet, "/author?t="+url.QueryEscape(token), nil, func(status int, body string, ok bool) {
		if !ok || status != http.StatusOK {
			return
		}
		w.tally.Orders++
		var keys []string
		if about := anyTitle.FindStringSubmatch(body); about != nil {
			keys = []string{w.desk.written[about[1]]}
		} else { // a digest, which may have any of them
			keys = postKeys
		}
		if do == "cancel" {
			for _, key := range keys {
				w.desk.withdrawn[key] = true
			}
		}
		w.say("the author presses %s for %v", do, keys)
		w.ask("author", http.MethodPost, "/author", url.Values{"t": {token}, "do": {do}}, func(status int, _ string, ok bool) {
			if ok && do == "cancel" && status == http.StatusSeeOther && len(keys) == 1 {
				w.desk.cancelled[keys[0]] = time.Now()
				w.say("the author is told that the mail of %s is cancelled", keys[0])
			}
		})
	})
}
