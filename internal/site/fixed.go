package site

import (
	"bytes"
	"html/template"

	"github.com/pennypost/pennypost/internal/theme"
)

// Site keys of what is there whatever the author writes.
const (
	notFoundKey = "404.html"
	robotsKey   = "robots.txt"
)

// planAssets plans the theme's style sheet, fonts and icon.
func (p *Plan) planAssets() {
	for _, a := range p.t.Assets() {
		h := p.start("asset")
		h.text(a.Path) // named after its content
		h.text(a.ContentType)
		p.plan(Output{Key: a.Path, Stage: Asset}, h, func(w *bytes.Buffer, _ Reader) error {
			_, err := w.Write(a.Body)
			return err
		})
	}
}

// planRobots plans what search engines are told: everything but what only people
// with a link shall find, and the subscriber's forms.
func (p *Plan) planRobots() {
	text := "User-agent: *\n"
	for _, path := range []string{"/preview/", "/subscribe", "/confirm", "/preferences", "/unsubscribe", "/author", "/webhooks/"} {
		text += "Disallow: " + path + "\n"
	}
	if p.s.URL != "" {
		text += "\nSitemap: " + p.s.URL + "/" + sitemapKey + "\n"
	}
	h := p.start("robots")
	h.text(text)
	p.plan(Output{Key: robotsKey, Stage: Asset}, h, func(w *bytes.Buffer, _ Reader) error {
		_, err := w.WriteString(text)
		return err
	})
}

// planNotFound plans the page for addresses where nothing is.
func (p *Plan) planNotFound() {
	v := theme.Notice{
		Page:    p.page(""), // it stands at every address, so it has none of its own
		Heading: "This page is not here",
		Kicker:  "Error 404",
		Body: template.HTML(`<p>The address may have changed, or something in it is misspelt.</p>
<p>You can start again <a href="/">on the first page</a>, or look through <a href="` + archivePath + `">the archive</a>.</p>`),
		NoBox: true,
	}
	v.Title, v.NoIndex = "Page not found", true
	h := p.begin("notice")
	h.notice(&v)
	p.plan(Output{Key: notFoundKey, Stage: Listing}, h, func(w *bytes.Buffer, _ Reader) error {
		return p.t.Notice(w, &v)
	})
}
