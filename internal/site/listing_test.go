package site

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/settings"
)

// A page that is full never changes again; together the numbered pages hold every
// post exactly once; the root shows the newest S to 2S-1.
func TestNumbering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 6).Draw(t, "size")
		total := rapid.IntRange(0, 40).Draw(t, "total")
		items := make([]*item, total)
		for i := range items {
			items[i] = &item{url: fmt.Sprint(total - i)} // newest first, numbered from the oldest
		}
		s := series{root: "/", items: items}
		last := s.count(size)
		var all []string
		for n := 1; n <= last; n++ {
			span := s.span(n, size)
			switch {
			case n < last && len(span) != size:
				t.Fatalf("page %d of %d holds %d posts", n, last, len(span))
			case n == last && total >= size && (len(span) < size || len(span) > 2*size-1):
				t.Fatalf("the newest page holds %d posts", len(span))
			}
			for _, it := range slices.Backward(span) {
				all = append(all, it.url)
			}
		}
		for i, url := range all {
			if url != fmt.Sprint(i+1) {
				t.Fatalf("the post %s stands at place %d", url, i+1)
			}
		}
		if len(all) != total {
			t.Fatalf("%d of %d posts are listed", len(all), total)
		}
	})
}

// dated makes a site of n dated posts with tags, the i-th in month i.
func dated(n, size int) *world {
	w := newWorld()
	w.put(settings.Key, fmt.Sprintf("page_size: %d\nurl: https://example.org\n", size))
	for i := range n {
		w.put(fmt.Sprintf("posts/post-%03d.md", i), datedPost(i))
	}
	return w
}

// datedPost is a book review each fifth time, and first of all.
func datedPost(i int) string {
	book := ""
	if i%5 == 0 {
		book = fmt.Sprintf("book: {title: Book %d, rating: %d}\n", i, i%5)
	}
	return fmt.Sprintf("---\ntitle: Post %d\ndate: %04d-%02d-01\ntags: [even%d, all]\n%s---\nText of post %d.\n", i, 2015+i/12, i%12+1, i%2, book, i)
}

// Publishing one new post changes nothing but its page, what quotes it, and the
// newest page of each list: never a page that is full, never another post but its
// neighbour.
func TestOneNewPostChangesLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "posts")
		size := rapid.IntRange(1, 8).Draw(t, "page size")
		w := dated(n, size)
		s := w.settings(t)
		c := w.catalog(t, s)
		before := planOf(t, c, s)
		key := fmt.Sprintf("posts/post-%03d.md", n)
		w.put(key, datedPost(n))
		after := planOf(t, w.see(t, c, []string{key}, s), s)

		year := fmt.Sprint(2015 + n/12)
		tag := fmt.Sprintf("even%d", n%2)
		allowed := map[string]bool{
			fmt.Sprintf("blog/post-%03d/index.html", n):   true,
			fmt.Sprintf("blog/post-%03d/index.html", n-1): true, // the neighbour
			"index.html": true, "tags/index.html": true, "archive/index.html": true,
			"archive/" + year + "/index.html": true,
			"feed.xml":                        true, "atom.xml": true, "feed.json": true, "sitemap.xml": true,
		}
		if n%5 == 0 {
			for _, o := range orders() {
				allowed[Key(o.path)] = true
			}
		}
		if n%12 == 0 { // the first of a year: the year before now leads on to it
			allowed[fmt.Sprintf("archive/%d/index.html", 2015+n/12-1)] = true
		}
		for root, count := range map[string]int{"": n, "tags/all/": n, "tags/" + tag + "/": n / 2} {
			allowed[root+indexFile] = true
			was, is := max(1, count/size), max(1, (count+1)/size)
			for k := was; k <= is; k++ {
				allowed[fmt.Sprintf("%spage/%d/index.html", root, k)] = true
			}
		}
		changed := 0
		for key, o := range after.Outputs() {
			if before.Outputs()[key].Digest == o.Digest {
				continue
			}
			changed++
			if !allowed[key] {
				t.Fatalf("a new post changes %s", key)
			}
		}
		for key := range before.Outputs() {
			if after.Outputs()[key].Key == "" {
				t.Fatalf("a new post removes %s", key)
			}
		}
		if changed > 28 {
			t.Fatalf("%d outputs change", changed)
		}
	})
}

