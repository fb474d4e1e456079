package publish_test

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store/storetest"
)

func encodeJPEG(t testing.TB, w io.Writer, side int) {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		img.Set(i, i, color.RGBA{R: 200, A: 255})
	}
	if err := jpeg.Encode(w, img, nil); err != nil {
		t.Fatal(err)
	}
}

func TestPublishOne(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/first.md", post("First", ""))
	w.run(p, "posts/first.md")
	w.has("the page", w.page("blog/first/index.html"), "First", "The text of First")
	for _, key := range []string{"index.html", fmt.Sprintf("archive/%d/index.html", w.now.Year()), "feed.xml", "atom.xml", "feed.json", "sitemap.xml", "page/1/index.html"} {
		w.has(key, w.page(key), "/blog/first/")
	}
	w.has("the receipt", w.receipt("posts/first.md"), "Published", "https://blog.example/blog/first/", "3 subscribers at once")
	if len(w.announced) != 1 || w.cleared != 1 {
		t.Errorf("announced %v, cleared the CDN %d times", w.announced, w.cleared)
	}
	w.settled()

	// The same event again, in this process and in a new one: nothing on the site is touched.
	w.trips.reset()
	w.run(p, "posts/first.md")
	w.run(w.publisher(), "posts/first.md")
	if wrote := w.trips.writes("site"); len(wrote) > 0 {
		t.Errorf("a repeated event wrote %v", wrote)
	}
	if w.announced[w.catalog().ByKey("posts/first.md").ID] != 1 {
		t.Error("announced again")
	}
}

func TestEditTouchesWhatQuotesIt(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	var keys []string
	for i := range 5 {
		key := fmt.Sprintf("posts/p%d.md", i)
		w.put(key, post(fmt.Sprintf("Post %d", i), fmt.Sprintf("date: 2024-01-0%d\n", i+1)))
		keys = append(keys, key)
	}
	w.run(p, keys...)
	w.settled()

	w.trips.reset()
	w.put("posts/p2.md", post("Post 2", "date: 2024-01-03\n")+"\nOne more line.\n")
	w.run(p, "posts/p2.md")
	wrote := w.trips.writes("site")
	if !slices.Contains(wrote, "blog/p2/index.html") || slices.Contains(wrote, "blog/p1/index.html") || slices.Contains(wrote, "blog/p3/index.html") {
		t.Errorf("another body wrote %v", wrote)
	}
	w.trips.reset()
	w.put("posts/p2.md", post("Renamed", "date: 2024-01-03\n"))
	w.run(p, "posts/p2.md")
	wrote = w.trips.writes("site")
	for _, key := range []string{"blog/p1/index.html", "blog/p2/index.html", "blog/p3/index.html", "index.html"} {
		if !slices.Contains(wrote, key) {
			t.Errorf("another title did not write %s: %v", key, wrote)
		}
	}
	if slices.Contains(wrote, "blog/p0/index.html") {
		t.Errorf("another title wrote %v", wrote)
	}
	w.has("the neighbour", w.page("blog/p1/index.html"), "Renamed")
	w.settled()
	for id, n := range w.announced {
		if n != 1 {
			t.Errorf("%s was announced %d times", id, n)
		}
	}
}

func TestDeleteAndReturn(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("Aaa", "date: 2024-01-01\n"))
	w.put("posts/b.md", post("Bbb", "date: 2024-01-02\n"))
	w.put("posts/c.md", post("Ccc", "date: 2024-01-03\n"))
	w.run(p, "posts/a.md", "posts/b.md", "posts/c.md")
	w.rm("posts/b.md")
	w.run(p, "posts/b.md")
	if w.page("blog/b/index.html") != "" {
		t.Error("the page is still there")
	}
	w.has("the index", w.page("index.html"), "!Bbb")
	w.has("the neighbour", w.page("blog/a/index.html"), "!Bbb", "Ccc")
	w.has("the receipt", w.receipt("posts/b.md"), "Removed")
	w.settled()
	w.put("posts/b.md", post("Bbb", "date: 2024-01-02\n"))
	w.run(p, "posts/b.md")
	w.has("the page", w.page("blog/b/index.html"), "Bbb")
	w.settled()
	if len(w.announced) != 3 {
		t.Errorf("announced %v", w.announced)
	}
}

