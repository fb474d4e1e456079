package theme

import "io"

// Shelf writes the book reviews in one of their orders.
func (t *Theme) Shelf(to io.Writer, v *Shelf) error {
	w := writer{b: make([]byte, 0, 32<<10)}
	t.frame.top(&w, &v.Page, false)
	w.raw(`<main id="main" class="wide">` + "\n")
	w.pageHeader("", or(v.Title, "Books"), v.Description, v.Orders, v.Path)
	for i := range v.Groups {
		w.shelfGroup(&v.Groups[i])
	}
	if len(v.Groups) == 0 {
		w.raw(`<p class="empty">No book has been reviewed here yet.</p>` + "\n")
	}
	return t.end(&w, to, true)
}

func (w *writer) shelfGroup(g *ShelfGroup) {
	w.raw(`<section class="shelf">` + "\n")
	// Where no heading stands between, the books are one level higher.
	open, close := markup("<h2>"), markup("</a></h2>\n")
	if g.Heading != "" {
		w.around("  <h2>", g.Heading, "</h2>\n")
		open, close = "<h3>", "</a></h3>\n"
	}
	w.raw(`  <ul class="books">` + "\n")
	for i := range g.Books {
		b := &g.Books[i]
		w.raw(`    <li class="book-card">` + "\n      ")
		w.cover(b)
		w.raw(`      <div class="book-about">` + "\n        ")
		w.link(open+`<a href="`, b.Review.URL, `">`)
		w.around("", b.Title, close)
		w.some(`        <p class="book-author">`, b.Author, "</p>\n")
		w.rating("        ", b)
		w.some(`        <p class="book-line">`, b.Line, "</p>\n")
		if !b.Date.IsZero() {
			w.raw(`        <p class="book-date">`)
			w.time(b.Date)
			w.raw("</p>\n")
		}
		w.raw("      </div>\n    </li>\n")
	}
	w.raw("  </ul>\n</section>\n")
}
