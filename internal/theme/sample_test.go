package theme

import (
	"html/template"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/settings"
)

// The sample site: a harbour warden on a small island writes about tides and books.
func sampleSettings() *settings.Settings {
	s := settings.Default()
	s.Title = "The Tide Table"
	s.URL = "https://tidetable.example"
	s.Description = "Letters from the harbour office: weather, boats, and the books that get one through a long watch."
	s.Author = settings.Author{Name: "Ines Vardal", Bio: "keeps the harbour office on Lunnøy, where the ferry comes twice a day if it comes at all. She writes between two and four in the morning, when the radio is quiet."}
	s.Topics = []settings.Topic{
		{ID: "harbour", Title: "The harbour", Tags: []string{"harbour"}},
		{ID: "books", Title: "Book reviews", Books: true},
		{ID: "rest", Title: "Everything else"},
	}
	return s
}

func sampleTheme(t testing.TB) *Theme {
	t.Helper()
	th, err := New(sampleSettings())
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func on(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 6, 30, 0, 0, time.FixedZone("CET", 3600))
}

func photo(name, alt, caption string) *Picture {
	return &Picture{URL: "/media/" + name + ".png", Width: 1600, Height: 1067,
		Srcset: "/media/" + name + "-480.png 480w, /media/" + name + ".png 1600w", Alt: alt, Caption: caption}
}

func tag(name string) Link {
	return Link{Title: name, URL: "/tags/" + strings.ReplaceAll(strings.ToLower(name), " ", "-") + "/"}
}

func sampleBooks() []Book {
	review := func(slug string) Link { return Link{Title: "Book Review", URL: "/blog/" + slug + "/"} }
	return []Book{
		{Title: "The Slow Barometer", Author: "Edda Quill", Rated: true, Stars: 4.5, Year: 1998, Publisher: "Gannet House", Genre: "Memoir",
			ISBN: "978-0-00-000000-2", Finished: on(2023, 11, 2), Link: "https://library.example/slow-barometer", Cover: &Picture{URL: "/media/cover-a.png", Width: 600, Height: 900, Alt: "Cover of The Slow Barometer: a falling line over a pale sea"},
			Review: review("slow-barometer"), Date: on(2023, 11, 5), Line: "Thirty winters of weather notes that turn, without ever saying so, into the story of a marriage."},
		{Title: "Rope", Author: "Tomas Ek", Rated: true, Stars: 4, Review: review("rope"), Date: on(2023, 8, 20), Line: "A whole history of the world in one material, told by a man with tar on his hands."},
		{Title: "A Field Guide to Drifting Ice and Other Things That Will Not Wait", Author: "Margarethe Holm-Sundquist", Rated: true, Stars: 3.5, Review: review("drifting-ice"), Date: on(2023, 5, 7), Line: "Useful, funny, and a good hundred pages too long."},
		{Title: "Night Ferry", Author: "J. P. Orlando", Rated: true, Stars: 5, Cover: &Picture{URL: "/media/cover-b.png", Width: 800, Height: 800, Alt: ""}, Review: review("night-ferry"), Date: on(2022, 12, 27), Line: "I missed my own ferry reading it. There is no higher praise on this island."},
		{Title: "Lighthousekeeping for Beginners", Author: "Ansel Brandt", Rated: true, Stars: 2, Review: review("lighthousekeeping"), Date: on(2022, 6, 3), Line: "The author has never lit a lamp in his life, and it shows."},
		{Title: "Salt", Author: "Nuria Camps", Review: review("salt"), Date: on(2021, 10, 11), Line: "Not rated, because she is my cousin. Read it anyway."},
		{Title: "Eleven Knots", Author: "Piers Ravn", Rated: true, Stars: 0.5, Review: review("eleven-knots"), Date: on(2021, 3, 30), Line: "It has nine."},
		{Title: "Harbours of the Interior", Author: "Solveig Aas", Rated: true, Stars: 4.5, Review: review("interior"), Date: on(2020, 9, 14), Line: "Essays about lakes, by somebody who misses the sea on every page."},
		{Title: "The Pilot’s Daughter Learns to Swim", Author: "Ida Mork", Rated: true, Stars: 3, Review: review("pilots-daughter"), Date: on(2020, 2, 2), Line: "A novel with a storm at each end and calm water between."},
		{Title: "Weather", Author: "Anon.", Rated: true, Stars: 4, Review: review("weather"), Date: on(2019, 11, 2)},
	}
}

