package mail

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// The kinds of a digest.
const (
	Weekly  = "weekly"
	Monthly = "monthly"
)

// Digest is the mail that brings a week's or a month's posts as summaries.
type Digest struct {
	Settings *settings.Settings // URL must be set
	Kind     string             // Weekly or Monthly
	// Period is what the digest covers, in words: "16–22 November 2026", "November 2026".
	Period string
	Items  []Item // newest first; at least one
	Why    string // as in Announcement
}

// Item is one post of a digest.
type Item struct {
	Entry *catalog.Entry
	URL   string        // absolute
	Image *post.Picture // with absolute URLs; nil: none. For a book review its cover.
}

// Message makes the mail.
func (d Digest) Message() (Message, error) {
	if len(d.Items) == 0 {
		return Message{}, fmt.Errorf("a digest of no posts")
	}
	if d.Why == "" {
		d.Why = "You get this because you asked for a " + d.adjective() + " digest from " + line(d.Settings.Title) + "."
	}
	m, err := envelope(d.Settings, d.subject(), d.preview())
	if err != nil {
		return Message{}, err
	}
	m.Headers = listHeaders(d.Settings)
	// Every post is named; as many as fit are also shown: all but the last few, only named.
	all := len(d.Items)
	named := sort.Search(all, func(n int) bool { return len(d.page(m, all-n)) <= largest })
	m.HTML = d.page(m, all-named)
	m.Text = d.text()
	return m, nil
}

func (d Digest) adjective() string {
	if d.Kind == Monthly {
		return "monthly"
	}
	return "weekly"
}

func (d Digest) subject() string {
	newest := shorten(line(d.Items[0].Entry.Title), 120)
	if own := line(d.Items[0].Entry.Subject); own != "" {
		newest = shorten(own, 120)
	}
	if n := len(d.Items) - 1; n > 0 {
		return fmt.Sprintf("%s, and %d more", newest, n)
	}
	return newest
}

func (d Digest) preview() string {
	if len(d.Items) == 1 {
		return first(d.Items[0].Entry.Preview, d.Items[0].Entry.Description)
	}
	var titles []string
	for _, it := range d.Items[1:] {
		titles = append(titles, line(it.Entry.Title))
	}
	return "Also: " + strings.Join(titles, " · ")
}

func first(texts ...string) string {
	for _, t := range texts {
		if line(t) != "" {
			return t
		}
	}
	return ""
}

// heading says what this is: "The week, 16–22 November 2026".
func (d Digest) heading() string {
	if d.Kind == Monthly {
		return "The month on " + line(d.Settings.Title)
	}
	return "The week on " + line(d.Settings.Title)
}

func (d Digest) count() string {
	if len(d.Items) == 1 {
		return "one new post"
	}
	return fmt.Sprintf("%d new posts", len(d.Items))
}

// mostNamed bounds how many posts stand in a list of titles.
const mostNamed = 120

// page shows the first n posts and names the rest.
func (d Digest) page(m Message, n int) string {
	h := newSheet(d.Settings, d.Settings.URL+"/")
	h.put(`<h1 class="n i" style="margin:0;font-family:`, sans, `;font-size:18px;line-height:24px;font-weight:bold;color:`, h.c.ink, `">`, esc(d.heading()), "</h1>\n")
	h.meta("2px 0 26px", d.Period, d.count())
	for i, it := range d.Items[:n] {
		if i == 0 {
			d.lead(h, it)
		} else {
			h.rule(18, 26)
			d.item(h, it)
		}
	}
	if rest := d.Items[n:]; len(rest) > 0 {
		if n > 0 {
			h.rule(18, 26)
		}
		h.put(`<h2 class="n i" style="margin:0 0 12px;font-family:`, sans, `;font-size:16px;line-height:22px;font-weight:bold;color:`, h.c.ink, `">`, esc(also(n)), "</h2>\n",
			`<ul style="margin:0 0 20px;margin-`, h.start(), `:22px;padding:0">`)
		for _, it := range rest[:min(len(rest), mostNamed)] {
			h.put(`<li style="margin:0 0 8px">`, h.anchor(it.URL, shorten(line(it.Entry.Title), longestSubject)), "</li>\n")
		}
		h.put("</ul>\n")
		if more := len(rest) - mostNamed; more > 0 {
			h.paragraph(fmt.Sprintf("And %d more on the site.", more))
		}
	}
	return h.render(page{
		subject: m.Subject, preheader: m.Preheader, link: d.Settings.URL + "/", linkText: "Read it on the site",
		footer: listFooter(d.Why),
	})
}

