package theme

import (
	"html/template"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// frame is what all pages of a site share: written once, so that a page only
// writes what is its own.
type frame struct {
	settings *settings.Settings
	nav      []Link        // the settings' navigation
	open     template.HTML // doctype to viewport
	links    template.HTML // of the head: colours, style sheet, icon, feeds
	footer   template.HTML
	bio      template.HTML // who writes, below an article; empty where the settings do not say
	box      template.HTML // the subscribe box
}

func newFrame(s *settings.Settings, sheet, icon Asset, fonts []Asset) frame {
	f := frame{settings: s}
	for _, item := range s.Nav {
		f.nav = append(f.nav, Link{Title: item.Title, URL: item.URL})
	}
	f.open = part(func(w *writer) {
		language := s.Language
		if language == "" {
			language = "en"
		}
		w.around("<!doctype html>\n<html lang=\"", language, `"`)
		w.around(` dir="`, direction(language), "\">\n<head>\n")
		w.raw("<meta charset=\"utf-8\">\n" + `<meta name="viewport" content="width=device-width, initial-scale=1">` + "\n")
	})
	f.links = part(func(w *writer) { f.writeLinks(w, sheet, icon, fonts) })
	f.footer = part(f.writeFooter)
	f.bio = part(f.writeBio)
	return f
}

// part is a piece of the frame.
func part(write func(w *writer)) template.HTML {
	var w writer
	write(&w)
	return template.HTML(w.b)
}

func (f *frame) writeLinks(w *writer, sheet, icon Asset, fonts []Asset) {
	w.raw(`<meta name="color-scheme" content="light dark">` + "\n")
	w.around(`<meta name="theme-color" media="(prefers-color-scheme: light)" content="`, lightGround().paper.String(), "\">\n")
	w.around(`<meta name="theme-color" media="(prefers-color-scheme: dark)" content="`, darkGround().paper.String(), "\">\n")
	for _, a := range fonts {
		if name := plainName(a); name == faceText || name == faceUI {
			w.link(`<link rel="preload" as="font" type="font/woff2" href="`, a.URL(), "\" crossorigin>\n")
		}
	}
	w.link(`<link rel="stylesheet" href="`, sheet.URL(), "\">\n")
	w.link(`<link rel="icon" type="image/svg+xml" href="`, icon.URL(), "\">\n")
	w.around(`<link rel="alternate" type="application/rss+xml" title="`, f.settings.Title+" (RSS)", `" href="/feed.xml">`+"\n")
	w.around(`<link rel="alternate" type="application/atom+xml" title="`, f.settings.Title+" (Atom)", `" href="/atom.xml">`+"\n")
	w.around(`<link rel="alternate" type="application/feed+json" title="`, f.settings.Title+" (JSON Feed)", `" href="/feed.json">`+"\n")
}

// header writes the site's title and its navigation.
func (f *frame) header(w *writer, p *Page, masthead bool) {
	w.raw(`<header class="site-header">
  <div class="wide">
`)
	if !masthead {
		w.raw(`    <a class="site-title" href="/">`)
		if p.Logo != nil {
			w.image(p.Logo, placing{class: "site-logo", sizes: "10rem", first: true, mute: true})
		}
		w.around("", f.settings.Title, "</a>\n")
	}
	nav := f.nav
	if p.Nav != nil {
		nav = p.Nav
	}
	w.raw(`    <nav class="site-nav" aria-label="Site">
      <ul>
`)
	for _, l := range nav {
		w.link(`        <li><a href="`, l.URL, `"`)
		w.current(l.URL == p.Path)
		w.around(">", l.Title, "</a></li>\n")
	}
	w.raw(`        <li><a class="site-subscribe" href="/subscribe"`)
	w.current(p.Path == "/subscribe")
	w.raw(`>Subscribe</a></li>
      </ul>
    </nav>
  </div>
</header>

`)
}

// current marks the link to the page that one is on.
func (w *writer) current(here bool) {
	if here {
		w.raw(` aria-current="page"`)
	}
}

func (f *frame) writeFooter(w *writer) {
	w.raw(`<footer class="site-footer">
  <div class="wide">
`)
	if name := f.settings.Author.Name; name != "" {
		w.around(`    <p class="colophon">Written by `, name, ".</p>\n")
	} else {
		w.around(`    <p class="colophon">`, f.settings.Title, "</p>\n")
	}
	w.raw(`    <nav aria-label="More">
      <ul>
        <li><a href="/archive/">Archive</a></li>
        <li><a href="/tags/">Tags</a></li>
        <li><a href="/subscribe">By mail</a></li>
        <li><a href="/feed.xml">RSS</a></li>
        <li><a href="/atom.xml">Atom</a></li>
        <li><a href="/feed.json">JSON Feed</a></li>
      </ul>
    </nav>
  </div>
</footer>
`)
}

func (f *frame) writeBio(w *writer) {
	author := f.settings.Author
	if author.Bio == "" {
		return
	}
	w.raw("    <p>")
	w.some("<strong>", author.Name, "</strong> ")
	w.text(author.Bio)
	w.raw("</p>\n")
}

// direction is that of the language's usual script.
func direction(language string) string {
	tag, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch tag {
	case "ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi":
		return "rtl"
	}
	return "ltr"
}
