package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// checkSite reads a whole rendered site as a browser would and reports everything
// that is wrong with it: links to nothing, missing fragments, several h1, doubled
// ids, pictures without size or alternative text, scripts and styles that the
// content security policy forbids, requests to third parties.
func checkSite(all map[string]Object, base string) []string {
	c := &siteCheck{base: base, all: all, ids: map[string]map[string]bool{}}
	docs := map[string]*html.Node{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(all[key].ContentType, "text/html") {
			doc, err := html.Parse(bytes.NewReader(all[key].Body))
			if err != nil {
				c.report(key, "is not HTML: %v", err)
				continue
			}
			docs[key] = doc
			c.ids[key] = map[string]bool{}
			c.collectIDs(key, doc)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(docs)) {
		c.h1 = 0
		c.walk(key, docs[key])
		if c.h1 != 1 {
			c.report(key, "has %d first headings", c.h1)
		}
	}
	return c.problems
}

type siteCheck struct {
	base     string
	all      map[string]Object
	ids      map[string]map[string]bool
	h1       int
	problems []string
}

func (c *siteCheck) report(key, format string, args ...any) {
	c.problems = append(c.problems, key+" "+fmt.Sprintf(format, args...))
}

func attributes(n *html.Node) map[string]string {
	all := map[string]string{}
	for _, a := range n.Attr {
		all[a.Key] = a.Val
	}
	return all
}

func (c *siteCheck) collectIDs(key string, n *html.Node) {
	if id := attributes(n)["id"]; id != "" {
		if c.ids[key][id] {
			c.report(key, "has the id %q twice", id)
		}
		c.ids[key][id] = true
	}
	for child := range n.ChildNodes() {
		c.collectIDs(key, child)
	}
}

func (c *siteCheck) walk(key string, n *html.Node) {
	if n.Type == html.ElementNode {
		a := attributes(n)
		switch n.Data {
		case "h1":
			c.h1++
		case "a":
			if to, ok := a["href"]; ok {
				c.link(key, to)
			}
		case "link":
			if a["rel"] != "canonical" && a["rel"] != "prev" && a["rel"] != "next" || strings.HasPrefix(a["href"], c.base) || strings.HasPrefix(a["href"], "/") {
				c.link(key, a["href"])
			}
			if a["rel"] == "stylesheet" || a["rel"] == "icon" || a["rel"] == "preload" {
				c.own(key, a["href"])
			}
		case "img":
			c.own(key, a["src"])
			c.link(key, a["src"])
			for _, part := range strings.Split(a["srcset"], ",") {
				if address, _, found := strings.Cut(strings.TrimSpace(part), " "); found {
					c.own(key, address)
					c.link(key, address)
				}
			}
			if _, ok := a["alt"]; !ok {
				c.report(key, "shows %s without alt", a["src"])
			}
			if a["width"] == "" || a["height"] == "" {
				c.report(key, "shows %s without its size", a["src"])
			}
		case "form":
			if a["method"] != "post" && a["method"] != "POST" {
				c.report(key, "has a form that does not post")
			}
		case "style":
			c.report(key, "has a style element")
		case "iframe", "object", "embed", "video", "audio":
			c.report(key, "has an %s", n.Data)
		case "script":
			if a["type"] != "application/ld+json" {
				c.report(key, "has a script")
				break
			}
			var v map[string]any
			if err := json.Unmarshal([]byte(n.FirstChild.Data), &v); err != nil {
				c.report(key, "has structured data that is no JSON: %v", err)
			}
		}
		if _, ok := a["style"]; ok {
			c.report(key, "styles a <%s> inline", n.Data)
		}
		for name := range a {
			if strings.HasPrefix(name, "on") {
				c.report(key, "has a handler %s", name)
			}
		}
	}
	for child := range n.ChildNodes() {
		c.walk(key, child)
	}
}

// own reports a request to another host.
func (c *siteCheck) own(key, to string) {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		c.report(key, "asks another site for %s", to)
	}
}

// link reports an address on the site at which nothing is.
func (c *siteCheck) link(key, to string) {
	u, err := url.Parse(strings.TrimPrefix(to, c.base))
	if err != nil {
		c.report(key, "links to %q: %v", to, err)
		return
	}
	if u.Scheme != "" || u.Host != "" {
		return
	}
	target := key
	if u.Path != "" {
		if !strings.HasPrefix(u.Path, "/") {
			c.report(key, "links to the relative address %q", to)
			return
		}
		switch u.Path {
		case "/subscribe", "/confirm", "/preferences", "/unsubscribe":
			return // answered by a function
		}
		target = strings.TrimPrefix(u.Path, "/")
		if !strings.Contains(path.Base(u.Path), ".") && !strings.HasSuffix(u.Path, "/") {
			target += "/" // where the CDN sends readers
		}
		if target == "" || strings.HasSuffix(target, "/") {
			target += indexFile
		}
	}
	if _, ok := c.all[target]; !ok {
		c.report(key, "links to %s, where nothing is", to)
		return
	}
	if u.Fragment != "" && u.Fragment != "top" && !c.ids[target][u.Fragment] {
		c.report(key, "links to %s, which has no such part", to)
	}
}

func TestWholeSiteHoldsTogether(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	all := w.renderAll(t, p)
	for _, problem := range checkSite(all, w.settings(t).URL) {
		t.Error(problem)
	}
	for key, o := range all {
		if len(o.Body) == 0 || o.ContentType == "" || o.CacheControl == "" {
			t.Errorf("%s: %d bytes, type %q, cache %q", key, len(o.Body), o.ContentType, o.CacheControl)
		}
		if o.Metadata["digest"] != p.Outputs()[key].Digest {
			t.Errorf("%s does not carry its digest", key)
		}
		for name, value := range o.Metadata {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("%s: metadata %s is not ASCII: %q", key, name, value)
			}
		}
	}
}

// The checker itself must see what it looks for.
func TestCheckerSeesFaults(t *testing.T) {
	page := func(body string) map[string]Object {
		return map[string]Object{"index.html": {Body: []byte("<!doctype html><h1>x</h1>" + body), ContentType: "text/html; charset=utf-8"}}
	}
	for _, body := range []string{
		`<h1>again</h1>`, `<a href="/nothing/">`, `<a href="#nothing">`, `<a href="relative">`, `<img src="/index.html" width=1 height=1>`,
		`<img src="https://elsewhere.example/x.png" alt="" width=1 height=1>`, `<img src="/index.html" alt="">`, `<p style="color:red">`, `<style></style>`,
		`<script>1</script>`, `<script type="application/ld+json">{</script>`, `<p id=a><p id=a>`, `<p onclick=x>`, `<form>`, `<iframe src=x></iframe>`,
	} {
		if n := len(checkSite(page(body), "https://example.org")); n == 0 {
			t.Errorf("nothing is seen in %s", body)
		}
	}
	if problems := checkSite(page(`<a href="/">home</a>`), "https://example.org"); len(problems) > 0 {
		t.Error(problems)
	}
}
