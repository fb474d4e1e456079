package signup

import (
	"net/url"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/settings"
)

// wish is what a form asks for.
type wish struct {
	Address string // as it was sent, until checked
	Name    string
	Cadence audience.Cadence
	Topics  []string // ids; none: all
	Page    string   // the path the form was sent from
	Robot   bool     // the field nobody sees was filled in
}

const maxPage = 200 // bytes

// readWish takes a wish from a form. errs tells by field name what is wrong with
// it, in words for a subscriber; the wish holds what can be shown again.
func readWish(form url.Values, topics []settings.Topic) (w wish, errs map[string]string) {
	errs = map[string]string{}
	w.Robot = form.Get("website") != ""

	address, err := audience.ParseAddress(form.Get("email"))
	if err != nil {
		errs["email"] = err.Error()
		w.Address = audience.Line(form.Get("email"), 254)
	} else {
		w.Address = address
	}

	w.Name = audience.Line(form.Get("name"), audience.MaxName)

	w.Cadence = audience.Cadence(form.Get("cadence"))
	if w.Cadence == "" {
		w.Cadence = audience.Each
	}
	if !w.Cadence.Valid() {
		errs["cadence"] = "Please choose how often."
		w.Cadence = audience.Each
	}
	w.Topics = readTopics(form["topics"], topics)
	w.Page = readPage(form.Get("from"))
	return w, errs
}

// readTopics keeps the topics there are, in the settings' order. All of them is
// the same as none: whatever comes, new topics included.
func readTopics(chosen []string, topics []settings.Topic) []string {
	var ids []string
	for _, t := range topics {
		if slices.Contains(chosen, t.ID) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == len(topics) {
		return nil
	}
	return ids
}

// readPage keeps the path of a page of this site and nothing else: no host, no query.
func readPage(s string) string {
	if s == "" || len(s) > 4*maxPage {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || !strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, "@") || len(u.Path) > maxPage || audience.Line(u.Path, maxPage) != u.Path {
		return ""
	}
	return u.Path
}