func TestRenameKeepsIdentity(t *testing.T) {
	for _, order := range []string{"copy first", "removal first", "together"} {
		t.Run(order, func(t *testing.T) {
			w := newWorld(t)
			p := w.publisher()
			w.put("posts/a.md", post("Same", ""))
			w.run(p, "posts/a.md")
			id := w.catalog().ByKey("posts/a.md").ID
			switch order {
			case "copy first":
				w.put("posts/c.md", post("Same", ""))
				w.run(p, "posts/c.md")
				w.has("the receipt of the copy", w.receipt("posts/c.md"), "Held", "posts/a.md")
				w.rm("posts/a.md")
				w.run(p, "posts/a.md")
			case "removal first":
				w.rm("posts/a.md")
				w.run(p, "posts/a.md")
				w.put("posts/c.md", post("Same", ""))
				w.run(p, "posts/c.md")
			case "together":
				w.rm("posts/a.md")
				w.put("posts/c.md", post("Same", ""))
				w.run(p, "posts/c.md", "posts/a.md")
			}
			if e := w.catalog().ByKey("posts/c.md"); e == nil || e.ID != id {
				t.Fatalf("the post is %+v", e)
			}
			w.has("the new page", w.page("blog/c/index.html"), "Same")
			w.has("the old address", w.page("blog/a/index.html"), "/blog/c/")
			w.has("the receipt of the old name", w.receipt("posts/a.md"), "Removed", "posts/c.md")
			w.has("the receipt of the new name", w.receipt("posts/c.md"), "Published", "/blog/c/")
			w.settled()
			if len(w.announced) != 1 {
				t.Errorf("announced %v", w.announced)
			}
		})
	}
}

func TestOneSlugTwoPosts(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/x.md", post("Older", ""))
	w.run(p, "posts/x.md")
	time.Sleep(1100 * time.Millisecond) // S3 knows upload times to the second
	w.put("posts/2/x.md", post("Newer", ""))
	w.run(p, "posts/2/x.md")
	w.has("the page", w.page("blog/x/index.html"), "Older")
	w.has("the receipt", w.receipt("posts/2/x.md"), "Held", "posts/x.md", "slug")
	w.settled()
	w.rm("posts/x.md")
	w.run(p, "posts/x.md")
	w.has("the page", w.page("blog/x/index.html"), "Newer")
	w.has("the receipt", w.receipt("posts/2/x.md"), "Published")
	w.settled()

	// The event of the holder's removal is lost: a newcomer finds out by asking.
	w.rm("posts/2/x.md")
	w.put("posts/3/x.md", post("Third", ""))
	w.run(p, "posts/3/x.md")
	w.has("the page", w.page("blog/x/index.html"), "Third")
	w.settled()

	// So does one that has nothing else in common with it, and what is gone is said to be.
	w.rm("posts/3/x.md")
	w.put("posts/4.md", post("Fourth", "slug: x\n"))
	w.run(p, "posts/4.md")
	w.has("the page", w.page("blog/x/index.html"), "Fourth")
	w.has("the receipt", w.receipt("posts/3/x.md"), "Removed")
	w.settled()
}

func TestBadUploadKeepsTheLastGoodPage(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("Good", "date: 2024-01-01\n"))
	w.put("posts/b.md", post("Other", "date: 2024-01-02\n"))
	w.run(p, "posts/a.md", "posts/b.md")
	good := w.page("blog/a/index.html")
	w.put("posts/a.md", "---\ntitle: [unclosed\n---\nbody\n")
	w.run(p, "posts/a.md")
	if w.page("blog/a/index.html") != good {
		t.Error("the page changed")
	}
	w.has("the receipt", w.receipt("posts/a.md"), "Rejected", "ine 2", "last good version")
	// Its neighbour changes: the page that cannot be made stays up, everything else goes on.
	w.put("posts/b.md", post("Another", "date: 2024-01-02\n"))
	w.run(p, "posts/b.md")
	w.has("the index", w.page("index.html"), "Another", "Good")
	w.has("the feed", w.page("feed.xml"), "Another", "Good")
	if w.page("blog/a/index.html") != good || len(w.catalog().Pending) > 0 {
		t.Error("the page changed, or waits for ever")
	}
	w.put("posts/a.md", post("Better", "date: 2024-01-01\n"))
	w.run(p, "posts/a.md")
	w.has("the page", w.page("blog/a/index.html"), "Better", "Another")
	w.has("the receipt", w.receipt("posts/a.md"), "Published")
	w.settled()
}

