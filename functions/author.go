package functions

import (
	"bytes"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/theme"
)

// author serves /author: what the links in the author's mails lead to. Whoever has
// the link may act on its one issue. Looking changes nothing; pressing a button does.
type author struct {
	newsletter *newsletter.Newsletter
	log        *slog.Logger
}

// authorPage is the body of the page.
var authorPage = template.Must(template.New("author").Parse(`{{range .Lines}}<p>{{.}}</p>
{{end}}{{with .Trouble}}<p role="alert"><strong>{{.}}</strong></p>
{{end}}{{if .Actions}}<form class="form" method="post" action="/author">
  <input type="hidden" name="t" value="{{.Token}}">
{{range .Actions}}  <p><button class="button" type="submit" name="do" value="{{.Do}}">{{.Label}}</button></p>
{{end}}</form>
{{end}}`))

type authorAction struct {
	Do    newsletter.Action
	Label string
}

var authorLabels = map[newsletter.Action]string{
	newsletter.ActSend:    "Send it now",
	newsletter.ActCancel:  "Cancel it: mail it to nobody (else)",
	newsletter.ActRelease: "Release it: mail it all the same",
	newsletter.ActResume:  "Go on with the mailing",
}

func (a author) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the token
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		a.show(w, r, http.StatusOK, r.URL.Query().Get("t"), newsletter.Action(r.URL.Query().Get("do")), "")
	case http.MethodPost:
		a.act(w, r)
	default:
		h.Set("Allow", "GET, HEAD, POST")
		http.Error(w, "That is not possible here.", http.StatusMethodNotAllowed)
	}
}

// act does what a button says, and leads to the page that shows what became of it.
func (a author) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "That did not arrive whole. Please try again.", http.StatusBadRequest)
		return
	}
	token, do := r.PostForm.Get("t"), newsletter.Action(r.PostForm.Get("do"))
	err := a.newsletter.AuthorAct(r.Context(), token, do)
	var refusal *newsletter.Refusal
	switch {
	case errors.As(err, &refusal):
		a.show(w, r, http.StatusConflict, token, "", refusal.What)
	case errors.Is(err, newsletter.ErrLink):
		a.show(w, r, http.StatusNotFound, token, "", "")
	case err != nil:
		a.trouble(w, r, err)
	default:
		// The token is base64url; nothing else passes AuthorAct.
		http.Redirect(w, r, "/author?t="+token, http.StatusSeeOther)
	}
}

// show writes the page of an issue, the button that the link meant first.
func (a author) show(w http.ResponseWriter, r *http.Request, status int, token string, first newsletter.Action, trouble string) {
	view, err := a.newsletter.AuthorPage(r.Context(), token)
	if errors.Is(err, newsletter.ErrLink) {
		status, err = http.StatusNotFound, nil
		view.Title = "This link does not work any more"
		view.Lines = []string{"It may be too old, or not have been copied whole. The newest mail about the post has a fresh one."}
		view.Settings, err = a.newsletter.Settings(r.Context())
	}
	if err != nil {
		a.trouble(w, r, err)
		return
	}
	data := struct {
		Lines          []string
		Trouble, Token string
		Actions        []authorAction
	}{Lines: view.Lines, Trouble: trouble, Token: token}
	for _, do := range view.Actions {
		data.Actions = append(data.Actions, authorAction{do, authorLabels[do]})
	}
	slices.SortStableFunc(data.Actions, func(x, y authorAction) int {
		switch {
		case x.Do == first && y.Do != first:
			return -1
		case y.Do == first && x.Do != first:
			return 1
		}
		return 0
	})
	var body, page bytes.Buffer
	err = authorPage.Execute(&body, data)
	if err == nil {
		var look *theme.Theme
		if look, err = theme.New(view.Settings); err == nil {
			err = look.Notice(&page, &theme.Notice{
				Page:    theme.Page{Path: "/author", Title: view.Title, NoIndex: true, Type: "website"},
				Heading: view.Title, Kicker: "For the author", Body: template.HTML(body.String()), NoBox: true,
			})
		}
	}
	if err != nil {
		a.trouble(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(page.Bytes())
	}
}

func (a author) trouble(w http.ResponseWriter, r *http.Request, err error) {
	if a.log != nil {
		a.log.ErrorContext(r.Context(), "the author's page failed", "error", err.Error())
	}
	w.Header().Set("Retry-After", "10")
	http.Error(w, "Something went wrong on our side, and nothing was lost. Please try again in a minute.", http.StatusServiceUnavailable)
}