func sampleArticle(t testing.TB) *Article {
	return &Article{
		Page: Page{
			Path: "/blog/the-hour-of-slack-water/", Title: "The hour of slack water",
			Description: "Twice a day the sea makes up its mind. What happens in the twenty minutes before it does.",
			Image:       photo("sea", "The outer harbour at dawn, flat as slate", ""),
			Type:        "article", Published: on(2024, 2, 18), Updated: on(2024, 3, 2),
			Tags:   []Link{tag("Harbour"), tag("Weather"), tag("Night watch")},
			JSONLD: template.JS(`{"@context":"https://schema.org","@type":"BlogPosting","headline":"The hour of slack water"}`),
			Photo:  &Picture{URL: "/media/portrait.png", Width: 400, Height: 400, Alt: "Ines Vardal"},
		},
		Author: "Ines Vardal", Minutes: 7,
		Hero:     photo("sea", "The outer harbour at dawn, flat as slate", "Looking north-west from the office steps, ten past six. The light on the skerry is still lit."),
		Body:     template.HTML(sampleBody(t)),
		Contents: []Section{{"twenty-minutes-of-nothing", "Twenty minutes of nothing", 2}, {"what-goes-into-the-log", "What goes into the log", 2}, {"a-small-program", "A small program", 3}, {"words-for-it", "Words for it", 2}},
		Older:    &Link{Title: "Why the ferry whistles at the empty quay", URL: "/blog/why-the-ferry-whistles/"},
		Newer:    &Link{Title: "Book Review: The Slow Barometer by Edda Quill", URL: "/blog/slow-barometer/"},
	}
}

func sampleReview() *Article {
	b := sampleBooks()[0]
	return &Article{
		Page: Page{Path: "/blog/slow-barometer/", Title: "Book Review: The Slow Barometer by Edda Quill", Type: "article",
			Description: b.Line, Published: b.Date, Tags: []Link{tag("Memoir"), tag("Weather")}, Image: b.Cover,
			JSONLD: `{"@context":"https://schema.org","@type":"Review"}`},
		Author: "Ines Vardal", Minutes: 4, Book: &b,
		Body: `<p>Some books are read the way one reads an instrument: a glance each morning, a tap on the glass, a small correction. I had Edda Quill’s on the window sill of the office for a whole autumn, and I do not think I ever read more than four pages in a row.</p>
<blockquote><p>It fell all night, and neither of us mentioned it.</p></blockquote>
<p>That is the entry for a Tuesday in 1971, complete. There are some two thousand of them.</p>`,
		Older: &Link{Title: "The hour of slack water", URL: "/blog/the-hour-of-slack-water/"},
	}
}

func sampleCards() []Card {
	books := sampleBooks()
	return []Card{
		{Link: Link{Title: "The hour of slack water", URL: "/blog/the-hour-of-slack-water/"}, Date: on(2024, 2, 18), Minutes: 7, Image: photo("sea", "", ""),
			Description: "Twice a day the sea makes up its mind. What happens in the twenty minutes before it does, and why nobody on the quay talks then.", Tags: []Link{tag("Harbour"), tag("Weather")}},
		{Link: Link{Title: "Book Review: The Slow Barometer by Edda Quill", URL: "/blog/slow-barometer/"}, Date: on(2023, 11, 5), Minutes: 4, Book: &books[0],
			Description: books[0].Line, Tags: []Link{tag("Memoir"), tag("Weather")}},
		{Link: Link{Title: "Why the ferry whistles at the empty quay", URL: "/blog/why-the-ferry-whistles/"}, Date: on(2023, 10, 1), Minutes: 3,
			Description: "Nobody has waited there since the cannery closed. The captain has his reasons, and one of them is superstition.", Tags: []Link{tag("Harbour")}},
		{Link: Link{Title: "Book Review: Rope by Tomas Ek", URL: "/blog/rope/"}, Date: on(2023, 8, 20), Minutes: 5, Book: &books[1],
			Description: books[1].Line, Tags: []Link{tag("History")}},
		{Link: Link{Title: "On mending an anemometer with a soup ladle", URL: "/blog/anemometer/"}, Date: on(2023, 7, 9), Minutes: 11, Image: photo("hills", "", ""),
			Description: "It reads four per cent low now, which is closer than before.", Tags: []Link{tag("Repairs")}},
		{Link: Link{Title: "A short note", URL: "/blog/a-short-note/"}, Date: on(2023, 6, 30), Minutes: 1},
	}
}

func sampleListing() *Listing {
	return &Listing{
		Page:  Page{Path: "/", Title: "The Tide Table", Type: "website", Next: "/page/3/"},
		Cards: sampleCards(),
		Older: &Link{Title: "Older posts", URL: "/page/3/"},
	}
}

func sampleTag() *Listing {
	return &Listing{
		Page:   Page{Path: "/tags/harbour/", Title: "Harbour", Type: "website"},
		Kicker: "Tag", Heading: "Harbour",
		Cards: []Card{sampleCards()[2], sampleCards()[5]},
		Newer: &Link{Title: "Newer posts", URL: "/tags/harbour/page/3/"}, Older: &Link{Title: "Older posts", URL: "/tags/harbour/page/1/"},
	}
}

