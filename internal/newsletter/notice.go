package newsletter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
)

// news is something about an issue, or a complaint, that the author is to be told by mail.
type news struct {
	State State     `json:"state"`
	At    time.Time `json:"at"`
}

// noticePrefix is where mails to the author are remembered.
const noticePrefix = "notices/"

// notice is a mail owed to the author. Once mailed it is marked, not deleted, so
// that whoever dies before the outbox forgets it does not mail it twice.
type notice struct {
	stamp
	News   map[string]news `json:"news"` // by issue
	Mailed time.Time       `json:"mailed,omitzero"`
	Failed string          `json:"failed,omitempty"`
}

func (n *notice) check() error {
	if len(n.News) == 0 {
		return errors.New("it tells nothing")
	}
	return nil
}

// tell queues news about an issue, if the author would want to know.
func (o *outbox) tell(i *Issue, now time.Time) bool {
	switch {
	case i.State == Waiting && i.Kind == Instant && i.Due.After(now):
	case i.State == Held:
	case i.State == Closed && (i.Recipients > 0 || !i.begun()):
	default:
		return false
	}
	if old, ok := o.News[i.ID]; ok && old.State == i.State {
		return false
	}
	return o.hear(i.ID, news{State: i.State, At: now.UTC().Truncate(time.Second)})
}

// hear queues news, and tells whether they are new.
func (o *outbox) hear(id string, what news) bool {
	if o.News[id] == what {
		return false
	}
	o.News = maps.Clone(o.News)
	if o.News == nil {
		o.News = map[string]news{}
	}
	o.News[id] = what
	return true
}

// told forgets news that were mailed, but not what came after them.
func (o *outbox) told(mailed map[string]news) bool {
	kept := map[string]news{}
	for id, n := range o.News {
		if mailed[id] != n {
			kept[id] = n
		}
	}
	if len(kept) == len(o.News) {
		return false
	}
	o.News = kept
	return true
}

// heard tells whether the author wants mails at all.
func (n *Newsletter) heard() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.world != nil && n.world.settings.Author.Email != ""
}

// noticeMost is how many issues one mail to the author tells of in full.
const noticeMost = 20

// tellAuthor mails what is new to the author: one mail for all that a tick found.
func (n *Newsletter) tellAuthor(ctx context.Context, owed map[string]news) error {
	if len(owed) == 0 || n.ending(ctx) || n.Now().Before(n.quiet()) {
		return nil
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	forget := func() error {
		_, err := n.changeOutbox(context.WithoutCancel(ctx), func(o *outbox) bool { return o.told(owed) })
		return err
	}
	to, letters := w.settings.Author.Email, w.settings.Newsletter
	if to == "" || letters.Domain == "" {
		return forget()
	}
	text, err := json.Marshal(owed) // maps are written in the order of their keys
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	id := hex.EncodeToString(sum[:12])
	key := noticePrefix + id
	there, existed, err := create(ctx, n, n.State, key, &notice{News: owed})
	if err != nil {
		return err
	}
	if existed && !there.Mailed.IsZero() {
		return forget()
	}
	message, err := n.noticeMail(ctx, w, owed)
	if err != nil {
		return fmt.Errorf("make a mail to the author: %w", err)
	}
	outcome := n.Sender.Send(ctx, Request{
		Domain: letters.Domain, Region: letters.Region, Message: message,
		MessageID: "notice." + id + "@" + letters.Domain, To: []Recipient{{Address: to}},
	})
	failed := ""
	switch o := outcome.(type) {
	case Accepted:
	case Failed:
		failed = o.Reason
	case BadRecipient:
		failed = o.Reason
	case Uncertain:
		failed = o.Reason // perhaps it came; telling twice would be worse than a missing mail
	default:
		n.beQuiet() // not now; what is owed stays in the outbox
		return nil
	}
	_, err = swap(context.WithoutCancel(ctx), n, n.State, key, func(s *notice) error {
		s.News, s.Mailed, s.Failed = owed, n.Now().UTC(), failed
		return nil
	})
	return errors.Join(err, forget())
}

// quiet is the time before which no mail to the author is tried again.
func (n *Newsletter) quiet() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.quietUntil
}

func (n *Newsletter) beQuiet() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.quietUntil = n.Now().Add(min(max(n.Settle/6, time.Second), 5*time.Minute))
}

// noticeMail makes the mail that tells the author of some issues as they are now.
func (n *Newsletter) noticeMail(ctx context.Context, w *world, owed map[string]news) (mail.Message, error) {
	m := mail.Notice{Settings: w.settings, ToAuthor: true}
	issues, angry, last := complaints(owed)
	restored := false
	maps.DeleteFunc(issues, func(id string, _ news) bool {
		is := restoredID.MatchString(id)
		restored = restored || is
		return is
	})
	ids := slices.Sorted(maps.Keys(issues))
	var first string
	var only *Issue
	for k, id := range ids {
		if k == noticeMost {
			m.Outro = append(m.Outro, fmt.Sprintf("And %d more. The receipts beside your posts tell of each.", len(ids)-k))
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
	m.Subject = fmt.Sprintf("What becomes of %d of your posts", len(ids))
	if len(ids) == 1 && only != nil {
		m.Subject = subject(only, first)
	}
	if restored {
		m.Sections = append([]mail.Section{restoredSection()}, m.Sections...)
		m.Subject, m.Heading = restoredTitle, restoredTitle
	}
	if angry > 0 {
		m.Sections = append(m.Sections, complaintSection(angry, last, w.settings.Location))
		if len(ids) == 0 && !restored {
			m.Subject, m.Heading = complaintTitle(angry), "A complaint"
		}
	}
	if slices.ContainsFunc(m.Sections, func(s mail.Section) bool { return len(s.Actions) > 0 }) {
		m.Outro = append(m.Outro, "The links work for 35 days, for whoever has this mail.")
	}
	return m.Message()
}

// subject says in a line what is new of one issue.
func subject(i *Issue, title string) string {
	switch {
	case i.State == Waiting:
		return "About to be mailed: " + title
	case i.State == Held && i.begun():
		return "Stopped while being mailed: " + title
	case i.State == Held:
		return "Held for you: " + title
	case i.State == Closed && i.Recipients > 0:
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
	for k, a := range fitting(i) {
		s.Actions = append(s.Actions, mail.Action{
			Label: labels[a], URL: w.settings.URL + link + "&do=" + string(a), Quiet: k > 0,
		})
	}
	return s, nil
}
