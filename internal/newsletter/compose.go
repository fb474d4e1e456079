package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/store"
)

// letter is the frozen mail of one group.
type letter struct {
	stamp
	Group   string       `json:"group"`
	Posts   []string     `json:"posts"`
	Message mail.Message `json:"message"`
}

func (l *letter) check() error {
	if l.Group == "" || l.Message.Subject == "" || l.Message.Text == "" || l.Message.HTML == "" {
		return errors.New("it is no whole mail")
	}
	return nil
}

// writeMessages freezes the mail of every group on a list; why says what it must
// wait for, if it cannot be made now.
func (n *Newsletter) writeMessages(ctx context.Context, w *world, i *Issue, l *list) (why string, err error) {
	for _, g := range l.head.Groups {
		var m mail.Message
		if i.Kind == Instant {
			m, why, err = n.announcement(ctx, w, g.Posts[0])
		} else {
			m, err = digestMail(w, i, g.Posts)
		}
		if err != nil || why != "" {
			return why, err
		}
		key := messageKey(i.ID, l.head.Freeze, g.Group)
		if _, _, err := create(ctx, n, n.State, key, &letter{Group: g.Group, Posts: g.Posts, Message: m}); err != nil {
			return "", err
		}
	}
	return "", nil
}

// announcement makes the mail of one post from its source as it is now.
func (n *Newsletter) announcement(ctx context.Context, w *world, postID string) (m mail.Message, why string, err error) {
	e := w.catalog.Posts[postID]
	_, body, err := n.Content.Get(ctx, e.Key, store.Cond{IfMatch: e.ETag})
	if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrNotFound) {
		return m, "the file was just changed; what it says then is sent", nil
	}
	if err != nil {
		return m, "", fmt.Errorf("read %s: %w", e.Key, err)
	}
	p, err := post.Parse(e.Key, body, post.Options{Location: w.settings.Location, Language: w.settings.Language})
	if err != nil {
		return m, "", fmt.Errorf("make the mail of %s: %w", e.Key, err)
	}
	a := mail.Announcement{
		Settings: w.settings, URL: w.settings.URL + e.Path, Post: p, Entry: e,
		Resolver: w.catalog.Resolver(e.Key, w.settings.URL),
	}
	if e.Mailing == post.MailNow {
		a.Why = "You get this because you subscribed to " + w.settings.Title + "."
	}
	m, err = a.Message()
	return m, "", err
}

// digestMail makes the mail of those who are owed exactly these posts, newest first.
func digestMail(w *world, i *Issue, posts []string) (mail.Message, error) {
	d := mail.Digest{Settings: w.settings, Kind: string(i.Kind)}
	oldest := i.Due
	for _, id := range posts {
		e := w.catalog.Posts[id]
		if e.GoLive.Before(oldest) && !e.Late { // a late one has its old date
			oldest = e.GoLive
		}
		d.Items = append(d.Items, mail.Item{Entry: e, URL: w.settings.URL + e.Path, Image: picture(w, e)})
	}
	d.Period = covers(i.Kind, i.Due, oldest, w.settings.Location)
	return d.Message()
}

// picture is the image that stands for a post: its own, or the book's cover.
func picture(w *world, e *catalog.Entry) *post.Picture {
	r := w.catalog.Resolver(e.Key, w.settings.URL)
	refs := []string{e.Image}
	if e.Book != nil {
		refs = []string{e.Book.Cover, e.Image}
	}
	for _, ref := range refs {
		if ref == "" {
			continue
		}
		if p, ok := r.Image(ref); ok {
			return &p
		}
	}
	return nil
}

// covers is what a digest covers, in words: the month before the first of a month,
// else the days from one digest to the next; from its oldest post, where digests were missed.
func covers(k Kind, due, oldest time.Time, loc *time.Location) string {
	due, oldest = local(due, loc), local(oldest, loc)
	from := due.AddDate(0, 0, -7)
	if k == Monthly {
		first := time.Date(due.Year(), due.Month()-1, 1, 12, 0, 0, 0, due.Location())
		from = first.AddDate(0, 0, min(due.Day(), first.AddDate(0, 1, -1).Day())-1)
	}
	missed := oldest.Format(time.DateOnly) < from.Format(time.DateOnly)
	if missed {
		from = oldest
	}
	switch {
	case k == Monthly && due.Day() == 1 && !missed:
		return due.AddDate(0, 0, -1).Format("January 2006")
	case from.Year() != due.Year():
		return from.Format("2 January 2006") + " – " + due.Format("2 January 2006")
	case from.Month() != due.Month():
		return from.Format("2 January") + " – " + due.Format("2 January 2006")
	}
	return from.Format("2") + "–" + due.Format("2 January 2006")
}
