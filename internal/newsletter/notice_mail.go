package newsletter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/mail"
)

const (
	// noticeMost is how many issues one mail to the author tells of in full.
	noticeMost = 20
	// namesMost is how many bytes of it the names of further ones may take, so that no
	// inbox clips it.
	namesMost = 24 << 10
)

// noticeMail makes the mail that tells the author of some issues as they are now.
func (n *Newsletter) noticeMail(ctx context.Context, w *world, owed map[string]news) (mail.Message, error) {
	m := mail.Notice{Settings: w.settings, ToAuthor: true}
	issues, angry, last := complaints(owed)
	many, restored := takeCrowded(issues), false
	maps.DeleteFunc(issues, func(id string, what news) bool {
		restored = restored || what.State == wasRestored
		return restoredID.MatchString(id)
	})
	ids := w.newestFirst(slices.Collect(maps.Keys(issues)))
	slices.SortStableFunc(ids, func(a, b string) int { // first what waits for her
		return cmp.Compare(urgency(issues[a].State), urgency(issues[b].State))
	})
	var first string
	var only *Issue
	for k, id := range ids {
		if k == noticeMost {
			held, err := n.HeldLink(ctx)
			if err != nil {
				return mail.Message{}, err
			}
			m.Sections = append(m.Sections, w.namesOnly(ids[k:], issues, w.settings.URL+held))
			break
		}
		i, err := n.loadIssue(ctx, id)
		if errors.Is(err, errNoIssue) {
			continue
		}
		if err != nil {
			return mail.Message{}, err
		}
		s, err := n.section(ctx, w, i)
		if err != nil {
			return mail.Message{}, err
		}
		if m.Sections = append(m.Sections, s); first == "" {
			first, only = s.Heading, i
		}
	}
	held := 0
	for _, what := range issues {
		if what.State == Held {
			held++
		}
	}
	switch {
	case len(ids) == 1 && only != nil:
		m.Subject = w.subject(only, first)
	case held > 0 && held == len(ids):
		m.Subject = fmt.Sprintf("Held for you: %d mailings", held)
	case held > 0:
		m.Subject = fmt.Sprintf("Held for you: %s, and news of %d more", count(held, "mailing"), len(ids)-held)
	default:
		m.Subject = fmt.Sprintf("What becomes of %d of your posts", len(ids))
	}
	if restored {
		m.Sections = append([]mail.Section{restoredSection(len(ids))}, m.Sections...)
		m.Subject, m.Heading = restoredTitle, restoredTitle
	}
	if angry > 0 {
		m.Sections = append(m.Sections, complaintSection(angry, last, w.settings.Location))
		if len(ids) == 0 && !restored {
			m.Subject, m.Heading = complaintTitle(angry), "A complaint"
		}
	}
	if many {
		m.Sections = append(m.Sections, crowdedSection(w.settings.Newsletter.MaxSignupsPerHour))
		if len(ids) == 0 && !restored && angry == 0 {
			m.Subject, m.Heading = crowdedTitle, crowdedTitle
		}
	}
	if slices.ContainsFunc(m.Sections, func(s mail.Section) bool { return len(s.Actions) > 0 }) {
		m.Outro = append(m.Outro, "The links work for 35 days, for whoever has this mail.")
	}
	return m.Message()
}

// urgency orders what the author is told: what she has to decide, what she may still stop,
// what is over.
func urgency(s State) int {
	switch s {
	case Held:
		return 0
	case Waiting:
		return 1
	}
	return 2
}

// newestFirst sorts issues: digests, then posts from the newest to the oldest.
func (w *world) newestFirst(ids []string) []string {
	seq := func(id string) int64 {
		post, instant := instantPost(id)
		if !instant {
			return 1 << 62
		}
		if e := w.catalog.Posts[post]; e != nil {
			return e.Seq
		}
		return -1
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(seq(b), seq(a)), cmp.Compare(a, b)) })
	return ids
}

// namesOnly names the issues that a mail has no room to tell of in full. The page at the
// URL lists those that are held.
func (w *world) namesOnly(ids []string, what map[string]news, held string) mail.Section {
	s := mail.Section{Heading: fmt.Sprintf("And %d more", len(ids))}
	size, unnamed := 0, 0
	for _, of := range []struct {
		state State
		words string
	}{{Held, "Held for you:"}, {Waiting, "About to be mailed, or to be held:"}, {Closed, "Over:"}, {wasRestored, "Restored:"}} {
		names := []string{of.words}
		for _, id := range ids {
			if what[id].State != of.state {
				continue
			}
			name := "· " + w.nameOf(id)
			if size += len(name); size > namesMost {
				unnamed++
				continue
			}
			names = append(names, name)
		}
		if len(names) > 1 {
			s.Lines = append(s.Lines, strings.Join(names, "\n"))
			if of.state == Held {
				s.Actions = []mail.Action{{Label: "See all that is held", URL: held}}
			}
		}
	}
	last := "The receipts beside your posts tell of each."
	if unnamed > 0 {
		last = fmt.Sprintf("%d more have no room here. ", unnamed) + last
	}
	s.Lines = append(s.Lines, last)
	return s
}

// nameOf is what the author calls an issue.
func (w *world) nameOf(id string) string {
	post, instant := instantPost(id)
	if !instant {
		kind, period, _ := strings.Cut(id, "-")
		return "the " + kind + " digest " + period
	}
	if e := w.catalog.Posts[post]; e != nil {
		return e.Title
	}
	return "a post that is gone"
}

// subject says in a line what is new of one issue.
func (w *world) subject(i *Issue, title string) string {
	switch {
	case w.foreseen(i) != "":
		return "Going to be held for you: " + title
	case i.State == Waiting:
		return "About to be mailed: " + title
	case i.State == Held && i.begun():
		return "Stopped while being mailed: " + title
	case i.State == Held:
		return "Held for you: " + title
	case i.State == Closed && i.Recipients > 0 && !i.reachedNobody():
		if i.Counts.Failed > 0 {
			return "Mailed, but not to all: " + title
		}
		return "Mailed: " + title
	}
	return "Not mailed: " + title
}

// section tells of one issue and what can be done about it.
func (n *Newsletter) section(ctx context.Context, w *world, i *Issue) (mail.Section, error) {
	title, lines, err := n.describe(ctx, w, i)
	if err != nil {
		return mail.Section{}, err
	}
	s := mail.Section{Heading: title, Lines: lines}
	if e := w.catalog.Posts[i.Post]; e != nil && e.Live {
		s.URL = w.settings.URL + e.Path
	}
	link, err := n.AuthorLink(ctx, i.ID)
	if err != nil {
		return mail.Section{}, err
	}
	labels := map[Action]string{ActSend: "Send it now", ActCancel: "Cancel it", ActRelease: "Release it", ActResume: "Go on"}
	if i.begun() {
		labels[ActCancel] = "End it"
	}
	for k, a := range w.fitting(i) {
		s.Actions = append(s.Actions, mail.Action{
			Label: labels[a], URL: w.settings.URL + link + "&do=" + string(a), Quiet: k > 0,
		})
	}
	return s, nil
}
