package signup

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"sync"

	"github.com/pennypost/pennypost/internal/theme"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates parses the pages' bodies when the first is shown.
var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(templateFiles, "templates/*.html")
})

// page is one answer's content: a heading and a body in the site's frame.
type page struct {
	Title    string
	Template string // name of the body's file, without .html
	Data     any
	Body     template.HTML // instead of Template
}

// show writes a page.
func (a *answer) show(status int, p page) error {
	body := p.Body
	if p.Template != "" {
		t, err := templates()
		if err != nil {
			return fmt.Errorf("parse the pages: %w", err)
		}
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, p.Template+".html", p.Data); err != nil {
			return fmt.Errorf("write the page %s: %w", p.Template, err)
		}
		body = template.HTML(b.String())
	}
	var b bytes.Buffer
	err := a.look.theme.Notice(&b, &theme.Notice{
		Page: theme.Page{
			Path: knownPath(a.r.URL.Path), Title: p.Title, NoIndex: true, Type: "website",
		},
		Heading: p.Title, Kicker: "Newsletter", Body: body, NoBox: true,
	})
	if err != nil {
		return fmt.Errorf("write the frame: %w", err)
	}
	h := a.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	a.w.WriteHeader(status)
	if a.r.Method != http.MethodHead {
		a.w.Write(b.Bytes())
	}
	return nil
}
