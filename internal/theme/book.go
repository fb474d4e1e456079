package theme

import (
	"strconv"
	"strings"
	"time"
)

// bookFacts writes the book of a review: cover, title, author, stars, facts.
func (w *writer) bookFacts(b *Book) {
	w.raw(`<aside class="book" aria-label="The book">
  <div class="book-cover">`)
	if b.Cover != nil {
		cover := *b.Cover
		cover.Alt = or(cover.Alt, "Cover of "+b.Title)
		w.image(&cover, placing{class: "cover", sizes: "12rem", first: true})
	} else {
		w.typesetCover(b)
	}
	w.raw("</div>\n  <div class=\"book-about\">\n")
	w.around(`    <p class="book-title"><cite>`, b.Title, "</cite></p>\n")
	w.some(`    <p class="book-author">by `, b.Author, "</p>\n")
	if b.Rated {
		w.around(`    <p class="book-rating"><span class="stars" aria-hidden="true">`, stars(b.Stars), "</span> ")
		w.around(`<span class="points">`, points(b.Stars), ` of 5<span class="unseen"> stars</span></span></p>`+"\n")
	}
	w.facts(b)
	w.raw(`    <p class="book-link">`)
	if b.Link != "" {
		w.link(`<a href="`, b.Link, `">Find the book</a> `)
	}
	w.raw(`<a href="/books/">All book reviews</a></p>
  </div>
</aside>
`)
}

// facts writes what is known about a book as a list, if anything is.
func (w *writer) facts(b *Book) {
	if b.Publisher == "" && b.Year == 0 && b.Genre == "" && b.ISBN == "" && b.Finished.IsZero() {
		return
	}
	w.raw(`    <dl class="facts">` + "\n")
	w.some("      <div><dt>Publisher</dt><dd>", b.Publisher, "</dd></div>\n")
	if b.Year != 0 {
		w.number("      <div><dt>Year</dt><dd>", b.Year, "</dd></div>\n")
	}
	w.some("      <div><dt>Genre</dt><dd>", b.Genre, "</dd></div>\n")
	w.some("      <div><dt>ISBN</dt><dd>", b.ISBN, "</dd></div>\n")
	if !b.Finished.IsZero() {
		w.raw("      <div><dt>Finished</dt><dd>")
		w.moment(b.Finished, time.DateOnly, "2 January 2006")
		w.raw("</dd></div>\n")
	}
	w.raw("    </dl>\n")
}

// rating writes the stars of a rated book as a line of its own.
func (w *writer) rating(indent markup, b *Book) {
	if !b.Rated {
		return
	}
	w.raw(indent)
	w.around(`<p class="book-rating"><span class="stars" aria-hidden="true">`, stars(b.Stars), "</span>")
	w.around(`<span class="unseen">Rated `, points(b.Stars), " of 5</span></p>\n")
}

// stars draws a rating: "★★★★½".
func stars(n float64) string {
	s := strings.Repeat("★", int(n))
	if n-float64(int(n)) >= 0.5 {
		s += "½"
	}
	return s
}

// points is a rating as digits: "4.5".
func points(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
