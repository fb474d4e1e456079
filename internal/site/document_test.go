package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// find calls f for every element of a page.
func find(t *testing.T, page []byte, f func(n *html.Node, a map[string]string)) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			f(n, attributes(n))
		}
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// cardLinks are the posts a listing shows, in order.
func cardLinks(t *testing.T, page []byte) []string {
	t.Helper()
	var links []string
	find(t, page, func(n *html.Node, a map[string]string) {
		if n.Data == "a" && n.Parent.Data == "h2" {
			links = append(links, a["href"])
		}
	})
	return links
}

// relLink is the address of a <link>.
func relLink(t *testing.T, page []byte, rel string) string {
	t.Helper()
	to := ""
	find(t, page, func(n *html.Node, a map[string]string) {
		if n.Data == "link" && a["rel"] == rel {
			to = a["href"]
		}
	})
	return to
}

// head is what programs read of a page, one fact a line, without what every page has.
func head(t *testing.T, page []byte) string {
	t.Helper()
	var lines []string
	find(t, page, func(n *html.Node, a map[string]string) {
		switch {
		case n.Data == "title" || n.Data == "h1":
			lines = append(lines, n.Data+" "+textOf(n))
		case n.Data == "meta" && (a["property"] != "" || a["name"] == "description" || a["name"] == "robots" || a["name"] == "twitter:card"):
			lines = append(lines, a["property"]+a["name"]+" "+a["content"])
		case n.Data == "link" && slices.Contains([]string{"canonical", "prev", "next"}, a["rel"]):
			lines = append(lines, a["rel"]+" "+a["href"])
		case n.Data == "script":
			var b bytes.Buffer
			if err := json.Indent(&b, []byte(n.FirstChild.Data), "", "  "); err != nil {
				t.Errorf("structured data: %v", err)
			}
			lines = append(lines, b.String())
		}
	})
	return strings.Join(lines, "\n") + "\n"
}

func TestHeadsOfPages(t *testing.T) {
	w := smallSite(t)
	all := w.renderAll(t, w.plan(t))
	var b strings.Builder
	for _, key := range []string{
		"index.html", "page/1/index.html", "page/2/index.html", "blog/sewing/index.html", "blog/review-ink/index.html", "blog/review-vellum/index.html",
		"blog/gold/index.html", "blog/paste/index.html", "about/index.html", "preview/utkbxae3epozjb5blkncmwk5/index.html", "tags/tools/index.html",
		"tags/index.html", "archive/index.html", "archive/2022/index.html", "books/index.html", "books/by-author/index.html", "404.html", "old/paste.html",
	} {
		if len(all[key].Body) == 0 {
			t.Fatalf("there is no %s", key)
		}
		fmt.Fprintf(&b, "== %s\n%s\n", key, head(t, all[key].Body))
	}
	golden(t, "heads.txt", []byte(b.String()))
}

// Search engines want these of a review and of a posting.
func TestStructuredData(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	read := func(key string) map[string]any {
		o, err := p.Render(key, w.read)
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		find(t, o.Body, func(n *html.Node, _ map[string]string) {
			if n.Data == "script" {
				if err := json.Unmarshal([]byte(n.FirstChild.Data), &v); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			}
		})
		return v
	}
	review := read("blog/review-ink/index.html")
	book, _ := review["itemReviewed"].(map[string]any)
	rating, _ := review["reviewRating"].(map[string]any)
	author, _ := book["author"].(map[string]any)
	if review["@type"] != "Review" || book["@type"] != "Book" || book["name"] != "The Long Ink" || author["name"] != "Adele Varga" ||
		book["isbn"] != "9780306406157" || rating["ratingValue"] != 4.5 || rating["bestRating"] != 5.0 {
		t.Errorf("the review is described as %v", review)
	}
	posting := read("blog/sewing/index.html")
	image, _ := posting["image"].(map[string]any)
	if posting["@type"] != "BlogPosting" || posting["headline"] != "Sewing on tapes" || posting["datePublished"] != "2022-02-11T00:00:00+01:00" ||
		!strings.HasPrefix(fmt.Sprint(image["url"]), "https://bench.example/media/") {
		t.Errorf("the post is described as %v", posting)
	}
	if gold := read("blog/gold/index.html"); gold["headline"] != `Gold & "silver", 1 < 2` {
		t.Errorf("the post is described as %v", gold)
	}
	// Nothing in a title may end the element or break the JSON.
	if text := string(script(ldWork{Name: "</script><!--\u2028\x07\xff"})); strings.ContainsAny(text, "<>\u2028\x07") || !json.Valid([]byte(text)) {
		t.Errorf("the data is %q", text)
	}
}
