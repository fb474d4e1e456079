package site

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// drawPost is a random source file. Names, tags and dates are few, so that they meet.
func drawPost(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("---\n")
	maybe := func(name string, values ...string) {
		if v := rapid.SampledFrom(append([]string{""}, values...)).Draw(t, name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	maybe("title", "One", "Two", "'<Three> & more'")
	maybe("date", "2021-12-31", "2022-01-01 00:30", "2022-06-06", "2023-03-03T23:30:00-05:00", "2030-01-01")
	maybe("updated", "2023-01-01", "2024-02-02")
	maybe("description", "A line.", "Another line that is longer. It has two sentences!")
	maybe("image", "a.jpg", "b.png", "missing.jpg")
	maybe("image_alt", "What it shows")
	maybe("image_caption", "Seen from above")
	maybe("tags", "[x]", "[x, Y]", "[y, 'C++']")
	maybe("draft", "true")
	maybe("aliases", "[/old/]", "[/old/, /p1/]", "[/old.html]", "[/old.html/below/]", "[/blog/p2/]")
	maybe("canonical", "https://elsewhere.example/x")
	maybe("noindex", "true")
	maybe("toc", "true")
	maybe("author", "Guest")
	maybe("slug", "p1", "shared")
	if rapid.Bool().Draw(t, "review") {
		b.WriteString("book:\n  title: " + rapid.SampledFrom([]string{"The Sea", "Ash", "Éclat"}).Draw(t, "book") + "\n")
		for _, line := range []string{"  author: Ann Lee", "  rating: 3.5", "  cover: b.png", "  year: 1999", "  isbn: 9780306406157"} {
			if rapid.Bool().Draw(t, line) {
				b.WriteString(line + "\n")
			}
		}
	}
	b.WriteString("---\n")
	for _, part := range rapid.SliceOfN(rapid.SampledFrom([]string{
		"A paragraph of some words.", "## A heading", "See [that](p1.md).", "See [this](p3.md) and [what](nothing.md).",
		"![A view](a.jpg)", "![](b.png \"Title\")", "It's \"quoted\".", "A note.[^n]\n\n[^n]: The note.", "`code`", "[up](/archive/)",
	}), 0, 4).Draw(t, "body") {
		b.WriteString(part + "\n\n")
	}
	return b.String()
}

func drawKey(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		"posts/p1.md", "posts/p2.md", "posts/2022-05-05-p3.md", "posts/deep/p4.md", "posts/p5/index.md", "posts/p6.md", "posts/pages/about.md", "posts/pages/p1.md",
	}).Draw(t, "key")
}

