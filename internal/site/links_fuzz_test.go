package site

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// linkPieces are what texts at random are made of: references of every kind, to what
// is there and what is not.
var linkPieces = func() []string {
	all := []string{"w ", "\n\n", "# ", "## A part\n\n", "<p id=part>", "{#own}", "- ", "> ", "[^1]", "\n\n[^1]: x\n\n", "**", "<div>\n\n", "\n</div>\n\n", "[toc]\n\n", "[r]", "\n\n[r]: ../paste/\n\n"}
	for _, to := range strings.Fields(`paste.md ../paste.md missing.md draft.md 2030-01-01-later.md fuzz.md paste.md#part sewing.md#tapes sewing.md#tape 2022-02-11-sewing/index.md#th%72ead ../sewing/#thread ../sewing/#nope /blog/sewing#nope fuzz.md#own @/paste.md gold about.md
		/ /about/ /about /abuot/ /archive/2021/ /tags/tools/ /books/ /feed.xml /subscribe /old/paste.html /blog/paste/index.html /media/x.jpg ../paste/ ../../about . ..
		./x ../../../x ?a=b # #top #part #own #a-part #main #nope #%70art #fn-1 www.other.example //other.example/x /\\other.example /..//other.example /%2e%2e//x %zz :x :
		https://other.example/ mailto:a@b.example javascript:x tapes.png ../ink.jpg ink.jpg lost.png logo.svg https://other.example/x.png a.pdf`) {
		all = append(all, "[a]("+to+") ", "![b]("+to+") ", "<a href='"+to+"'>c</a> ", "<img src='"+to+"' alt=d> ")
	}
	return all
}()

// FuzzLinks: whatever a post refers to, what its page links to and shows is there, or
// the author is told. In the feed no address is left that needs the page around it.
func FuzzLinks(f *testing.F) {
	w := smallSite(f)
	s := w.settings(f)
	known := w.renderAll(f, w.plan(f))
	ids := map[string]map[string]bool{}
	for key, o := range known {
		if strings.HasPrefix(o.ContentType, "text/html") {
			doc, err := html.Parse(bytes.NewReader(o.Body))
			if err != nil {
				f.Fatal(err)
			}
			ids[key] = map[string]bool{}
			(&siteCheck{ids: ids}).collectIDs(key, doc)
		}
	}
	text := func(pieces ...string) (b []byte) {
		for _, piece := range pieces {
			i := slices.Index(linkPieces, piece)
			if i < 0 {
				f.Fatalf("%q is no piece", piece)
			}
			b = append(b, byte(i), byte(i>>8))
		}
		return b
	}
	f.Add(text("[a](/abuot/) ", "[a](../paste/) ", "<a href='www.other.example'>c</a> "))
	f.Add(text("## A part\n\n", "[a](#a-part) ", "[a](#nope) ", "![b](lost.png) ", "![b](ink.jpg) "))
	f.Add(text("[a](paste.md#part) ", "<a href='sewing.md#tape'>c</a> ", "[a](sewing.md#tapes) ", "[a](../sewing/#nope) ", "[a](fuzz.md#own) "))
	f.Add(text("[a](/..//other.example) ", "[a](%zz) ", "[a](:x) ", "[r]", "\n\n[r]: ../paste/\n\n"))
	f.Fuzz(func(t *testing.T, choice []byte) {
		var body strings.Builder
		for i := 0; i+1 < len(choice) && i < 80; i += 2 {
			body.WriteString(linkPieces[(int(choice[i])|int(choice[i+1])<<8)%len(linkPieces)])
		}
		w := w.clone()
		const key = "posts/fuzz.md"
		w.put(key, "---\ntitle: Of links\n---\n"+body.String())
		p := w.plan(t)
		e := p.c.ByKey(key)
		if e == nil {
			return // not a post that can be read
		}
		c := &siteCheck{base: s.URL, all: maps.Clone(known), ids: maps.Clone(ids)}
		for key := range p.Outputs() {
			if _, there := c.all[key]; !there {
				c.all[key] = Object{}
			}
		}
		o, err := p.Render(Key(e.Path), w.read)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(bytes.NewReader(o.Body))
		if err != nil {
			t.Fatal(err)
		}
		page := Key(e.Path)
		c.ids[page] = map[string]bool{}
		c.collectIDs(page, doc)
		c.walk(page, doc)
		warned := 0
		told, err := p.Warnings(e, w.read)
		if err != nil {
			t.Fatal(err)
		}
		for _, warning := range append(told, e.Warnings...) {
			if strings.Contains(warning.Text, "nowhere") || strings.Contains(warning.Text, "no part called") {
				warned++
			}
		}
		dead := map[string]bool{}
		for _, problem := range c.problems {
			switch {
			case strings.HasSuffix(problem, "where nothing is"), strings.HasSuffix(problem, "no such part"):
				dead[problem] = true
			default:
				t.Errorf("%s", problem)
			}
		}
		if len(dead) > warned {
			t.Errorf("%d dead links, %d warnings: %q", len(dead), warned, slices.Collect(maps.Keys(dead)))
		}
		feed, err := p.Render(atomKey, w.read)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range bytes.Split(feed.Body, []byte(`href="`))[1:] {
			to, _, _ := strings.Cut(string(part), `"`)
			if !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "mailto:") && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "//") {
				t.Errorf("the feed links to %q", to)
			}
		}
		if t.Failed() {
			t.Logf("the text: %q", body.String())
		}
	})
}