func TestScheduledPostGoesLiveByItself(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	at := w.now.Add(time.Hour).Truncate(time.Minute)
	w.put("posts/later.md", post("Later", "date: "+at.Format(time.RFC3339)+"\n"))
	w.run(p, "posts/later.md")
	w.has("the receipt", w.receipt("posts/later.md"), "Scheduled", "/preview/")
	w.has("the index", w.page("index.html"), "!Later")
	if err := p.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.has("the index", w.page("index.html"), "!Later")
	w.wait(time.Hour)
	if err := p.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.has("the index", w.page("index.html"), "Later")
	w.has("the receipt", w.receipt("posts/later.md"), "Published")
	if len(w.announced) != 1 {
		t.Errorf("announced %v", w.announced)
	}
	w.settled()
}

func TestDraftHasAPreviewOnly(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/d.md", post("Draft", "draft: true\n"))
	w.run(p, "posts/d.md")
	text := w.receipt("posts/d.md")
	w.has("the receipt", text, "Draft", "https://blog.example/preview/")
	_, rest, _ := strings.Cut(text, "https://blog.example/preview/")
	token, _, _ := strings.Cut(rest, "/")
	w.has("the preview", w.page("preview/"+token+"/index.html"), "The text of Draft", "noindex")
	for _, o := range storetest.List(t, w.site, "") {
		if o.Key != "preview/"+token+"/index.html" {
			w.has(o.Key, w.page(o.Key), "!The text of Draft", "!"+token)
		}
	}
	w.put("posts/d.md", post("Draft", ""))
	w.run(p, "posts/d.md")
	if w.page("preview/"+token+"/index.html") != "" {
		t.Error("the preview outlives the draft")
	}
	w.has("the page", w.page("blog/d/index.html"), "The text of Draft")
	w.settled()
}

func TestPicturesAndLinksMendThemselves(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("Linker", "image: sun.jpg\nimage_alt: the sun\n")+"\nSee [the other](other.md) and ![a leaf](leaf.jpg).\n")
	w.run(p, "posts/a.md")
	w.has("the receipt", w.receipt("posts/a.md"), "Published", "other.md", "sun.jpg", "leaf.jpg")
	w.has("the page", w.page("blog/a/index.html"), "!/media/", "!other.md")
	w.put("posts/other.md", post("Other", ""))
	w.put("posts/sun.jpg", jpegOf(t, 2000))
	w.put("posts/leaf.jpg", jpegOf(t, 300))
	w.run(p, "posts/other.md", "posts/sun.jpg", "posts/leaf.jpg")
	w.has("the page", w.page("blog/a/index.html"), "/media/", `href="/blog/other/"`, "1600w")
	w.has("the receipt of the picture", w.receipt("posts/sun.jpg"), "Published", "posts/a.md")
	w.settled()
	media := len(storetest.Keys(t, w.site, "media/"))
	w.rm("posts/sun.jpg")
	w.run(p, "posts/sun.jpg")
	if n := len(storetest.Keys(t, w.site, "media/")); n != media {
		t.Errorf("%d pictures are left of %d: old mails show them", n, media)
	}
	w.settled()
}

