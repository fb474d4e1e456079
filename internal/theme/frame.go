package theme

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// frame is what all pages of a site share, so that a page only writes what is its own.
type frame struct {
	Settings   *settings.Settings
	Lang, Dir  string
	Sheet      string // root-relative addresses
	Icon       string
	Preload    []string // the fonts that nearly every page starts with
	Paper      string   // page colours, for the browser's own bars
	PaperNight string

	// Parts that are the same on every page, written once when the templates are parsed.
	Links  template.HTML // of the head: style sheet, icon, feeds
	Footer template.HTML
	Bio    template.HTML // the author, below an article, without a photo
	Box    template.HTML // the subscribe box
}

func newFrame(s *settings.Settings, sheet, icon Asset, fonts []Asset) frame {
	f := frame{
		Settings:   s,
		Lang:       s.Language,
		Dir:        direction(s.Language),
		Sheet:      sheet.URL(),
		Icon:       icon.URL(),
		Paper:      lightGround().paper.String(),
		PaperNight: darkGround().paper.String(),
	}
	if f.Lang == "" {
		f.Lang = "en"
	}
	for _, a := range fonts {
		if name := plainName(a); name == faceText || name == faceUI {
			f.Preload = append(f.Preload, a.URL())
		}
	}
	return f
}

// fill writes the parts that never change.
func (f *frame) fill(t *Theme) error {
	for _, part := range []struct {
		name string
		to   *template.HTML
	}{{"links-of-head", &f.Links}, {"footer", &f.Footer}, {"bio", &f.Bio}} {
		var b bytes.Buffer
		if err := t.templates.ExecuteTemplate(&b, part.name, f); err != nil {
			return fmt.Errorf("writing the frame: %w", err)
		}
		*part.to = template.HTML(bytes.TrimSpace(b.Bytes()))
	}
	box, err := t.box()
	f.Box = box
	return err
}

// Nav is the navigation of a page: its own, or else the settings'.
func (f *frame) Nav(p *Page) []Link {
	if p.Nav != nil {
		return p.Nav
	}
	nav := make([]Link, len(f.Settings.Nav))
	for i, item := range f.Settings.Nav {
		nav[i] = Link{Title: item.Title, URL: item.URL}
	}
	return nav
}

// Absolute is the address with scheme and host.
func (f *frame) Absolute(url string) string {
	if strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") {
		return f.Settings.URL + url
	}
	return url
}

// Canonical is the one address that search engines shall know the page by.
func (f *frame) Canonical(p *Page) string {
	if p.Canonical != "" {
		return f.Absolute(p.Canonical)
	}
	return f.Absolute(p.Path)
}

// Title is what the browser's tab says: the page, then the site.
func (f *frame) Title(p *Page) string {
	if p.Title == "" || p.Title == f.Settings.Title {
		return f.Settings.Title
	}
	return p.Title + " · " + f.Settings.Title
}

// Description is the page's own, or else the site's.
func (f *frame) Description(p *Page) string {
	if p.Description != "" {
		return p.Description
	}
	return f.Settings.Description
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
