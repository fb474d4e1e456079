package site

import (
	"bytes"
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/theme"
)

// Site keys of the feeds.
const (
	rssKey      = "feed.xml"
	atomKey     = "atom.xml"
	jsonFeedKey = "feed.json"
)

// feedLength is how many posts a feed holds, newest first.
const feedLength = 20

// feedItem is one post in a feed. All addresses are absolute, no text holds a
// character that XML forbids.
type feedItem struct {
	ID        string // stays the same when the post is renamed
	URL       string
	Title     string
	Summary   string
	Author    string
	Content   string // HTML
	Published time.Time
	Updated   time.Time // never before Published
	Tags      []string
	Image     *theme.Picture
	ImageType string
}

// feed is what all three formats are written from.
type feed struct {
	Title, Description string
	Home, Self         string
	Language           string
	Author             string
	Icon               string // absolute, or empty
	Updated            time.Time
	Items              []feedItem
}

// planFeeds plans the three feeds. They differ in nothing but their form.
func (p *Plan) planFeeds() {
	for _, f := range []struct {
		key   string
		write func(*bytes.Buffer, *feed) error
	}{{rssKey, writeRSS}, {atomKey, writeAtom}, {jsonFeedKey, writeJSONFeed}} {
		items := p.live[:min(feedLength, len(p.live))]
		h := p.start(f.key)
		h.text(p.settingsMark())
		h.picture(p.frame.logo)
		h.picture(p.frame.photo)
		for _, it := range items {
			item := p.feedItem(it)
			h.feedItem(&item)
			h.mark(it.body)
		}
		o := Output{Key: f.key, Stage: Listing, Sources: p.sources(items), Names: siteKeys(items)}
		p.plan(o, h, func(w *bytes.Buffer, read Reader) error {
			all := p.feed(f.key, len(items))
			for _, it := range items {
				item := p.feedItem(it)
				body, _, err := p.body(it.e, p.s.URL, read)
				if err != nil {
					return err
				}
				item.Content = lead(it, &item) + p.standalone(string(body), item.URL)
				all.Items = append(all.Items, item)
				if item.Updated.After(all.Updated) {
					all.Updated = item.Updated
				}
			}
			return f.write(w, all)
		})
	}
}

func (h *sum) feedItem(v *feedItem) {
	for _, s := range []string{v.ID, v.URL, v.Title, v.Summary, v.Author, v.ImageType} {
		h.text(s)
	}
	h.moment(v.Published)
	h.moment(v.Updated)
	h.number(len(v.Tags))
	for _, tag := range v.Tags {
		h.text(tag)
	}
	h.picture(v.Image)
}

// feed is the frame of a feed. One without posts has not been updated since the
// beginning of time, because a plan knows no clock.
func (p *Plan) feed(key string, capacity int) *feed {
	f := &feed{
		Title: p.s.Title, Description: p.s.Description,
		Home: p.s.URL + "/", Self: p.s.URL + "/" + key,
		Language: p.s.Language, Author: p.s.Author.Name,
		Updated: time.Unix(0, 0).UTC(),
		Items:   make([]feedItem, 0, capacity),
	}
	for _, pic := range []*theme.Picture{p.frame.logo, p.frame.photo} {
		if raster(pic) { // RSS allows no others
			f.Icon = p.absolute(pic.URL)
			break
		}
	}
	return f
}

// feedItem is a post in a feed but for its content.
func (p *Plan) feedItem(it *item) feedItem {
	e := it.e
	v := feedItem{
		ID:        p.feedID(it),
		URL:       p.absolute(it.url),
		Title:     e.Title,
		Summary:   e.Description,
		Author:    p.author(e),
		Published: e.Shown().In(p.s.Location),
		Tags:      e.Tags,
	}
	v.Updated = v.Published
	if e.Updated.After(e.Shown()) {
		v.Updated = e.Updated.In(p.s.Location)
	}
	pic := described(it.hero, e.ImageAlt, e.ImageCaption)
	if pic == nil && e.Book != nil {
		pic = described(it.cover, coverAlt(e.Book), "")
	}
	if pic != nil {
		own := *pic
		own.URL, own.Srcset = p.absolute(pic.URL), ""
		v.Image, v.ImageType = &own, strings.TrimSuffix(contentType(pic.URL), "; charset=utf-8")
	}
	if e.Book != nil {
		v.Summary = strings.TrimSpace(bookLine(it) + ". " + v.Summary)
	}
	return v
}

// feedID is a tag URI (RFC 4151): it names the post by its permanent id, so that a
// renamed post is not new to anybody's reader.
func (p *Plan) feedID(it *item) string {
	host := "localhost"
	if u, err := url.Parse(p.s.URL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return "tag:" + host + "," + it.e.First.UTC().Format(time.DateOnly) + ":" + it.e.ID
}

// bookLine is the book of a review with its stars, in words.
func bookLine(it *item) string {
	b := it.e.Book
	s := b.Title
	if b.Author != "" {
		s += " by " + b.Author
	}
	if b.Rated {
		s += ": " + strconv.FormatFloat(b.Rating, 'f', -1, 64) + " of 5 stars"
	}
	return s
}

// lead is what a page shows above a post's body and a feed would miss: the
// picture, and on a review the book.
func lead(it *item, v *feedItem) string {
	var b strings.Builder
	if v.Image != nil {
		b.WriteString(`<figure><img src="` + html.EscapeString(v.Image.URL) + `" alt="` + html.EscapeString(v.Image.Alt) + `"`)
		if v.Image.Width > 0 && v.Image.Height > 0 {
			b.WriteString(` width="` + strconv.Itoa(v.Image.Width) + `" height="` + strconv.Itoa(v.Image.Height) + `"`)
		}
		b.WriteString(`>`)
		if v.Image.Caption != "" {
			b.WriteString(`<figcaption>` + html.EscapeString(v.Image.Caption) + `</figcaption>`)
		}
		b.WriteString("</figure>\n")
	}
	if it.e.Book != nil {
		b.WriteString(`<p><strong>` + html.EscapeString(bookLine(it)) + "</strong></p>\n")
	}
	return b.String()
}

// standalone makes the remaining relative links of a body absolute: those to
// places on the site that the author wrote as paths, and those within the text.
// The HTML is our own, so an attribute is always written in this one way.
func (p *Plan) standalone(body, page string) string {
	return strings.NewReplacer(
		`href="#`, `href="`+html.EscapeString(page)+`#`,
		`href="//`, `href="//`,
		`href="/`, `href="`+html.EscapeString(p.s.URL)+`/`,
		`src="//`, `src="//`,
		`src="/`, `src="`+html.EscapeString(p.s.URL)+`/`,
	).Replace(body)
}
