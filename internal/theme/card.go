package theme

// card writes a post in a listing; the first of a page is shown larger.
func (w *writer) card(c *Card, first bool) {
	switch {
	case c.Image != nil:
		w.raw(`<article class="card-post with-image">` + "\n  ")
		how := placing{class: "card-image", sizes: "(min-width: 48rem) 16rem, 100vw", mute: true}
		if first {
			how.sizes, how.first = "(min-width: 48rem) 37rem, 100vw", true
		}
		w.image(c.Image, how)
		w.raw("\n")
	case c.Book != nil:
		w.raw(`<article class="card-post with-cover">` + "\n  ")
		w.cover(c.Book)
	default:
		w.raw(`<article class="card-post">` + "\n")
	}
	w.raw(`  <div class="card-text">` + "\n" + `    <p class="card-meta">`)
	if !c.Date.IsZero() {
		w.time(c.Date)
	}
	if c.Minutes > 0 {
		w.number(" <span>", c.Minutes, " min read</span>")
	}
	w.raw("</p>\n")
	w.link(`    <h2><a href="`, c.URL, `">`)
	w.around("", c.Title, "</a></h2>\n")
	if c.Book != nil {
		w.rating("    ", c.Book)
	}
	w.some(`    <p class="card-summary">`, c.Description, "</p>\n")
	w.tags("    ", c.Tags)
	w.raw("  </div>\n</article>\n")
}
