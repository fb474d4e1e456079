package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/picture"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/theme"
)

// world is an author's folder: files by content key, and the minute at which each
// was uploaded, counted from the world's beginning.
type world struct {
	files    map[string]string
	uploaded map[string]int
}

// beginning is when the first file of a world is uploaded; now is when plans are made.
var (
	beginning = time.Date(2024, 5, 1, 9, 0, 0, 0, time.UTC)
	now       = time.Date(2024, 6, 1, 9, 0, 0, 0, time.UTC)
)

func newWorld() *world { return &world{files: map[string]string{}, uploaded: map[string]int{}} }

func (w *world) clone() *world {
	return &world{files: maps.Clone(w.files), uploaded: maps.Clone(w.uploaded)}
}

func (w *world) put(key, body string) {
	if _, there := w.uploaded[key]; !there {
		w.uploaded[key] = len(w.uploaded)
	}
	w.files[key] = body
}

func (w *world) read(key string) ([]byte, error) {
	body, ok := w.files[key]
	if !ok {
		return nil, fmt.Errorf("%s is not there", key)
	}
	return []byte(body), nil
}

// settings are those of the world's site.yaml, as the functions fill them in.
func (w *world) settings(t fataler) *settings.Settings {
	s := settings.Default()
	if text, ok := w.files[settings.Key]; ok {
		var err error
		if s, _, err = settings.Parse([]byte(text)); err != nil {
			t.Fatalf("the settings: %v", err)
		}
	}
	if s.URL == "" {
		s.URL = "https://example.org"
	}
	return s
}

type fataler interface{ Fatalf(string, ...any) }

// catalog sees all files and settles them, as publishing does.
func (w *world) catalog(t fataler, s *settings.Settings) *catalog.Catalog {
	c := catalog.New("a secret")
	for _, key := range slices.Sorted(maps.Keys(w.files)) {
		c.See(w.seen(key, s), now)
	}
	c.Settle(now, rules(s))
	publishPages(c)
	return c
}

// publishPages notes in the catalog that the page of each live post is there.
func publishPages(c *catalog.Catalog) {
	clear(c.Outputs)
	for id, e := range c.Posts {
		if e.Live {
			c.Outputs[Key(e.Path)] = catalog.Output{ETag: "made", Post: id}
		}
	}
}

func rules(s *settings.Settings) catalog.Rules {
	return catalog.Rules{
		Page: Key,
		Path: func(e *catalog.Entry) string { return EntryPath(s, e) },
		Refuse: func(path string) string {
			if Reserved(path) {
				return "reserved"
			}
			return ""
		},
		MaxAge: s.Newsletter.MaxAge,
	}
}

func (w *world) seen(key string, s *settings.Settings) catalog.Seen {
	body := []byte(w.files[key])
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	seen := catalog.Seen{
		Key: key, ETag: hash[:8], Size: int64(len(body)), Hash: hash,
		Uploaded: beginning.Add(time.Duration(w.uploaded[key]) * time.Minute),
	}
	switch {
	case key == settings.Key:
		text := string(body)
		seen.Settings = &text
	case post.IsMarkdown(key):
		parsed, err := post.Parse(key, body, post.Options{Location: s.Location, Language: s.Language})
		if err != nil {
			seen.Problem = err.Error()
		} else {
			seen.Post = &parsed.Meta
		}
	case post.IsImage(key):
		info, err := picture.Inspect(path.Base(key), body)
		if err != nil {
			seen.Problem = err.Error()
		} else {
			seen.Picture = MediaPicture(hash, info)
		}
	}
	return seen
}

func (w *world) plan(t fataler) *Plan {
	s := w.settings(t)
	th, err := theme.New(s)
	if err != nil {
		t.Fatalf("the theme: %v", err)
	}
	return New(w.catalog(t, s), s, th)
}

// renderAll makes every output of a plan.
func (w *world) renderAll(t fataler, p *Plan) map[string]Object {
	all := map[string]Object{}
	for key := range p.Outputs() {
		o, err := p.Render(key, w.read)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		all[key] = o
	}
	return all
}