// Editing the text of a post changes its page and the feeds, and no neighbour.
func TestEditedTextChangesOnlyItsPage(t *testing.T) {
	w := dated(40, 5)
	s := w.settings(t)
	c := w.catalog(t, s)
	before := planOf(t, c, s)
	changed := func(key, body string) []string {
		w := w.clone()
		w.put(key, body)
		after := planOf(t, w.see(t, c, []string{key}, s), s)
		var keys []string
		for key, o := range after.Outputs() {
			if before.Outputs()[key].Digest != o.Digest {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return keys
	}
	longer := "\nA second paragraph.\n\n" + strings.Repeat("It goes on, beyond what the description quotes. ", 8)
	old := w.files["posts/post-003.md"]
	w.put("posts/post-003.md", strings.Replace(old, "---\nText", "description: Fixed.\n---\nText", 1))
	c = w.see(t, c, []string{"posts/post-003.md"}, s)
	before = planOf(t, c, s)
	if got := changed("posts/post-003.md", w.files["posts/post-003.md"]+longer); !slices.Equal(got, []string{"blog/post-003/index.html"}) {
		t.Errorf("an old post's text changes %v", got)
	}
	if got := changed("posts/post-003.md", strings.Replace(w.files["posts/post-003.md"], "title: Post 3", "title: Third", 1)); !slices.Equal(got, []string{
		"archive/2015/index.html", "blog/post-002/index.html", "blog/post-003/index.html", "blog/post-004/index.html",
		"page/1/index.html", "tags/all/page/1/index.html", "tags/even1/page/1/index.html",
	}) {
		t.Errorf("an old post's title changes %v", got)
	}
	if got := changed("posts/post-003.md", strings.Replace(w.files["posts/post-003.md"], "2015-04-01", "2015-04-02", 1)); !slices.Equal(got, []string{
		"archive/2015/index.html", "blog/post-003/index.html", "page/1/index.html", "sitemap.xml", "tags/all/page/1/index.html", "tags/even1/page/1/index.html",
	}) {
		t.Errorf("an old post's date changes %v", got)
	}
}

func TestListingPagesLeadToEachOther(t *testing.T) {
	w := dated(11, 2) // N = 5: four pages of 2, the newest of 3
	all := w.renderAll(t, w.plan(t))
	at := "index.html"
	var seen []string
	for at != "" {
		links := cardLinks(t, all[at].Body)
		seen = append(seen, links...)
		at = Key(relLink(t, all[at].Body, "next"))
		if at == indexFile {
			break
		}
	}
	if len(seen) != 11 || seen[0] != "/blog/post-010/" || seen[10] != "/blog/post-000/" {
		t.Errorf("walking back from the index shows %v", seen)
	}
	if got := relLink(t, all["page/4/index.html"].Body, "prev"); got != "/page/5/" {
		t.Errorf("page 4 leads on to %q", got)
	}
	if got := relLink(t, all["page/5/index.html"].Body, "canonical"); got != "https://example.org/" {
		t.Errorf("the newest page says it is %q", got)
	}
	if got := relLink(t, all["page/4/index.html"].Body, "canonical"); got != "https://example.org/page/4/" {
		t.Errorf("page 4 says it is %q", got)
	}
}

func TestTagsAreOneWhateverTheirSpelling(t *testing.T) {
	w := newWorld()
	w.put("posts/a.md", "---\ndate: 2020-01-01\ntags: [Slow Cooking, slow cooking]\n---\nA.\n")
	w.put("posts/b.md", "---\ndate: 2021-01-01\ntags: [slow-cooking]\n---\nB.\n")
	p := w.plan(t)
	if keys := slices.DeleteFunc(slices.Collect(maps.Keys(p.Outputs())), func(k string) bool { return !strings.HasPrefix(k, "tags/") }); len(keys) != 2 {
		t.Errorf("tags: %v", keys)
	}
	o, err := p.Render("tags/slow-cooking/index.html", w.read)
	if err != nil {
		t.Fatal(err)
	}
	if links := cardLinks(t, o.Body); !slices.Equal(links, []string{"/blog/b/", "/blog/a/"}) {
		t.Errorf("the tag's posts: %v", links)
	}
	if !strings.Contains(string(o.Body), "Slow Cooking</h1>") {
		t.Error("the tag is not called as the oldest post spells it")
	}
}