// TestLinksToPartsOfPosts: the receipt tells of a part that is not there. The other post
// is read for that, and only for that; a change of it makes no other page anew.
func TestLinksToPartsOfPosts(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/other.md", post("Other", "")+"\n## Glue\n")
	w.put("posts/a.md", post("Linker", "")+"\nSee [this](other.md#glue) and [that](other.md#gleu).\n")
	w.put("posts/plain.md", post("Plain", "")+"\nSee [the other](other.md).\n")
	w.run(p, "posts/other.md", "posts/a.md", "posts/plain.md")
	w.has("the receipt", w.receipt("posts/a.md"), "Published", "Line 8: the link to “other.md#gleu”", "did you mean “other.md#glue”?", "!“other.md#glue” leads")
	w.has("the page", w.page("blog/a/index.html"), `href="/blog/other/#glue"`, `href="/blog/other/#gleu"`)
	w.settled()

	reads := func(key string) (n int) {
		w.trips.mu.Lock()
		defer w.trips.mu.Unlock()
		for _, line := range w.trips.log {
			if line == "GET /content/"+key {
				n++
			}
		}
		return n
	}
	w.trips.reset()
	w.run(p, "posts/plain.md")
	if n := reads("posts/other.md"); n != 0 {
		t.Errorf("read %d times for a link to the whole", n)
	}
	w.trips.reset()
	w.run(p, "posts/a.md")
	if n := reads("posts/other.md"); n != 1 {
		t.Errorf("read %d times for links to its parts", n)
	}
	w.put("posts/other.md", post("Other", "")+"\n## Gleu\n")
	w.trips.reset()
	w.run(p, "posts/other.md")
	if slices.Contains(w.trips.writes("site"), "blog/a/index.html") {
		t.Error("the page that links to it was written again")
	}

	// What was replaced in between is not judged by what it was.
	w.put("posts/other.md", post("Other", "")+"\n## Paste\n")
	w.put("posts/a.md", post("Linker", "")+"\nAgain [that](other.md#paste).\n")
	w.run(p, "posts/a.md")
	w.has("the receipt", w.receipt("posts/a.md"), "Published", "!#paste")
	w.run(p, "posts/other.md")
	w.settled()
}

func TestBadSettingsKeepTheLastGoodOnes(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("A post", ""))
	w.put("posts/site.yaml", "title: My Blog\n")
	w.run(p, "posts/a.md", "posts/site.yaml")
	w.has("the page", w.page("blog/a/index.html"), "My Blog")
	w.put("posts/site.yaml", "title: [\n")
	w.run(p, "posts/site.yaml")
	w.has("the receipt", w.receipt("posts/site.yaml"), "Rejected", "last good settings")
	w.has("the page", w.page("blog/a/index.html"), "My Blog")
	w.settled()
	w.put("posts/site.yaml", "title: Another\ntimezone: America/Chicago\n")
	w.run(p, "posts/site.yaml")
	w.has("the page", w.page("blog/a/index.html"), "Another")
	w.settled()
}

// TestAnotherTimeZoneForACopy: a file that waits because it repeats another is a post the
// moment the other changes, and its date is then meant in the zone that holds now.
func TestAnotherTimeZoneForACopy(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("One", "date: 2026-03-01\n"))
	w.run(p, "posts/a.md")
	w.put("posts/b.md", post("One", "date: 2026-03-01\n"))
	w.run(p, "posts/b.md")
	w.put("posts/a.md", post("Another", "date: 2026-03-02\n"))
	w.put("posts/site.yaml", "title: My Blog\ntimezone: America/Chicago\n")
	w.run(p, "posts/a.md", "posts/site.yaml")
	w.has("the page", w.page("blog/b/index.html"), "2026-03-01T00:00:00-06:00")
	w.settled()
}

// TestAHolderIsLookedAt: a new version of a post that was noticed only because another asked
// for its address has a receipt too, although its own event was lost.
func TestAHolderIsLookedAt(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	w.put("posts/a.md", post("One", "slug: shared\n"))
	w.run(p, "posts/a.md")
	w.put("posts/a.md", post("Two", "slug: shared\n"))
	w.put("posts/b.md", post("Another", "slug: shared\n"))
	w.run(p, "posts/b.md")
	w.has("the page", w.page("blog/shared/index.html"), "Two")
	w.has("the receipt", w.receipt("posts/a.md"), "Two")
	w.settled()
}

// TestDamagedPhoto: a photo that is whole outside and damaged inside is refused when
// it is uploaded, not when a page waits for it.
func TestDamagedPhoto(t *testing.T) {
	w := newWorld(t)
	p := w.publisher()
	photo := jpegOf(t, 900)
	w.put("posts/torn.jpg", photo[:len(photo)/2])
	w.put("posts/a.md", post("Torn", "image: torn.jpg\nimage_alt: torn\n"))
	w.run(p, "posts/a.md", "posts/torn.jpg")
	w.has("the receipt of the picture", w.receipt("posts/torn.jpg"), "Rejected", "torn.jpg")
	w.has("the receipt of the post", w.receipt("posts/a.md"), "Published", "torn.jpg")
	w.has("the page", w.page("blog/a/index.html"), "!/media/")
	w.settled()
}
