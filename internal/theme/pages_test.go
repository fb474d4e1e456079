package theme

import (
	"html/template"
	"strings"
	"testing"
)

// samplePages are all kinds of pages, by a name for the file of each.
func samplePages(t testing.TB, th *Theme) map[string]string {
	t.Helper()
	pages := map[string]string{}
	page := func(name string, write func(b *strings.Builder) error) {
		t.Helper()
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		pages[name] = b.String()
	}
	page("article", func(b *strings.Builder) error { return th.Article(b, sampleArticle(t)) })
	page("review", func(b *strings.Builder) error { return th.Article(b, sampleReview()) })
	page("review-typeset", func(b *strings.Builder) error {
		v := sampleReview()
		v.Book.Cover = nil
		return th.Article(b, v)
	})
	page("static", func(b *strings.Builder) error {
		return th.Article(b, &Article{Page: Page{Path: "/about/", Title: "About"}, Static: true, Body: "<p>The harbour office is open when the light is on.</p>"})
	})
	page("hard", func(b *strings.Builder) error { return th.Article(b, sampleHard()) })
	page("listing", func(b *strings.Builder) error { return th.Listing(b, sampleListing()) })
	page("listing-empty", func(b *strings.Builder) error {
		return th.Listing(b, &Listing{Page: Page{Path: "/", Title: "The Tide Table"}})
	})
	page("listing-plain", func(b *strings.Builder) error {
		v := sampleListing()
		v.Older = nil
		for i := range v.Cards {
			v.Cards[i].Image, v.Cards[i].Book = nil, nil
		}
		return th.Listing(b, v)
	})
	page("listing-one", func(b *strings.Builder) error {
		v := sampleListing()
		v.Older, v.Cards = nil, v.Cards[2:3]
		return th.Listing(b, v)
	})
	page("tag", func(b *strings.Builder) error { return th.Listing(b, sampleTag()) })
	page("shelf", func(b *strings.Builder) error { return th.Shelf(b, sampleShelf()) })
	page("shelf-plain", func(b *strings.Builder) error {
		v := sampleShelf()
		v.Groups = []ShelfGroup{{Books: sampleBooks()[:4]}}
		return th.Shelf(b, v)
	})
	page("shelf-empty", func(b *strings.Builder) error {
		return th.Shelf(b, &Shelf{Page: Page{Path: "/books/", Title: "Books"}})
	})
	page("years", func(b *strings.Builder) error { return th.Archive(b, sampleYears()) })
	page("year", func(b *strings.Builder) error { return th.Archive(b, sampleYear()) })
	page("tags", func(b *strings.Builder) error { return th.Links(b, sampleTags()) })
	page("missing", func(b *strings.Builder) error { return th.Notice(b, sampleMissing()) })
	page("subscribe", func(b *strings.Builder) error { return th.Notice(b, sampleSubscribe(t, th)) })
	page("preferences", func(b *strings.Builder) error { return th.Notice(b, samplePreferences()) })
	page("redirect", func(b *strings.Builder) error {
		return th.Redirect(b, &Redirect{From: "/old/", To: "/blog/the-hour-of-slack-water/"})
	})
	return pages
}

// sampleHard is a post that strains the page: a title of 200 characters, words
// and lines without a place to break, no picture.
func sampleHard() *Article {
	word := "Fiskeribeskyttelsesinspektionsskibsmandskabslønningsforhandlinger"
	table := `<div class="table" tabindex="0"><table><thead><tr>` + strings.Repeat("<th>Gauge number</th>", 12) + "</tr></thead><tbody><tr>" + strings.Repeat("<td>1,234.5</td>", 12) + "</tr></tbody></table></div>"
	title := "On the manifold inconveniences of keeping a harbour, with remarks upon the ferry, the cannery, the Directorate, the gull, three unfinished sweaters and the present state of the float house at Lunnøy"
	return &Article{
		Page:   Page{Path: "/blog/hard/", Title: title, Type: "article", Published: on(2020, 1, 1), NoIndex: true},
		Author: "Ines Vardal, with a number of other people whose names are also rather long", Minutes: 61, Preview: true,
		Body: template.HTML(`<h2 id="word">` + word + `</h2><p>` + word + ` and https://tidetable.example/a/very/long/address/that/does/not/break/anywhere/at/all/and/goes/on/and/on.html</p>` +
			`<p><code>` + strings.Repeat("unbreakable_identifier_", 6) + `</code></p><pre class="chroma" tabindex="0"><code>` + strings.Repeat("no colours in here ", 12) + `</code></pre>` + table +
			`<p><img src="/media/hills.png" width="1600" height="1067" alt="Hills"></p>`),
		Older: &Link{Title: title, URL: "/blog/a/"}, Newer: &Link{Title: word, URL: "/blog/b/"},
	}
}