func sampleShelf() *Shelf {
	books := sampleBooks()
	return &Shelf{
		Page:   Page{Path: "/books/", Title: "Books", Description: "Everything I have read on watch and had an opinion about.", Type: "website"},
		Orders: []Link{{Title: "By date"}, {Title: "By rating", URL: "/books/by-rating/"}, {Title: "By author", URL: "/books/by-author/"}, {Title: "By title", URL: "/books/by-title/"}},
		Groups: []ShelfGroup{{Heading: "2023", Books: books[:3]}, {Heading: "2022", Books: books[3:5]}, {Heading: "Before", Books: books[5:]}},
	}
}

func sampleYears() *Archive {
	return &Archive{Page: Page{Path: "/archive/", Title: "Archive"},
		Years: []Link{{Title: "2024", URL: "/archive/2024/", Count: 4}, {Title: "2023", URL: "/archive/2023/", Count: 27}, {Title: "2022", URL: "/archive/2022/", Count: 31}, {Title: "2021", URL: "/archive/2021/", Count: 1}}}
}

func sampleYear() *Archive {
	c := sampleCards()
	return &Archive{Page: Page{Path: "/archive/2023/", Title: "2023"}, Year: 2023, Years: sampleYears().Years,
		Months: []ArchiveMonth{{time.November, c[1:2]}, {time.October, c[2:3]}, {time.August, c[3:4]}, {time.July, c[4:5]}, {time.June, c[5:6]}}}
}

func sampleTags() *Links {
	links := []Link{tag("Harbour"), tag("History"), tag("Memoir"), tag("Night watch"), tag("Repairs"), tag("Weather")}
	for i := range links {
		links[i].Count = (i*7)%5 + 1
	}
	return &Links{Page: Page{Path: "/tags/", Title: "Tags"}, Heading: "Tags", Links: links}
}

func sampleMissing() *Notice {
	return &Notice{Page: Page{Path: "/404.html", Title: "Not found", NoIndex: true}, Kicker: "Error 404", Heading: "There is no such page", NoBox: true,
		Body: `<p>It may have been moved, or it may never have been here. The <a href="/archive/">archive</a> lists all that is.</p>`}
}

func sampleSubscribe(t testing.TB, th *Theme) *Notice {
	form, err := th.SubscribeForm(SubscribeForm{Full: true, Email: "reader@example", Cadence: "weekly", Topics: []string{"harbour", "books"},
		Hidden: []Hidden{{"at", "1700000000"}, {"signature", "x"}}, Errors: map[string]string{"email": "That is not a whole e-mail address. Please write it like name@example.org."}})
	if err != nil {
		t.Fatal(err)
	}
	return &Notice{Page: Page{Path: "/subscribe", Title: "Subscribe", NoIndex: true}, Heading: "New posts by mail", NoBox: true,
		Body: template.HTML("<p>Leave your address and choose how often. You will get one mail to confirm, and nothing before you have.</p>\n") + form}
}

func samplePreferences() *Notice {
	return &Notice{Page: Page{Path: "/preferences", Title: "Your preferences", NoIndex: true}, Heading: "Your preferences", Kicker: "Newsletter", NoBox: true, Body: `
<p class="message" role="status">Saved. You will hear from us weekly.</p>
<form class="form" method="post" action="/preferences">
  <div class="field"><label for="name">Name <span class="optional">optional</span></label><input id="name" type="text" name="name" autocomplete="name"></div>
  <fieldset class="choices"><legend>How often</legend>
    <label class="choice"><input type="radio" name="cadence" value="each"> <span>Each post <span class="hint">as it appears</span></span></label>
    <label class="choice"><input type="radio" name="cadence" value="weekly" checked> <span>Weekly <span class="hint">on Friday morning</span></span></label>
    <label class="choice"><input type="radio" name="cadence" value="monthly"> <span>Monthly <span class="hint">on the first</span></span></label>
  </fieldset>
  <fieldset class="choices"><legend>About what</legend>
    <label class="choice"><input type="checkbox" name="topics" value="harbour" checked> <span>The harbour</span></label>
    <label class="choice"><input type="checkbox" name="topics" value="books"> <span>Book reviews</span></label>
  </fieldset>
  <div class="field"><label for="until">Pause until</label><input id="until" type="date" name="until"><p class="hint">Nothing is sent before that day.</p></div>
  <div class="field"><label for="weeks">Send me nothing for</label><select id="weeks" name="weeks"><option value="2">2 weeks</option><option value="4">4 weeks</option></select></div>
  <div class="buttons"><button class="button" type="submit">Save</button> <button class="button button-quiet" type="submit" name="do" value="pause">Pause</button></div>
</form>
<h2>Leave</h2>
<p>You can go at once, or have everything we know about you erased.</p>
<form class="form" method="post" action="/unsubscribe"><div class="buttons"><button class="button button-quiet" type="submit">Unsubscribe</button> <button class="button button-danger" type="submit" name="erase" value="yes">Erase my data</button></div></form>`}
}