// drawJPEG is a photo of one colour and a diagonal.
func drawJPEG(width, height int, shade uint8) string {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{shade, uint8(x * 255 / width), uint8(y * 255 / height), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.String()
}

func drawPNG(width, height int, shade uint8) string {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.String()
}

// smallSite has one of everything.
func smallSite(tb testing.TB) *world {
	tb.Helper()
	w := newWorld()
	w.put(settings.Key, `title: The Binder's Bench
url: https://bench.example
description: Notes from a bindery.
language: en-GB
timezone: Europe/Vienna
page_size: 3
author:
  name: Mara Quill
  bio: binds books and reads some of them.
  photo: mara.png
theme:
  logo: logo.svg
`)
	w.put("posts/mara.png", drawPNG(120, 120, 90))
	w.put("posts/logo.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18"/></svg>`)
	w.put("posts/2021-03-04-first-steps.md", "---\ntags: [Tools, Paper & Glue]\n---\n# First steps\n\nA bone folder, a needle, thread. Then [paste](paste.md).\n")
	w.put("posts/2021-07-19-paste.md", "---\ntitle: Wheat paste\ntags: [paper & glue]\naliases: [/old/paste.html, /books/, '/2021/paste/']\nupdated: 2022-01-02\n---\nStir <b>slowly</b> & wait.[^1]\n\n[^1]: Longer than you think.\n\nSee [the missing](missing.md) and [the archive](/archive/).\n")
	w.put("posts/2022-02-11-sewing/index.md", "---\ntitle: Sewing on tapes\nimage: frame.jpg\nimage_alt: A sewing frame\nimage_caption: The frame, strung.\ntoc: true\n---\n## Tapes\n\n![The tapes](tapes.png)\n\n## Thread\n\nSee [first steps](../2021-03-04-first-steps.md#top).\n")
	w.put("posts/2022-02-11-sewing/frame.jpg", drawJPEG(1000, 600, 40))
	w.put("posts/2022-02-11-sewing/tapes.png", drawPNG(300, 200, 200))
	w.put("posts/2022-09-30-review-ink.md", "---\ntitle: 'Book Review: The Long Ink by Adele Varga'\ndescription: A patient book about iron gall ink. It rewards rereading.\ntags: [Reading]\nbook:\n  rating: 4.5\n  cover: ink.jpg\n  isbn: 9780306406157\n  year: 2019\n  publisher: Heron Press\n  genre: History\n---\nIt is good.\n")
	w.put("posts/ink.jpg", drawJPEG(400, 600, 120))
	w.put("posts/2023-01-05-review-vellum.md", "---\ndescription: On skins, for whom 1 < 2 & 3 > 2.\n---\n# Book Review: Vellum by Tomás Ó Riain\n\nOn skins.\n")
	w.put("posts/2023-11-02-gold.md", "---\ntitle: \"Gold \\u0007 & \\\"silver\\\", 1 < 2\"\ntags: [Tools]\nnoindex: true\nauthor: Guest Gilder\n---\nBreath moves it. ]]> It is 0.1 µm thin.\n")
	w.put("posts/2024-04-20-knife.md", "---\ntitle: A paring knife\ntags: [Tools, C++]\n---\n```go\nfunc main() {}\n```\n")
	w.put("posts/welcome.md", "# Welcome\n\nThis is new, and undated.\n")
	w.put("posts/2030-01-01-later.md", "# Later\n\n![A photo](ink.jpg)\n")
	w.put("posts/draft.md", "---\ndraft: true\ntags: [Unseen, Tools]\n---\n# A draft\n\nNot yet. See [gold](2023-11-02-gold.md).\n")
	w.put("posts/pages/about.md", "# About\n\nA bindery by the river. [Write](mailto:mara@bench.example).\n")
	w.put("posts/pages/archive.md", "# Archive\n\nWants an address that is the site's own.\n")
	return w
}

// describe lists a plan: key, stage, and the pages it names.
func describe(p *Plan) string {
	stages := []string{"media", "asset", "article", "listing", "redirect"}
	var lines []string
	for key, o := range p.Outputs() {
		line := fmt.Sprintf("%s %s", stages[o.Stage], hashedName.ReplaceAllString(key, "*."))
		for _, source := range o.Sources {
			line += " <" + source
		}
		for _, name := range o.Names {
			line += " >" + name
		}
		lines = append(lines, line+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
