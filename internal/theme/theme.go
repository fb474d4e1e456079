package theme

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"

	"github.com/pennypost/pennypost/internal/settings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Theme writes the pages of one site. It is made from the site's settings once
// and may be used by several goroutines.
type Theme struct {
	settings *settings.Settings
	frame    frame
	assets   []Asset
	digest   string

	parse     sync.Once
	templates *template.Template
	parseErr  error
}

// New makes the theme of a site. Templates are parsed when the first page is
// written, so that a program which only plans does not pay for them.
func New(s *settings.Settings) (*Theme, error) {
	files, err := fontAssets()
	if err != nil {
		return nil, err
	}
	sheet, err := styleSheet(s, files)
	if err != nil {
		return nil, err
	}
	icon := siteIcon(s)
	t := &Theme{settings: s, assets: append([]Asset{sheet, icon}, files...)}
	t.frame = newFrame(s, sheet, icon, files)
	if t.digest, err = digest(s, t.assets); err != nil {
		return nil, err
	}
	return t, nil
}

// Digest changes whenever a page written by this theme might: it covers the
// templates, the style sheet, the fonts and the settings that every page shows.
func (t *Theme) Digest() string { return t.digest }

// Assets are the files that the pages refer to. Their names change with their
// content, so they may be cached for ever; the style sheet comes first.
func (t *Theme) Assets() []Asset { return t.assets }

// Article writes a post or a static page.
func (t *Theme) Article(w io.Writer, v *Article) error { return t.write(w, "article", &v.Page, v) }

// Listing writes the index, one of its numbered pages, or a tag's page.
func (t *Theme) Listing(w io.Writer, v *Listing) error {
	return t.execute(w, "listing", &page{F: &t.frame, P: &v.Page, V: v, Masthead: v.Heading == ""})
}

// Shelf writes the book reviews in one of their orders.
func (t *Theme) Shelf(w io.Writer, v *Shelf) error { return t.write(w, "shelf", &v.Page, v) }

// Archive writes the list of years, or one year.
func (t *Theme) Archive(w io.Writer, v *Archive) error { return t.write(w, "archive", &v.Page, v) }

// Links writes a plain list of links under a heading, such as all tags.
func (t *Theme) Links(w io.Writer, v *Links) error { return t.write(w, "links", &v.Page, v) }

// Notice writes a page that says one thing, or holds one of the subscriber's forms.
func (t *Theme) Notice(w io.Writer, v *Notice) error { return t.write(w, "notice", &v.Page, v) }

// Redirect writes a page that leads on to another.
func (t *Theme) Redirect(w io.Writer, v *Redirect) error {
	return t.execute(w, "redirect", &page{F: &t.frame, P: &Page{Path: v.To, NoIndex: true}, V: v})
}

// page is what a template sees.
type page struct {
	F *frame
	P *Page
	V any // the view
	// Masthead is set where the site's title is the page's own heading, so that the
	// header leaves it out.
	Masthead bool
}

func (t *Theme) write(w io.Writer, name string, p *Page, v any) error {
	return t.execute(w, name, &page{F: &t.frame, P: p, V: v})
}

func (t *Theme) execute(w io.Writer, name string, data *page) error {
	if err := t.load(); err != nil {
		return err
	}
	if err := t.templates.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("writing the page %s: %w", data.P.Path, err)
	}
	return nil
}

// load parses the templates once.
func (t *Theme) load() error {
	t.parse.Do(func() {
		t.templates, t.parseErr = template.New("theme").Funcs(t.functions()).ParseFS(templateFiles, "templates/*.html")
		if t.parseErr == nil {
			t.parseErr = t.frame.fill(t)
		}
	})
	return t.parseErr
}
