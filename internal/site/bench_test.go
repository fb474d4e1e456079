package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// archive is a catalog of n posts as a blog of many years has them: some 300
// letters of description, a hero and three tags each, links, and reviews among them.
func archive(tb testing.TB, n int) (*catalog.Catalog, *settings.Settings, *theme.Theme) {
	tb.Helper()
	s := settings.Default()
	s.URL = "https://example.org"
	th, err := theme.New(s)
	if err != nil {
		tb.Fatal(err)
	}
	c := catalog.New("secret")
	start := time.Date(2005, 1, 1, 9, 0, 0, 0, time.UTC)
	for i := range n {
		key := fmt.Sprintf("posts/%d/post-%05d.md", i%20, i)
		text := fmt.Sprintf("Post %d. ", i) + strings.Repeat("Some words that tell what it is about, and a few more of them. ", 4)
		sum := sha256.Sum256([]byte(text))
		hash := hex.EncodeToString(sum[:])
		shot := fmt.Sprintf("posts/%d/post-%05d.jpg", i%20, i)
		c.Files[shot] = &catalog.File{ETag: hash[:8], Hash: hash, Picture: &post.Picture{
			URL: "/media/" + hash[:20] + ".jpg", Width: 1600, Height: 900,
			Sizes: []post.Variant{{URL: "/media/" + hash[20:40] + ".jpg", Width: 480}, {URL: "/media/" + hash[40:60] + ".jpg", Width: 960}},
		}}
		e := &catalog.Entry{ID: fmt.Sprintf("id%011d", i), Key: key, ETag: hash, First: start, GoLive: start, Seq: int64(i + 1), Live: true,
			Path: fmt.Sprintf("/blog/post-%05d/", i)}
		e.Meta = post.Meta{
			Kind: post.Article, Title: fmt.Sprintf("The post that has the number %d", i), Slug: fmt.Sprintf("post-%05d", i),
			Date: start.Add(time.Duration(i) * 17 * time.Hour), Description: text, Image: fmt.Sprintf("post-%05d.jpg", i), ImageAlt: "A picture",
			Tags:  []string{"everything", fmt.Sprintf("tag %d", i%50), fmt.Sprintf("subject %d", i%400)},
			Links: []post.Ref{{To: fmt.Sprintf("post-%05d.md", max(0, i-1)), Line: 3}, {To: "../0/post-00000.md", Line: 4}}, Words: 800, Hash: hash,
		}
		if i%10 == 0 {
			e.Book = &post.Book{Title: fmt.Sprintf("The Book of %d", i), Author: fmt.Sprintf("Ann Author%d", i%300), Rated: true, Rating: float64(i%10) / 2}
		}
		c.Files[key] = &catalog.File{ETag: hash, Hash: hash, Post: e.ID}
		c.Posts[e.ID] = e
	}
	return c, s, th
}

func BenchmarkNew(b *testing.B) {
	for _, n := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c, s, th := archive(b, n)
			b.ReportAllocs()
			for b.Loop() {
				New(c.Clone(), s, th) // a clone has to sort its posts again
			}
		})
	}
}

// BenchmarkRender makes pages of an archive of 10,000 without their Markdown.
func BenchmarkRender(b *testing.B) {
	c, s, th := archive(b, 10_000)
	body := []byte("A paragraph.\n")
	sum := sha256.Sum256(body)
	for _, e := range c.Posts {
		e.Hash = hex.EncodeToString(sum[:])
	}
	p := New(c, s, th)
	for _, key := range []string{
		"blog/post-05000/index.html", "page/7/index.html", "archive/2010/index.html", "tags/tag-7/index.html",
		"books/index.html", "feed.xml", "sitemap.xml",
	} {
		b.Run(strings.TrimSuffix(key, "/index.html"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Render(key, func(string) ([]byte, error) { return body, nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A plan holds no pages: less than 4 KB for each post with its pictures.
func TestPlanIsSmall(t *testing.T) {
	c, s, th := archive(t, 5_000)
	c.Live()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	p := New(c, s, th)
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 5_000
	t.Logf("%d outputs, %d bytes for each post", len(p.Outputs()), each)
	if each > 4<<10 {
		t.Errorf("a plan takes %d bytes for each post", each)
	}
	runtime.KeepAlive(p)
}
