package simulate

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

var belongs = regexp.MustCompile(`belongs to (posts/[^,\s]+),`)

// believe reads a receipt as it is written. One that refuses a file its address because
// another file has it must not name a file that was gone already when the refused one
// was uploaded.
func (w *World) believe(c memory.Change) {
	key, ok := strings.CutPrefix(strings.TrimSuffix(c.Key, ".txt"), "receipts/")
	if !ok || c.New == nil {
		return
	}
	text := string(c.New.Body)
	holder, title := belongs.FindStringSubmatch(text), inTitle.FindStringSubmatch(text)
	if holder == nil || title == nil {
		return
	}
	d := w.desk
	for _, s := range d.ever[key] {
		if markOf(s) != title[1] {
			continue
		}
		toggles := d.toggles[holder[1]]
		if d.files[holder[1]] == nil && (len(toggles) == 0 || toggles[len(toggles)-1].Before(s.up)) {
			w.fail("the receipt of %s says that %s has its address, which was gone before:\n%s", key, holder[1], text)
		}
		return
	}
}

// opened looks at an issue of the newsletter as it is opened: the page it is about is
// there, unless the author did something since the run began that opens it.
func (w *World) opened(c memory.Change) {
	if c.New == nil || w.landing == nil || !strings.HasPrefix(c.Key, "issues/") || !strings.HasSuffix(c.Key, "/issue.json") {
		return
	}
	var issue struct{ Kind, Key, Post, State string }
	if err := json.Unmarshal(c.New.Body, &issue); err != nil {
		w.fail("%s cannot be read: %v", c.Key, err)
		return
	}
	if issue.Key != "" {
		w.posts[issue.Post] = issue.Key
	}
	if c.Old != nil {
		return
	}
	if issue.Kind != "post" || issue.State != "waiting" || !w.desk.last.Before(w.landing.by.began) {
		return
	}
	by := w.landing.by
	w.look = func() { w.shown(by, c.Key, issue.Key) }
}

// shown: some page shows some version of a file, or did until another run gave its address
// to an older post.
func (w *World) shown(by *invocation, issue, key string) {
	if len(w.addresses.of[key]) > 0 {
		return
	}
	for _, s := range w.desk.ever[key] {
		if page := inBody.FindStringSubmatch(w.page(address(s))); page != nil && page[1] == markOf(s) {
			return
		}
	}
	w.fail("%s opens %s, and no page shows %s", by, issue, key)
}

// markOf is a text's number as its title and body have it.
func markOf(s *sheet) string { return strconv.Itoa(s.mark) }

// draft tells whether the text of a number says that it is one.
func (d *desk) draft(mark string) bool {
	for _, versions := range d.ever {
		for _, s := range versions {
			if markOf(s) == mark && s.draft {
				return true
			}
		}
	}
	return false
}
