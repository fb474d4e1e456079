package newsletter

import (
	"errors"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

func TestATestMailGoesToOneAddressOnly(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	n := p.engine()
	ctx := t.Context()
	p.write("alpha", func(e *catalog.Entry) { e.Draft, e.Live = true, false })
	for _, name := range []string{
		"alpha", "posts/alpha.md", "./posts/alpha.md", "/home/ada/blog/posts/alpha.md", `C:\blog\posts\alpha.md`, "alpha.md",
		"blog/alpha", "/blog/alpha/", "https://notes.example/blog/alpha/", "https://notes.example/blog/alpha/index.html",
	} {
		m, slug, err := n.Preview(ctx, name)
		if err != nil || slug != "alpha" || m.Subject != "The alpha piece" || !strings.Contains(m.Text, "Words of alpha.") {
			t.Errorf("the preview of %s is %+v, %v", name, m, err)
		}
	}
	if err := n.SendTest(ctx, "ada@home.example", "alpha"); err != nil {
		t.Fatal(err)
	}
	if len(p.box.got) != 1 || p.box.got[0].to != "ada@home.example" || p.box.got[0].subject != "[Test] The alpha piece" {
		t.Errorf("mailed %+v", p.box.got)
	}
	var refusal *Refusal
	for name, err := range map[string]error{
		"a post that is not there": n.SendTest(ctx, "ada@home.example", "nothing"),
		"an address that is none":  n.SendTest(ctx, "ada", "alpha"),
		"no name at all":           n.SendTest(ctx, "ada@home.example", ""),
	} {
		if !errors.As(err, &refusal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all, err := n.List(ctx); err != nil || len(all) != 0 {
		t.Errorf("a test opened %v, %v", all, err)
	}
}

func TestWhichPostIsMeant(t *testing.T) {
	c := catalog.New("")
	for id, e := range map[string]*catalog.Entry{
		"1": {Key: "posts/2026-05-01-walk.md", Path: "/blog/walk/", Former: []string{"/blog/stroll/"}, Meta: post.Meta{Slug: "walk"}},
		"2": {Key: "posts/trips/sea/index.md", Path: "/blog/sea/", Meta: post.Meta{Slug: "sea"}},
		"3": {Key: "posts/a/same.md", Path: "/blog/same/", Meta: post.Meta{Slug: "same"}},
		"4": {Key: "posts/b/same.md", Meta: post.Meta{Slug: "same"}},
		"5": {Key: "posts/pages/about.md", Path: "/about/", Meta: post.Meta{Kind: post.Page, Slug: "about"}},
	} {
		if e.ID = id; e.Kind == "" {
			e.Kind = post.Article
		}
		c.Posts[id] = e
	}
	for name, want := range map[string]string{
		"walk": "1", "2026-05-01-walk.md": "1", "2026-05-01-walk": "1", "/blog/stroll/": "1", "1": "1",
		"sea": "2", "trips/sea": "2", "posts/trips/sea/index.md": "2", "sea.md": "2",
		"posts/b/same.md": "4", "blog/same": "3",
		"same": "!may be posts/a/same.md or posts/b/same.md", "about": "!is a page", "index.md": "!there is no post", "": "!there is no post", "/": "!there is no post",
	} {
		e, err := named(c, name)
		got := ""
		if err != nil {
			got = "!" + err.Error()
		} else {
			got = e.ID
		}
		if !strings.Contains(got, strings.TrimPrefix(want, "!")) || strings.HasPrefix(got, "!") != strings.HasPrefix(want, "!") {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}