func also(shown int) string {
	if shown == 0 {
		return "New posts"
	}
	return "Also new"
}

// lead is the newest post, large.
func (d Digest) lead(h *sheet, it Item) {
	e := it.Entry
	if e.Book != nil {
		h.bookKicker(e.Title)
		h.put(`<h2 class="h1 i" style="margin:0 0 12px;font-size:32px;line-height:38px;font-weight:bold;color:`, h.c.ink, `">`, h.plainLink(e.Title, it.URL), "</h2>\n")
		h.meta("0 0 22px", day(e, d.Settings), minutes(e))
		cover, shown := post.Picture{}, it.Image != nil && drawable(it.Image.URL)
		if shown {
			cover = *it.Image
		}
		h.bookPanel(e.Book, cover, shown)
	} else {
		if it.Image != nil && drawable(it.Image.URL) {
			h.put(layout, ` style="margin:0 0 20px"><tr><td><a href="`, esc(it.URL), `">`, h.picture(*it.Image, alt(e), width), "</a></td></tr></table>\n")
		}
		h.put(`<h2 class="h1 i" style="margin:0 0 10px;font-size:32px;line-height:38px;font-weight:bold;color:`, h.c.ink, `">`, h.plainLink(e.Title, it.URL), "</h2>\n")
		h.meta("0 0 14px", day(e, d.Settings), minutes(e))
	}
	if e.Description != "" {
		h.paragraph(shorten(line(e.Description), 500))
	}
	h.button(it.URL, "Read on", false)
}

// item is a further post: its picture small, beside its title and summary.
func (d Digest) item(h *sheet, it Item) {
	e := it.Entry
	h.put(layout, `><tr>`)
	if it.Image != nil && drawable(it.Image.URL) {
		h.put(`<td class="thumb" width="150" valign="top" style="width:150px;padding:4px 0 0"><a href="`, esc(it.URL), `">`, h.picture(*it.Image, alt(e), 150),
			`</a></td><td width="20" style="width:20px;font-size:0">&nbsp;</td>`)
	}
	h.put(`<td valign="top">`)
	h.put(`<h2 style="margin:0 0 6px;font-size:21px;line-height:27px;font-weight:bold">`, h.plainLink(e.Title, it.URL), "</h2>\n")
	if e.Book != nil {
		h.starLine(e.Book, 17)
	}
	h.meta("0 0 8px", day(e, d.Settings), minutes(e))
	if e.Description != "" {
		h.put(`<p style="margin:0 0 8px;font-size:16px;line-height:25px">`, esc(shorten(line(e.Description), 240)), "</p>\n")
	}
	h.put(`<p class="n" style="margin:0 0 16px;font-family:`, sans, `;font-size:15px;line-height:22px">`, h.anchor(it.URL, "Read on"), "</p>\n</td></tr></table>\n")
}

// alt describes an item's picture; a cover by the book's title.
func alt(e *catalog.Entry) string {
	if e.Book != nil && e.ImageAlt == "" {
		return "Cover of " + e.Book.Title
	}
	return e.ImageAlt
}

func (d Digest) text() string {
	var b strings.Builder
	b.WriteString(underlined(guardText(line(d.heading())), "=") + wrap(guardText(line(d.Period+" · "+d.count())), "") + "\n\n")
	full := largest / 2 // beyond this only titles and links
	for i, it := range d.Items {
		e := it.Entry
		if b.Len() > largest-10_000 {
			fmt.Fprintf(&b, "And %d more on the site.\n", len(d.Items)-i)
			break
		}
		b.WriteString(underlined(guardText(line(e.Title)), "-"))
		if b.Len() < full {
			if e.Book != nil && e.Book.Rated {
				b.WriteString(stars(e.Book.Rating) + " (" + rating(e.Book.Rating) + ")\n")
			}
			b.WriteString(guardText(day(e, d.Settings)+" · "+minutes(e)) + "\n")
			if e.Description != "" {
				b.WriteString("\n" + wrap(guardText(shorten(line(e.Description), 500)), "") + "\n")
			}
			b.WriteString("\n")
		}
		b.WriteString(guardURL(it.URL) + "\n\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n" + textFooter(d.Settings, d.Why)
}