func drawSettings(t *rapid.T) string {
	var b strings.Builder
	maybe := func(name string, values ...string) {
		if v := rapid.SampledFrom(append([]string{""}, values...)).Draw(t, name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	maybe("title", "A site", "Another")
	maybe("url", "https://one.example", "https://two.example")
	maybe("description", "What it is about.")
	maybe("language", "de")
	maybe("timezone", "America/New_York")
	maybe("permalink", "/:year/:slug/", "/:slug/")
	maybe("page_size", "1", "2")
	maybe("nav", "[{Books: /books/}, {Home: /}]", "[]")
	maybe("author", "{name: Mara, bio: Writes., photo: b.png}")
	maybe("theme", "{accent: '#883311'}", "{logo: b.png}")
	return b.String()
}

// drawWorld is a random author's folder.
func drawWorld(t *rapid.T) *world {
	w := newWorld()
	w.put(settings.Key, drawSettings(t))
	for range rapid.IntRange(0, 7).Draw(t, "posts") {
		w.put(drawKey(t), drawPost(t))
	}
	for key, body := range map[string]string{"posts/a.jpg": drawJPEG(500, 20, 10), "posts/b.png": drawPNG(30, 20, 10)} {
		if rapid.Bool().Draw(t, key) {
			w.put(key, body)
		}
	}
	return w
}

// change makes one random change and names the keys it touched.
func (w *world) change(t *rapid.T) []string {
	keys := slices.Sorted(maps.Keys(w.files))
	switch rapid.SampledFrom([]string{"put", "delete", "rename", "settings", "picture", "break", "word", "line", "line", "line"}).Draw(t, "change") {
	case "put":
		key := drawKey(t)
		w.put(key, drawPost(t))
		return []string{key}
	case "delete":
		key := rapid.SampledFrom(keys).Draw(t, "gone")
		delete(w.files, key)
		return []string{key}
	case "rename":
		from, to := rapid.SampledFrom(keys).Draw(t, "from"), drawKey(t)
		if from == to || !post.IsMarkdown(from) {
			return nil
		}
		w.put(to, w.files[from])
		delete(w.files, from)
		return []string{from, to}
	case "picture":
		if rapid.Bool().Draw(t, "photo") {
			w.put("posts/a.jpg", drawJPEG(500, 20, rapid.Uint8().Draw(t, "shade")))
			return []string{"posts/a.jpg"}
		}
		w.put("posts/b.png", drawPNG(30, 20, rapid.Uint8().Draw(t, "shade")))
		return []string{"posts/b.png"}
	case "line": // one field of a post or of the settings, or one line of a text, goes
		key := rapid.SampledFrom(keys).Draw(t, "shorter")
		if !post.IsMarkdown(key) && key != settings.Key {
			return nil
		}
		lines := strings.SplitAfter(w.files[key], "\n")
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		if !strings.HasPrefix(lines[i], "---") {
			w.put(key, strings.Join(slices.Delete(lines, i, i+1), ""))
		}
		return []string{key}
	case "break":
		key := rapid.SampledFrom(keys).Draw(t, "broken")
		if post.IsMarkdown(key) {
			w.put(key, "---\ntitle: [\n---\n")
			return []string{key}
		}
		return nil
	case "word":
		key := rapid.SampledFrom(keys).Draw(t, "longer")
		if post.IsMarkdown(key) {
			w.put(key, w.files[key]+"\n\nOne more.\n")
			return []string{key}
		}
		return nil
	}
	w.put(settings.Key, drawSettings(t))
	return []string{settings.Key}
}

// see brings a copy of the catalog up to date with the named keys.
func (w *world) see(t fataler, old *catalog.Catalog, keys []string, s *settings.Settings) *catalog.Catalog {
	c := old.Clone()
	if slices.Contains(keys, settings.Key) { // the time zone may differ: all posts are read again
		keys = append(slices.Clone(keys), slices.Collect(maps.Keys(w.files))...)
		slices.Sort(keys)
		keys = slices.Compact(keys)
	}
	for _, gone := range []bool{true, false} {
		for _, key := range keys {
			if _, there := w.files[key]; there == gone {
				continue
			}
			if gone {
				c.See(catalog.Seen{Key: key, Missing: true}, now)
			} else {
				c.See(w.seen(key, s), now)
			}
		}
	}
	c.Settle(now.Add(time.Hour), rules(s))
	publishPages(c)
	return c
}

func planOf(t fataler, c *catalog.Catalog, s *settings.Settings) *Plan {
	th, err := theme.New(s)
	if err != nil {
		t.Fatalf("the theme: %v", err)
	}
	return New(c, s, th)
}

// render makes every output and holds each to what its Output says.
func (w *world) render(t fataler, p *Plan) map[string]Object {
	all := map[string]Object{}
	for key, o := range p.Outputs() {
		if o.Key != key {
			t.Fatalf("%s is planned as %s", key, o.Key)
		}
		made, err := p.Render(key, func(source string) ([]byte, error) {
			if !slices.Contains(o.Sources, source) {
				t.Fatalf("%s reads %s, which is none of its sources", key, source)
			}
			return w.read(source)
		})
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		all[key] = made
		for _, name := range o.Names {
			if p.Outputs()[name].Stage != Article {
				t.Fatalf("%s names %s, which is no page", key, name)
			}
		}
		for i := range key {
			if key[i] == '/' && p.Outputs()[key[:i]].Key != "" {
				t.Fatalf("%s lies below %s", key, key[:i])
			}
		}
	}
	return all
}

// sameObject compares all but the digest itself.
func sameObject(a, b Object) bool {
	strip := func(m map[string]string) map[string]string {
		m = maps.Clone(m)
		delete(m, "digest")
		return m
	}
	return bytes.Equal(a.Body, b.Body) && a.ContentType == b.ContentType && a.CacheControl == b.CacheControl &&
		maps.Equal(strip(a.Metadata), strip(b.Metadata))
}

// A digest is equal exactly if what is rendered is equal: nothing an output uses is
// left out of it.
func TestDigestCoversEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		s := w.settings(t)
		c := w.catalog(t, s)
		before := planOf(t, c, s)
		made := w.render(t, before)
		again := planOf(t, w.catalog(t, s), w.settings(t))
		if !maps.EqualFunc(before.Outputs(), again.Outputs(), func(a, b Output) bool { return a.Digest == b.Digest }) {
			t.Fatalf("the same inputs give two plans")
		}

		keys := w.change(t)
		s = w.settings(t)
		next := w.see(t, c, keys, s)
		if ids := slices.Sorted(maps.Keys(next.Posts)); len(ids) > 0 && rapid.IntRange(0, 9).Draw(t, "release") == 0 {
			e := *next.Posts[rapid.SampledFrom(ids).Draw(t, "released")]
			e.Late = !e.Late
			next = next.Clone() // whose index is made anew
			next.Posts[e.ID] = &e
		}
		after := planOf(t, next, s)
		remade := w.render(t, after)
		for key, o := range after.Outputs() {
			was, there := before.Outputs()[key]
			if there && was.Digest == o.Digest && !sameObject(made[key], remade[key]) {
				t.Fatalf("%s has the same digest, but differs:\n%s", key, firstDifference(string(made[key].Body), string(remade[key].Body)))
			}
		}
		if problems := checkSite(remade, s.URL); len(problems) > 0 {
			t.Fatalf("%s", strings.Join(problems, "\n"))
		}
	})
}
