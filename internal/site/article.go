package site

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/theme"
)

// planArticles plans the pages of all published posts and static pages.
func (p *Plan) planArticles() {
	for i, it := range p.live {
		var older, newer *item
		if i > 0 {
			newer = p.live[i-1]
		}
		if i+1 < len(p.live) {
			older = p.live[i+1]
		}
		p.planArticle(it, older, newer)
	}
	for _, it := range p.pages {
		p.planArticle(it, nil, nil)
	}
}

// planPreviews plans the unlisted pages of drafts and of posts that wait.
func (p *Plan) planPreviews() {
	for _, it := range p.hidden {
		p.planArticle(it, nil, nil)
	}
}

func (p *Plan) planArticle(it, older, newer *item) {
	view := p.article(it, older, newer)
	h := p.begin("article")
	h.article(&view)
	h.mark(it.body)
	h.origin(originOf(it.e))
	o := Output{Key: it.key, Stage: Article, Sources: []string{it.e.Key}}
	p.plan(o, h, func(w *bytes.Buffer, read Reader) error {
		v := p.article(it, older, newer)
		body, parsed, err := p.body(it.e, "", read)
		if err != nil {
			return err
		}
		v.Body = body
		if parsed != nil && it.e.TOC {
			v.Contents = contents(parsed.TOC())
		}
		v.JSONLD = p.articleData(it, &v)
		return p.t.Article(w, &v)
	})
}

// article is a post's page but for its body and what is made of the body.
func (p *Plan) article(it, older, newer *item) theme.Article {
	e := it.e
	v := theme.Article{
		Page:    p.page(it.url),
		Static:  e.Kind == post.Page,
		Preview: !e.Live,
		Author:  p.author(e),
		Minutes: e.ReadingMinutes(),
		Hero:    described(it.hero, e.ImageAlt, e.ImageCaption),
	}
	v.Title = e.Title
	v.Description = e.Description
	v.Canonical = e.Canonical
	v.NoIndex = e.NoIndex || !e.Live
	v.Photo = p.frame.photo
	if e.Live {
		v.Image = p.social(it)
	}
	if e.Book != nil {
		v.Book = p.book(it)
	}
	if v.Static {
		return v
	}
	v.Type = "article"
	v.Published = e.Shown().In(p.s.Location)
	if !e.Updated.IsZero() {
		v.Updated = e.Updated.In(p.s.Location)
	}
	v.Tags = it.tags
	if older != nil {
		v.Older = &theme.Link{Title: older.e.Title, URL: older.url}
	}
	if newer != nil {
		v.Newer = &theme.Link{Title: newer.e.Title, URL: newer.url}
	}
	return v
}

// social is the picture other sites show beside a link to the post: the hero, also
// one from elsewhere, because no reader's browser asks for it; else the cover; else
// the first picture of the text. None of them shows drawings (SVG).
func (p *Plan) social(it *item) *theme.Picture {
	e := it.e
	if raster(it.hero) {
		return described(it.hero, e.ImageAlt, "")
	}
	if isWeb(e.Image) {
		return &theme.Picture{URL: e.Image, Alt: e.ImageAlt}
	}
	if raster(it.cover) {
		return described(it.cover, coverAlt(e.Book), "")
	}
	for _, ref := range e.Images {
		pic, _ := p.picture(e.Key, ref.To)
		if v := onPage(pic); raster(v) && v.Width >= leastSocial {
			return v
		}
	}
	return nil
}

// raster tells whether there is a picture, and one of pixels.
func raster(v *theme.Picture) bool { return v != nil && !strings.HasSuffix(v.URL, ".svg") }

// leastSocial is the width in pixels below which other sites ignore a picture.
const leastSocial = 200

func isWeb(ref string) bool {
	return strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://")
}

func contents(headings []post.Heading) []theme.Section {
	all := make([]theme.Section, len(headings))
	for i, h := range headings {
		all[i] = theme.Section{ID: h.ID, Text: h.Text, Level: h.Level}
	}
	return all
}

// book is what a review is about, for its page and for listings.
func (p *Plan) book(it *item) *theme.Book {
	e, b := it.e, it.e.Book
	v := &theme.Book{
		Title:     b.Title,
		Author:    b.Author,
		Cover:     described(it.cover, coverAlt(b), ""),
		Rated:     b.Rated,
		Stars:     b.Rating,
		Year:      b.Year,
		Publisher: b.Publisher,
		Genre:     b.Genre,
		ISBN:      b.ISBN,
		Link:      b.Link,
		Review:    theme.Link{Title: e.Title, URL: it.url},
		Date:      e.Shown().In(p.s.Location),
		Line:      firstSentence(e.Description),
	}
	if !b.Finished.IsZero() {
		v.Finished = b.Finished.In(p.s.Location)
	}
	return v
}

func coverAlt(b *post.Book) string {
	if b.Author == "" {
		return "Cover of " + b.Title
	}
	return "Cover of " + b.Title + " by " + b.Author
}

// lineLimit is the most characters of a book's one line.
const lineLimit = 160

// firstSentence is the beginning of a description, as one line.
func firstSentence(s string) string {
	for i, r := range s {
		if !strings.ContainsRune(".!?…", r) {
			continue
		}
		end := i + len(string(r))
		rest := s[end:]
		// "Mr. Smith" is no end; a sentence of under 30 bytes is not worth a line of its own.
		if end >= 30 && (rest == "" || rest[0] == ' ') {
			s = s[:end]
			break
		}
	}
	return clip(s, lineLimit)
}

// clip cuts a text at a word so that it has at most limit characters.
func clip(s string, limit int) string {
	count, space := 0, 0
	for i, r := range s {
		if count++; count == limit {
			if len(s)-i <= len(string(r)) {
				return s
			}
			return strings.TrimRight(s[:cmp.Or(space, i)], " ,;:–—-") + "…"
		}
		if r == ' ' {
			space = i
		}
	}
	return s
}

// isReview tells whether a post belongs to the books.
func isReview(it *item) bool { return it.e.Book != nil && it.e.Kind == post.Article }
