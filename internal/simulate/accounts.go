package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// judgeAccounts: what is said of an issue that is over is what Mailgun saw of it, and the
// receipt of its post says it too. After a restore, or where Mailgun lied, nobody can know.
func (w *World) judgeAccounts() {
	if w.tally.Restores > 0 {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(w.editions)) {
		e := w.editions[id]
		if e.closed.IsZero() || w.deceived(id) {
			continue
		}
		var seen struct {
			Counts struct{ Sent, Failed, Left int } `json:"counts"`
		}
		or(json.Unmarshal(w.s3.Get("content", "receipts/issues/"+id).Body, &seen))
		mails, most := w.acceptedOf(id)
		said := seen.Counts
		if said.Sent > most || said.Sent < mails && said.Failed == 0 { // what failed may be what nobody knows of
			w.fail("of %s it is said that it was mailed to %d and failed for %d, and Mailgun accepted %d mails", id, said.Sent, said.Failed, mails)
		}
		if said.Failed == 0 && said.Sent > 0 {
			w.judgeAccount(e, said.Sent+said.Left)
			w.tally.Accounts++
		}
	}
}

// acceptedOf is how many mails of an issue Mailgun accepted, and to how many places of its
// list. Who of those places had left by then only the run that posted them knows.
func (w *World) acceptedOf(issue string) (mails, places int) {
	for id, d := range w.mailgun.deliveries {
		if d.m.issue() != issue || d.accepted == 0 {
			continue
		}
		var from, to int
		name, _, _ := strings.Cut(id, "@")
		_, err := fmt.Sscanf(name[strings.LastIndex(name, "."):], ".%d-%d", &from, &to)
		or(err)
		places += to - from
	}
	for _, p := range w.parcels {
		if p.issue == issue {
			mails++
		}
	}
	return mails, places
}

// judgeAccount holds the receipt of a post against how many people its own mail was for.
func (w *World) judgeAccount(e *edition, people int) {
	if !w.weather.plain || e.kind() != "post" || len(e.keys) != 1 {
		return
	}
	key := e.keys[0]
	text := w.receipt(key)
	if text == "" {
		return
	}
	says := regexp.MustCompile(fmt.Sprintf(`- %d subscribers?( who chose each post)?: mailed (on|at) `, people))
	if !says.MatchString(oneLine([]byte(text))) {
		w.fail("%s was for %d, and the receipt of %s does not say so:\n%s", e.id, people, key, text)
	}
}

// What a receipt says of a post whose own issue is held, was stopped on its way, or was
// cancelled. That a post is for nobody by its own wish may come before that.
var standings = map[string]*regexp.Regexp{
	"held":      regexp.MustCompile(`: held until you release it|nobody: `),
	"stopped":   regexp.MustCompile(`\bstopped\b|nobody else: the records were restored`),
	"cancelled": regexp.MustCompile(`nobody: you cancelled it`),
}

// judgeStandings: whoever comes by when nothing has happened for a while reads in each
// receipt how its issue stands, also of what only the author can move on.
func (w *World) judgeStandings() {
	for _, key := range w.s3.Keys("state", "issues/post-") {
		if !strings.HasSuffix(key, "/issue.json") {
			continue
		}
		var i struct {
			Key, State string
			Frozen     time.Time
		}
		or(json.Unmarshal(w.s3.Get("state", key).Body, &i))
		if i.State == "held" && !i.Frozen.IsZero() {
			i.State = "stopped"
		}
		text := w.receipt(i.Key)
		if text == "" {
			continue
		}
		says := oneLine([]byte(text))
		if words := standings[i.State]; words != nil {
			w.tally.Standings++
			if !words.MatchString(says) {
				w.fail("%s is %s, and the receipt of %s does not say so:\n%s", key, i.State, i.Key, text)
			}
		}
		if i.State == "waiting" && (strings.Contains(says, "nobody yet: held") || strings.Contains(says, ": stopped ")) {
			w.fail("%s waits, and the receipt of %s says that it does not:\n%s", key, i.Key, text)
		}
	}
}

// receipt is what is said of a file that is published and never was anything but the one
// post; "" if there is none, or it may be another post by now.
func (w *World) receipt(key string) string {
	s, text := w.desk.files[key], w.receiptOf(key)
	if s == nil || s.bad || firstWord(text) != "Published" || len(w.desk.toggles[key]) != 1 {
		return ""
	}
	return text
}

var promise = regexp.MustCompile(`: (in the digest of )?(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day `)

// judgePromises: when all is over, no receipt says that a digest is still to come.
func (w *World) judgePromises() {
	for _, key := range w.s3.Keys("content", "receipts/posts/") {
		text := w.s3.Get("content", key).Body
		if firstWord(string(text)) == "Published" && promise.MatchString(oneLine(text)) {
			w.fail("%s promises a digest that is over:\n%s", key, text)
		}
	}
}

// oneLine undoes the wrapping of a receipt.
func oneLine(text []byte) string { return strings.Join(strings.Fields(string(text)), " ") }

// deceived tells whether Mailgun ever said anything of an issue that was not true.
func (w *World) deceived(issue string) bool {
	for _, d := range w.mailgun.deliveries {
		if d.m.issue() == issue && (d.lied || d.accepted > 1) {
			return true
		}
	}
	return false
}
