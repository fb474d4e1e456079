package theme

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Article writes a post or a static page.
func (t *Theme) Article(to io.Writer, v *Article) error {
	w := writer{b: make([]byte, 0, len(v.Body)+12<<10)}
	t.frame.top(&w, &v.Page, false)
	w.raw(`<main id="main">` + "\n")
	if v.Preview {
		w.raw(`<p class="preview-note" role="note"><strong>Preview.</strong> This page is not public yet: only who knows its address can read it.</p>` + "\n")
	}
	w.raw(`<article class="post`)
	if v.Book != nil {
		w.raw(" review")
	}
	if v.Static {
		w.raw(" static")
	}
	w.raw("\">\n")
	w.postHeader(v)
	switch {
	case v.Book != nil:
		w.bookFacts(v.Book)
	case v.Hero != nil:
		w.hero(v.Hero)
	}
	w.contents(v.Contents)
	w.raw(`<div class="prose">` + "\n")
	w.html(v.Body)
	w.raw("\n</div>\n")
	if !v.Static {
		w.postFooter(v, t.frame.bio)
	}
	w.raw("</article>\n")
	w.neighbours(v.Older, v.Newer)
	return t.end(&w, to, true)
}

// longTitle is the length, in characters, from which a title is set smaller.
const longTitle = 80

func (w *writer) postHeader(v *Article) {
	w.raw(`<header class="post-header">` + "\n")
	if v.Book != nil && !strings.HasPrefix(strings.ToLower(v.Title), "book review") {
		w.raw(`  <p class="kicker"><a href="/books/">Book review</a></p>` + "\n")
	}
	if utf8.RuneCountInString(v.Title) > longTitle {
		w.around(`  <h1 class="long">`, v.Title, "</h1>\n")
	} else {
		w.around("  <h1>", v.Title, "</h1>\n")
	}
	if !v.Static {
		w.byline(v)
	}
	w.raw("</header>\n")
}

func (w *writer) byline(v *Article) {
	w.raw(`  <p class="byline">`)
	w.some(`<span class="author">`, v.Author, "</span> ")
	if !v.Published.IsZero() {
		w.time(v.Published)
	}
	if changedLater(v.Published, v.Updated) {
		w.raw(` <span class="updated">updated `)
		w.time(v.Updated)
		w.raw("</span>")
	}
	if v.Minutes > 0 {
		w.number(" <span>", v.Minutes, " min read</span>")
	}
	w.raw("</p>\n")
}

// changedLater tells whether a change is worth a word: one on the same day is not.
func changedLater(published, updated time.Time) bool {
	return updated.After(published) && updated.Format(time.DateOnly) != published.Format(time.DateOnly)
}

func (w *writer) hero(p *Picture) {
	w.raw(`<figure class="hero">` + "\n  ")
	w.image(p, placing{sizes: "(min-width: 68rem) 64rem, 100vw", first: true})
	w.some("\n  <figcaption>", p.Caption, "</figcaption>")
	w.raw("\n</figure>\n")
}

func (w *writer) contents(all []Section) {
	if len(all) == 0 {
		return
	}
	w.raw(`<nav class="contents" aria-labelledby="contents-heading">
  <p id="contents-heading">Contents</p>
  <ol>
`)
	for _, s := range all {
		w.number(`    <li class="level-`, s.Level, `">`)
		w.around(`<a href="#`, s.ID, `">`)
		w.around("", s.Text, "</a></li>\n")
	}
	w.raw("  </ol>\n</nav>\n")
}

func (w *writer) neighbours(older, newer *Link) {
	if older == nil && newer == nil {
		return
	}
	w.raw(`<nav class="neighbours" aria-label="Other posts">` + "\n")
	if older != nil {
		w.link(`  <a class="older" rel="prev" href="`, older.URL, `"><span>Previous</span> `)
		w.around("<b>", older.Title, "</b></a>\n")
	}
	if newer != nil {
		w.link(`  <a class="newer" rel="next" href="`, newer.URL, `"><span>Next</span> `)
		w.around("<b>", newer.Title, "</b></a>\n")
	}
	w.raw("</nav>\n")
}
