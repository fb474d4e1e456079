package functions

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"slices"

	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/signup"
)

// author serves /author: what the links in the author's mails lead to. Whoever has
// the link may act on its one issue. Looking changes nothing; pressing a button does.
type author struct {
	newsletter *newsletter.Newsletter
	frame      *signup.Handler
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
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		a.show(w, r, http.StatusOK, r.URL.Query().Get("t"), newsletter.Action(r.URL.Query().Get("do")), "")
	case http.MethodPost:
		a.act(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		a.frame.Show(w, r, http.StatusMethodNotAllowed, "That is not possible here", "")
	}
}

// act does what a button says, and leads to the page that shows what became of it.
func (a author) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		a.frame.Show(w, r, http.StatusBadRequest, "That did not arrive whole", "<p>Please try again.</p>")
		return
	}
	token, do := r.PostForm.Get("t"), newsletter.Action(r.PostForm.Get("do"))
	err := a.newsletter.AuthorAct(r.Context(), token, do)
	var refusal *newsletter.Refusal
	switch {
	case errors.As(err, &refusal):
		a.show(w, r, http.StatusConflict, token, "", refusal.What)
	case errors.Is(err, newsletter.ErrLink):
		a.show(w, r, http.StatusGone, token, "", "")
	case err != nil:
		a.frame.Trouble(w, r, err)
	default:
		// The token is base64url; nothing else passes AuthorAct.
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, "/author?t="+token, http.StatusSeeOther)
	}
}

// show writes the page of an issue, the button that the link meant first.
func (a author) show(w http.ResponseWriter, r *http.Request, status int, token string, first newsletter.Action, trouble string) {
	view, err := a.newsletter.AuthorPage(r.Context(), token)
	if errors.Is(err, newsletter.ErrLink) {
		status, err = http.StatusGone, nil // the CDN would put the site's own page over a 404
		view.Title = "This link does not work any more"
		view.Lines = []string{"It may be too old, or not have been copied whole. The newest mail about the post has a fresh one."}
	}
	if err != nil {
		a.frame.Trouble(w, r, err)
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
	var body bytes.Buffer
	if err := authorPage.Execute(&body, data); err != nil {
		a.frame.Trouble(w, r, err)
		return
	}
	a.frame.Show(w, r, status, view.Title, template.HTML(body.String()))
}
