package site

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"github.com/pennypost/pennypost/internal/settings"
)

// feedSite is small and plain, so that its feeds say little of how Markdown is rendered.
func feedSite() *world {
	w := newWorld()
	w.put(settings.Key, "title: Bench & Glue\nurl: https://bench.example\ndescription: Notes <from> a bindery.\nlanguage: en-GB\ntimezone: Europe/Vienna\nauthor:\n  name: Mara Quill\n  photo: mara.png\n")
	w.put("posts/mara.png", drawPNG(64, 64, 9))
	w.put("posts/ink.jpg", drawJPEG(400, 600, 120))
	w.put("posts/2022-01-01-one.md", "---\ntitle: One\ntags: [Paper, R&D]\nupdated: 2022-02-03\n---\nSee [two](2022-06-01-two.md), [below](#here) and [the archive](/archive/).\n")
	w.put("posts/2022-06-01-two.md", "---\ntitle: \"Two\\u0008 ]]> 1 < 2\"\nauthor: Guest\nimage: ink.jpg\nimage_alt: Ink & \"paper\"\n---\nIt ends: ]]> so.\n")
	w.put("posts/2023-03-26-review.md", "---\ntitle: 'Book Review: The Long Ink by Adele Varga'\ndescription: Patient.\nbook: {rating: 3.5, cover: ink.jpg}\n---\nGood.\n")
	w.put("posts/2022-07-01-hidden.md", "---\ndraft: true\n---\nNot in any feed.\n")
	return w
}

func TestFeeds(t *testing.T) {
	w := feedSite()
	p := w.plan(t)
	for _, key := range []string{rssKey, atomKey, jsonFeedKey, sitemapKey, robotsKey} {
		o, err := p.Render(key, w.read)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, key, o.Body)
	}
}

// relative is an address in HTML without scheme and host.
var relative = regexp.MustCompile(`(?:href|src)="(?:[/#]|[a-z]+/)[^"]*"`)

func TestFeedsAsReadersSeeThem(t *testing.T) {
	w := feedSite()
	p := w.plan(t)
	for _, key := range []string{rssKey, atomKey, jsonFeedKey} {
		o, err := p.Render(key, w.read)
		if err != nil {
			t.Fatal(err)
		}
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(o.Body))
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if feed.Title != "Bench & Glue" || feed.Link != "https://bench.example/" || feed.FeedLink != "https://bench.example/"+key ||
			feed.Description != "Notes <from> a bindery." || len(feed.Items) != 3 {
			t.Errorf("%s is %q at %q, itself at %q: %q with %d posts", key, feed.Title, feed.Link, feed.FeedLink, feed.Description, len(feed.Items))
		}
		review, two, one := feed.Items[0], feed.Items[1], feed.Items[2]
		if two.Title != "Two ]]> 1 < 2" || len(two.Authors) != 1 || two.Authors[0].Name != "Guest" || !strings.Contains(two.Content, "It ends: ]]&gt; so.") {
			t.Errorf("%s: %q by %v: %s", key, two.Title, two.Authors, two.Content)
		}
		if got := one.PublishedParsed.UTC().Format("2006-01-02 15:04"); got != "2021-12-31 23:00" {
			t.Errorf("%s: published %s", key, got)
		}
		if key != rssKey && one.UpdatedParsed.UTC().Format("2006-01-02") != "2022-02-02" {
			t.Errorf("%s: updated %s", key, one.UpdatedParsed)
		}
		if one.Link != "https://bench.example/blog/one/" || !strings.HasPrefix(one.GUID, "tag:bench.example,2024-05-01:") || fmt.Sprint(one.Categories) != "[Paper R&D]" {
			t.Errorf("%s: %q %q %v", key, one.Link, one.GUID, one.Categories)
		}
		for _, item := range feed.Items {
			if found := relative.FindString(item.Content); found != "" {
				t.Errorf("%s: %s is relative in %q", key, found, item.Title)
			}
		}
		for _, want := range []string{`href="https://bench.example/blog/two/"`, `href="https://bench.example/blog/one/#here"`, `href="https://bench.example/archive/"`} {
			if !strings.Contains(one.Content, want) {
				t.Errorf("%s: no %s in %s", key, want, one.Content)
			}
		}
		if !strings.Contains(review.Content, "3.5 of 5 stars") || !strings.Contains(review.Content, `<img src="https://bench.example/media/`) {
			t.Errorf("%s: the review is %s", key, review.Content)
		}
		picture := review.Image
		if key != jsonFeedKey {
			if len(review.Enclosures) != 1 || review.Enclosures[0].Type != "image/jpeg" || !strings.HasPrefix(review.Enclosures[0].URL, "https://bench.example/media/") {
				t.Errorf("%s: enclosures %v", key, review.Enclosures)
			}
		} else if picture == nil || !strings.HasPrefix(picture.URL, "https://bench.example/media/") {
			t.Errorf("%s: picture %v", key, picture)
		}
	}
}

// A renamed post is the same post to a feed reader, and a broken upload does not
// keep the next post out of the feeds.
func TestFeedsThroughChanges(t *testing.T) {
	w := feedSite()
	s := w.settings(t)
	c := w.catalog(t, s)
	guid := func(p *Plan) string {
		o, err := p.Render(jsonFeedKey, w.read)
		if err != nil {
			t.Fatal(err)
		}
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(o.Body))
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range feed.Items {
			if item.Title == "One" {
				return item.GUID + " " + item.Link
			}
		}
		return ""
	}
	before := guid(planOf(t, c, s))
	w.files["posts/2022-01-01-uno.md"] = w.files["posts/2022-01-01-one.md"]
	delete(w.files, "posts/2022-01-01-one.md")
	c = w.see(t, c, []string{"posts/2022-01-01-one.md", "posts/2022-01-01-uno.md"}, s)
	after := guid(planOf(t, c, s))
	if id, _, _ := strings.Cut(before, " "); !strings.HasPrefix(after, id+" ") || after == before {
		t.Errorf("renamed from %s to %s", before, after)
	}

	w.put("posts/2022-06-01-two.md", "---\ntitle: [\n---\n")
	w.put("posts/2023-12-01-new.md", "# New\n\nNew.\n")
	c = w.see(t, c, []string{"posts/2022-06-01-two.md", "posts/2023-12-01-new.md"}, s)
	p := planOf(t, c, s)
	o, err := p.Render(rssKey, w.read)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(o.Body), "<title>New</title>") || !strings.Contains(string(o.Body), "<p>It ends: ]]&gt; so.</p>") {
		t.Errorf("the feed is\n%s", o.Body)
	}
}

func TestFeedHoldsTheNewestTwenty(t *testing.T) {
	w := dated(25, 10)
	p := w.plan(t)
	if o := p.Outputs()[rssKey]; len(o.Sources) != 20 || o.Sources[0] != "posts/post-024.md" {
		t.Errorf("the feed is made of %v", o.Sources)
	}
}
