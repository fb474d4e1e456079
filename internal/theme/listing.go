package theme

import "io"

// Listing writes the index, one of its numbered pages, or a tag's page.
func (t *Theme) Listing(to io.Writer, v *Listing) error {
	w := writer{b: make([]byte, 0, 24<<10)}
	masthead := v.Heading == ""
	t.frame.top(&w, &v.Page, masthead)
	w.raw(`<main id="main" class="wide">` + "\n")
	if masthead {
		t.frame.masthead(&w, v)
	} else {
		w.pageHeader(v.Kicker, v.Heading, v.Description, nil, "")
	}
	if len(v.Cards) == 0 {
		w.raw(`<p class="empty">Nothing has been published here yet. The first post will appear as soon as it is.</p>` + "\n")
	} else {
		w.raw(`<div class="cards">` + "\n")
		for i := range v.Cards {
			w.card(&v.Cards[i], i == 0)
		}
		w.raw("</div>\n")
	}
	w.pager(v.Newer, v.Older)
	return t.end(&w, to, true)
}

// masthead writes the site's title as the heading of the page.
func (f *frame) masthead(w *writer, v *Listing) {
	w.raw(`<header class="page-header masthead">` + "\n")
	if v.Logo != nil {
		w.raw("  ")
		w.image(v.Logo, placing{class: "masthead-logo", sizes: "16rem", first: true, mute: true})
		w.raw("\n")
	}
	w.some(`  <p class="kicker">`, v.Kicker, "</p>\n")
	if v.Path == "/" {
		w.around("  <h1>", f.settings.Title, "</h1>\n")
	} else {
		w.around(`  <h1><a href="/">`, f.settings.Title, "</a></h1>\n")
	}
	w.some(`  <p class="lede">`, f.settings.Description, "</p>\n")
	w.raw("</header>\n")
}

// pageHeader writes the heading of a page that is not an article, and the links
// to its other orders; the one without an address leads to the page itself.
func (w *writer) pageHeader(kicker, heading, lede string, orders []Link, path string) {
	w.raw(`<header class="page-header">` + "\n")
	w.some(`  <p class="kicker">`, kicker, "</p>\n")
	w.around("  <h1>", heading, "</h1>\n")
	w.some(`  <p class="lede">`, lede, "</p>\n")
	w.orders("Order", orders, path)
	w.raw("</header>\n")
}

// orders writes links as tabs, the present one marked.
func (w *writer) orders(label markup, all []Link, path string) {
	if len(all) == 0 {
		return
	}
	w.raw(`  <nav class="orders" aria-label="` + label + "\">\n    <ul>\n")
	for _, l := range all {
		url := l.URL
		if url == "" {
			url = path
		}
		w.link(`      <li><a href="`, url, `"`)
		w.current(url == path)
		w.around(">", l.Title, "</a></li>\n")
	}
	w.raw("    </ul>\n  </nav>\n")
}

// pager writes the links to the neighbouring pages of a listing.
func (w *writer) pager(newer, older *Link) {
	if newer == nil && older == nil {
		return
	}
	w.raw(`<nav class="pager" aria-label="Pages">` + "\n")
	if newer != nil {
		w.link(`  <a class="newer" rel="prev" href="`, newer.URL, `">`)
		w.around("", or(newer.Title, "Newer posts"), "</a>\n")
	}
	if older != nil {
		w.link(`  <a class="older" rel="next" href="`, older.URL, `">`)
		w.around("", or(older.Title, "Older posts"), "</a>\n")
	}
	w.raw("</nav>\n")
}

// or is the words, or others where there are none.
func or(words, others string) string {
	if words != "" {
		return words
	}
	return others
}
