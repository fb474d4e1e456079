package site

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// redirects lists where each redirect of a plan leads.
func redirects(t *testing.T, w *world, p *Plan) map[string]string {
	t.Helper()
	all := map[string]string{}
	for key, o := range p.Outputs() {
		if o.Stage != Redirect {
			continue
		}
		made, err := p.Render(key, w.read)
		if err != nil {
			t.Fatal(err)
		}
		find(t, made.Body, func(n *html.Node, a map[string]string) {
			if n.Data == "meta" && a["http-equiv"] == "refresh" {
				_, all[key], _ = strings.Cut(a["content"], "url=")
			}
		})
	}
	return all
}

func TestRedirects(t *testing.T) {
	w := newWorld()
	w.put("posts/a.md", "---\naliases: [/old/, /shared/, /2019/a.html, /blog/b/, /books/, /below.html]\n---\nA.\n")
	w.put("posts/b.md", "---\naliases: [/shared/, /2019/a.html/deeper/, /caf%C3%A9/]\n---\nB.\n")
	w.put("posts/pages/c.md", "---\naliases: [/d/, /c/]\n---\nC.\n")
	w.put("posts/draft.md", "---\ndraft: true\naliases: [/unseen/]\n---\nNo.\n")
	p := w.plan(t)
	want := map[string]string{
		"old/index.html":    "/blog/a/",
		"shared/index.html": "/blog/a/", // the older
		"2019/a.html":       "/blog/a/", // asked for without a slash; nothing can lie below it
		"below.html":        "/blog/a/",
		"café/index.html":   "/blog/b/",
		"d/index.html":      "/c/",
		"blog/index.html":   "/", // the address of a post cut short
	}
	if got := redirects(t, w, p); !maps.Equal(got, want) {
		t.Errorf("redirects: %v", got)
	}
}

// A post renamed twice is found at each of its addresses in one step, and one that
// takes an old address over is found there itself.
func TestRenamedPosts(t *testing.T) {
	w := newWorld()
	w.put("posts/a.md", "# One\n\nText.\n")
	s := w.settings(t)
	c := w.catalog(t, s)
	rename := func(from, to string) {
		w.put(to, w.files[from])
		delete(w.files, from)
		c = w.see(t, c, []string{from, to}, s)
	}
	rename("posts/a.md", "posts/b.md")
	rename("posts/b.md", "posts/c.md")
	want := map[string]string{"blog/a/index.html": "/blog/c/", "blog/b/index.html": "/blog/c/", "blog/index.html": "/"}
	if got := redirects(t, w, planOf(t, c, s)); !maps.Equal(got, want) {
		t.Errorf("renamed twice: %v", got)
	}

	// Another post is now published at the old address: the real page wins.
	w.put("posts/a.md", "# Other\n\nOther text.\n")
	w.put("posts/other.md", "---\naliases: [/blog/b/]\n---\nIt says it was at b.\n")
	c = w.see(t, c, []string{"posts/a.md", "posts/other.md"}, s)
	p := planOf(t, c, s)
	if o := p.Outputs()["blog/a/index.html"]; o.Stage != Article || o.Sources[0] != "posts/a.md" {
		t.Errorf("the old address is %v", o)
	}
	if got := redirects(t, w, p)["blog/b/index.html"]; got != "/blog/c/" {
		t.Errorf("who only says so takes over the address: %s", got)
	}
	rename("posts/c.md", "posts/b.md")
	p = planOf(t, c, s)
	if o := p.Outputs()["blog/b/index.html"]; o.Stage != Article {
		t.Errorf("renamed back: %v", o)
	}
}

func TestWarnings(t *testing.T) {
	w := smallSite(t)
	w.put("posts/odd.md", "---\nimage: nowhere.jpg\nbook: {title: X, cover: photo.heic}\naliases: [/blog/gold/, '/a//b/', /fine/]\n---\n"+
		"See [a](missing.md), [b](draft.md), [c](2030-01-01-later.md), [d](odd.md), [e](2021-07-19-paste.md).\n\n![](tapes.png)\n\n![x](lost.png)\n\n![y](photo.heic)\n\n"+
		"[f](/archive/) [g](/archive) [h](../gold/?a#b) [i](/subscribe) [j](/feed.xml) [k](.) [l](/old/paste.html) but [m](/archiv/) [n](../silver/) [o](www.other.example/x) [p](/..//other.example)\n")
	w.put("posts/photo.heic", "\x00\x00\x00\x18ftypheic")
	p := w.plan(t)
	e := p.c.ByKey("posts/odd.md")
	var lines []string
	warnings, err := p.Warnings(e, w.read)
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range warnings {
		lines = append(lines, fmt.Sprintf("line %d: %s", warning.Line, warning.Text))
	}
	golden(t, "warnings.txt", []byte(strings.Join(lines, "\n")+"\n"))
	if warnings, err := p.Warnings(p.c.ByKey("posts/welcome.md"), nil); len(warnings) > 0 || err != nil {
		t.Errorf("nothing is wrong with it: %v, %v", warnings, err)
	}
}

func TestOriginSurvivesMetadata(t *testing.T) {
	w := newWorld()
	w.put("posts/ünï cödé ✓.md", "---\ndate: 2019-01-01\n---\nHello.\n")
	w.put("posts/draft.md", "---\ndraft: true\n---\nHello.\n")
	w.put("posts/"+strings.Repeat("é", 250)+"/"+strings.Repeat("漢", 80)+"/"+strings.Repeat("🙂", 67)+".md", "---\nslug: long\n---\nHello.\n") // 1,018 bytes
	p := w.plan(t)
	found := 0
	for key, o := range p.Outputs() {
		made, err := p.Render(key, w.read)
		if err != nil {
			t.Fatal(err)
		}
		origin, ok := ReadOrigin(made.Metadata)
		if ok != (o.Stage == Article) {
			t.Errorf("%s tells an origin: %v", key, ok)
		}
		if !ok {
			continue
		}
		found++
		size := 0
		for name, value := range made.Metadata {
			size += len(name) + len(value)
		}
		if size > 2048 {
			t.Errorf("%s: S3 refuses %d bytes of metadata", key, size)
		}
		e := p.c.Posts[origin.Post]
		if e == nil || origin != originOf(e) || origin.First.Location() != time.UTC {
			t.Errorf("%s: %+v", key, origin)
		}
	}
	if found != 3 {
		t.Errorf("%d origins", found)
	}
	if _, ok := ReadOrigin(map[string]string{"post": "x", "source": "%zz", "first": "yesterday"}); ok {
		t.Error("nonsense is an origin")
	}
}

// Whoever reads a plan's keys must not find one that changes with the time of day.
func TestPlanDoesNotDependOnOrder(t *testing.T) {
	w := smallSite(t)
	first := describe(w.plan(t))
	for range 5 {
		if again := describe(w.plan(t)); again != first {
			t.Fatalf("another plan: %s", firstDifference(first, again))
		}
	}
}
