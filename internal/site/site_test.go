package site

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it with -update\n%s", name, firstDifference(string(want), string(got)))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range w {
		if i >= len(g) || w[i] != g[i] {
			line := "(nothing)"
			if i < len(g) {
				line = g[i]
			}
			return "want " + w[i] + "\ngot  " + line
		}
	}
	return "got more lines"
}

// listing names an output and what it is, one a line.
func TestPlan(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	golden(t, "plan.txt", []byte(describe(p)))
}

// hashedName is the part of a key that changes with content.
var hashedName = regexp.MustCompile(`[0-9a-f]{12,20}\.`)

func TestEveryXMLIsWellFormed(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	for _, key := range []string{rssKey, atomKey, sitemapKey} {
		o, err := p.Render(key, w.read)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(o.Body))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", key, err)
			}
		}
	}
}

func TestEmptySite(t *testing.T) {
	w := newWorld()
	p := w.plan(t)
	all := w.renderAll(t, p)
	for _, key := range []string{"index.html", "page/1/index.html", "books/index.html", "tags/index.html", "archive/index.html",
		"feed.xml", "atom.xml", "feed.json", "sitemap.xml", "robots.txt", "404.html"} {
		if len(all[key].Body) == 0 {
			t.Errorf("an empty site has no %s", key)
		}
	}
	if problems := checkSite(all, "http://example.org"); len(problems) > 0 {
		t.Error(strings.Join(problems, "\n"))
	}
	var feed jsonFeed
	if err := json.Unmarshal(all["feed.json"].Body, &feed); err != nil || feed.Items == nil || len(feed.Items) != 0 {
		t.Errorf("the feed of an empty site: %v %v", feed.Items, err)
	}
}

// A plan is rendered by many at once.
func TestRenderFromManySides(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	want := w.renderAll(t, p)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for key := range p.Outputs() {
				o, err := p.Render(key, w.read)
				if err != nil || !bytes.Equal(o.Body, want[key].Body) {
					t.Errorf("%s differs when others render too: %v", key, err)
				}
			}
		})
	}
	wg.Wait()
	if _, err := p.Render("nothing.html", w.read); !errors.Is(err, ErrNotPlanned) {
		t.Errorf("what is not planned: %v", err)
	}
}

// A text that is no longer the one planned must not become a page.
func TestChangedSourceIsRefused(t *testing.T) {
	w := smallSite(t)
	p := w.plan(t)
	changed := func(key string) ([]byte, error) {
		body, err := w.read(key)
		return append(body, "\nMore.\n"...), err
	}
	for _, key := range []string{"blog/gold/index.html", "feed.xml"} {
		if _, err := p.Render(key, changed); err == nil {
			t.Errorf("%s is made of another text", key)
		}
	}
	gone := errors.New("gone")
	if _, err := p.Render("feed.xml", func(string) ([]byte, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("the reader's error becomes %v", err)
	}
}
