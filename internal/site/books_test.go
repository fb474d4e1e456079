package site

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// shelfOf is what a books page shows: headings and titles, one a line.
func shelfOf(t *testing.T, page []byte) string {
	t.Helper()
	var lines []string
	find(t, page, func(n *html.Node, _ map[string]string) {
		if n.Data != "h2" && n.Data != "h3" {
			return
		}
		inItem, inShelf := false, false
		for a := range n.Ancestors() {
			inItem = inItem || a.Data == "li"
			inShelf = inShelf || attributes(a)["class"] == "shelf"
		}
		switch {
		case inItem:
			lines = append(lines, textOf(n))
		case inShelf:
			lines = append(lines, "["+textOf(n)+"]")
		}
	})
	return strings.Join(lines, " ")
}

func review(date, title, author, rating string) string {
	return fmt.Sprintf("---\ndate: %s\nbook:\n  title: %s\n  author: %s\n%s---\nA review.\n", date, title, author, rating)
}

func TestBooksInEachOrder(t *testing.T) {
	w := newWorld()
	for i, body := range []string{
		review("2022-01-01", "The Ash", "Ann Bo", "  rating: 4\n"),
		review("2022-02-01", "Écluse", "Zoë Ám", "  rating: 4\n"),
		review("2022-03-01", "An Apple", "Ann Bo", "  rating: 4\n"),
		review("2023-01-01", "Ember", "Bo, Cy", "  rating: 4\n"),
		review("2023-02-01", "Acre", "Ursula Ba", ""),
		review("2023-03-01", "Edge", "Abe Axe", ""),
		review("2023-04-01", "East", "Abe Axe", ""),
	} {
		w.put(fmt.Sprintf("posts/b%d.md", i), body)
	}
	w.put("posts/other.md", "Not a book.\n")
	all := w.renderAll(t, w.plan(t))
	for key, want := range map[string]string{
		"books/index.html":           "[2023] East Edge Acre Ember [2022] An Apple Écluse The Ash",
		"books/by-rating/index.html": "[4 of 5] Ember An Apple Écluse The Ash [Not rated] East Edge Acre",
		"books/by-author/index.html": "[A] Écluse East Edge [B] Acre An Apple The Ash Ember",
		"books/by-title/index.html":  "[A] Acre An Apple The Ash [E] East Écluse Edge Ember",
	} {
		if got := shelfOf(t, all[key].Body); got != want {
			t.Errorf("%s shows %s\nwant %s", key, got, want)
		}
	}
}

func TestShortShelvesHaveNoHeadings(t *testing.T) {
	w := newWorld()
	w.put("posts/a.md", review("2021-01-01", "Ash", "Ann Lee", "  rating: 4.5\n"))
	w.put("posts/b.md", review("2022-01-01", "Birch", "Bo Ray", "  rating: 2\n"))
	all := w.renderAll(t, w.plan(t))
	for _, key := range []string{"books/index.html", "books/by-rating/index.html", "books/by-title/index.html"} {
		if got := shelfOf(t, all[key].Body); strings.Contains(got, "[") || !strings.Contains(got, "Ash") || !strings.Contains(got, "Birch") {
			t.Errorf("%s shows %s", key, got)
		}
	}
}

// The menu leads to the books only when there are some.
func TestMenu(t *testing.T) {
	menu := func(w *world) string {
		o, err := w.plan(t).Render("index.html", w.read)
		if err != nil {
			t.Fatal(err)
		}
		var links []string
		find(t, o.Body, func(n *html.Node, a map[string]string) {
			if n.Data == "a" && n.Parent.Data == "li" && n.Parent.Parent.Parent.Data == "nav" && attributes(n.Parent.Parent.Parent)["aria-label"] == "Site" {
				links = append(links, a["href"])
			}
		})
		return strings.Join(links, " ")
	}
	w := newWorld()
	w.put("posts/a.md", "A.\n")
	w.put("posts/pages/imprint.md", "# Imprint\n\nI.\n")
	if got := menu(w); got != "/archive/ /imprint/ /subscribe" {
		t.Errorf("the menu is %s", got)
	}
	w.put("posts/b.md", review("2022-01-01", "Birch", "Bo Ray", ""))
	if got := menu(w); got != "/books/ /archive/ /imprint/ /subscribe" {
		t.Errorf("the menu with books is %s", got)
	}
	w.put("posts/site.yaml", "nav:\n  - Reviews: /books/\n")
	if got := menu(w); got != "/books/ /subscribe" {
		t.Errorf("the author's own menu is %s", got)
	}
}
