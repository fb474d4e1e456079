package mail

import (
	"fmt"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// largest is the most bytes the HTML of a mail has: Gmail hides what is beyond
// 102 KB, and on the way a message grows.
const largest = 90_000

// Announcement is the mail that brings one post, whole if it fits.
type Announcement struct {
	Settings *settings.Settings // URL must be set: the links need it
	URL      string             // of the post, absolute
	Post     *post.Post
	Entry    *catalog.Entry // the same post in the catalog
	Resolver post.Resolver  // with absolute answers
	// Why says why the reader gets this, as a sentence. Empty: because they
	// subscribed to each new post.
	Why string
}

// Message makes the mail. An error names the setting that keeps it from being made.
func (a Announcement) Message() (Message, error) {
	if a.Why == "" {
		a.Why = "You get this because you asked for each new post from " + line(a.Settings.Title) + "."
	}
	subject := a.Entry.Subject
	if line(subject) == "" {
		subject = a.Entry.Title
	}
	preview := a.Entry.Preview
	if line(preview) == "" {
		preview = a.Entry.Description
	}
	m, err := envelope(a.Settings, subject, preview)
	if err != nil {
		return Message{}, err
	}
	m.Headers = listHeaders(a.Settings)
	m.Headers["Archived-At"] = "<" + guardURL(line(a.URL)) + ">" // RFC 5064
	if m.HTML, err = a.html(m); err != nil {
		return Message{}, err
	}
	m.Text = a.text()
	return m, nil
}

// envelope is a message but for its bodies.
func envelope(s *settings.Settings, subject, preview string) (Message, error) {
	if err := siteURL(s); err != nil {
		return Message{}, err
	}
	from, err := From(s)
	if err != nil {
		return Message{}, err
	}
	reply, err := replyTo(s)
	if err != nil {
		return Message{}, err
	}
	if line(subject) == "" { // a mail without one is refused
		subject = first(s.Title, "A letter")
	}
	return Message{Subject: subjectLine(subject), Preheader: subjectLine(preview), From: from, ReplyTo: reply}, nil
}

// html is the mail with as much of the post as fits.
func (a Announcement) html(m Message) (string, error) {
	limit := largest
	for {
		code, cut := a.Post.MailHTML(a.Resolver, limit)
		whole, err := a.page(m, code, cut)
		if err != nil || len(whole) <= largest {
			return whole, err
		}
		// Styles make it longer, by a share that depends on what is in it.
		next := min(limit, len(code)) * largest / len(whole) * 97 / 100
		if next < 1000 {
			return a.page(m, "", true)
		}
		limit = next
	}
}

func (a Announcement) page(m Message, code string, cut bool) (string, error) {
	h := newSheet(a.Settings, a.URL)
	e := a.Entry
	if e.Book != nil {
		h.bookKicker(e.Title)
	} else {
		h.kicker(strings.Join(e.Tags, " · "))
	}
	h.title(e.Title, a.URL)
	h.meta("0 0 28px", a.byline()...)
	a.hero(h)
	if err := h.body(code); err != nil {
		return "", err
	}
	if cut {
		h.paragraph("…")
		h.button(a.URL, "Read the rest on the site", false)
	}
	footer := listFooter(a.Why)
	return h.render(page{
		subject: e.Title, preheader: m.Preheader, link: a.URL, linkText: "Read it on the site",
		footer: func(h *sheet) {
			if m.ReplyTo != "" {
				h.put(`<p class="i" style="margin:0 0 24px;color:`, h.c.ink, `">Answer this mail, and it reaches `, esc(a.answerer()), ".</p>\n")
			}
			footer(h)
		},
	}), nil
}

func (a Announcement) answerer() string {
	if name := line(a.Settings.Author.Name); name != "" {
		return name
	}
	return "the author"
}

// byline is who wrote it, when, and how long it takes to read.
func (a Announcement) byline() []string {
	author := a.Entry.Author
	if author == "" {
		author = a.Settings.Author.Name
	}
	return []string{author, day(a.Entry, a.Settings), minutes(a.Entry)}
}

// day is the date that the post carries, in the site's time zone.
func day(e *catalog.Entry, s *settings.Settings) string {
	where := s.Location
	if where == nil {
		where = time.UTC
	}
	at := e.Shown()
	if at.IsZero() {
		return ""
	}
	return at.In(where).Format("2 January 2006")
}

func minutes(e *catalog.Entry) string { return fmt.Sprintf("%d min read", e.ReadingMinutes()) }

// hero is the picture at the head: a book's panel, else the post's image.
func (a Announcement) hero(h *sheet) {
	e := a.Entry
	if e.Book != nil {
		cover, found := image(a.Resolver, e.Book.Cover)
		if !found {
			cover, found = image(a.Resolver, e.Image)
		}
		h.bookPanel(e.Book, cover, found)
		return
	}
	p, found := image(a.Resolver, e.Image)
	if !found {
		return
	}
	h.put(layout, ` style="margin:0 0 30px"><tr><td>`, h.picture(p, e.ImageAlt, width))
	if e.ImageCaption != "" {
		h.meta("8px 0 0", e.ImageCaption)
	}
	h.put("</td></tr></table>\n")
}

// image resolves a picture that mail programs can draw.
func image(r post.Resolver, ref string) (post.Picture, bool) {
	if ref == "" {
		return post.Picture{}, false
	}
	p, ok := r.Image(ref)
	return p, ok && drawable(p.URL)
}

func (a Announcement) text() string {
	var b strings.Builder
	e := a.Entry
	b.WriteString(guardText(line(a.Settings.Title)) + "\n\n" + underlined(guardText(line(e.Title)), "="))
	if e.Book != nil {
		b.WriteString(wrap(guardText(line(bookLine(e.Book))), "") + "\n")
	}
	var given []string
	for _, part := range a.byline() {
		if part != "" {
			given = append(given, part)
		}
	}
	b.WriteString(wrap(guardText(line(strings.Join(given, " · "))), "") + "\n\n")
	b.WriteString("Read it on the site:\n" + guardURL(a.URL) + "\n\n")
	body, cut := cutText(a.Post.Text(a.Resolver), largest-10_000)
	b.WriteString(strings.Trim(guardText(body), "\n") + "\n")
	if cut {
		b.WriteString("\n[…]\n\nRead the rest on the site:\n" + guardURL(a.URL) + "\n")
	}
	b.WriteString(textFooter(a.Settings, a.Why))
	return b.String()
}
