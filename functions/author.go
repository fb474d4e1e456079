package functions

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/signup"
	"github.com/pennypost/pennypost/internal/theme"
)

// author serves /author: what the links in the author's mails lead to. Whoever has the
// link may act on its one issue; one link lists all that is held. Looking changes nothing;
// pressing a button does.
type author struct {
	newsletter *newsletter.Newsletter
	frame      *signup.Handler
}

var authorLabels = map[newsletter.Action]string{
	newsletter.ActSend:    "Send it now",
	newsletter.ActCancel:  "Cancel it: mail it to nobody",
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
		a.frame.Show(w, r, http.StatusMethodNotAllowed, "That is not possible here", func(*theme.Body) {})
	}
}

// act does what a button says, and leads to the page that shows what became of it.
func (a author) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		a.frame.Show(w, r, http.StatusBadRequest, "That did not arrive whole", func(b *theme.Body) { b.Raw("<p>Please try again.</p>") })
		return
	}
	token, do := r.PostForm.Get("t"), newsletter.Action(r.PostForm.Get("do"))
	err := a.newsletter.AuthorAct(r.Context(), token, do)
	var refusal *newsletter.Refusal
	switch {
	case errors.As(err, &refusal):
		a.show(w, r, http.StatusConflict, token, "", strings.ToUpper(refusal.What[:1])+refusal.What[1:]+".")
	case errors.Is(err, newsletter.ErrLink):
		a.show(w, r, http.StatusGone, token, "", "")
	case err != nil:
		a.frame.Trouble(w, r, err)
	default:
		// The token is base64url; nothing else passes AuthorAct.
		signup.Secure(w.Header())
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
	slices.SortStableFunc(view.Actions, func(x, y newsletter.Action) int {
		switch {
		case x == first && y != first:
			return -1
		case y == first && x != first:
			return 1
		}
		return 0
	})
	a.frame.Show(w, r, status, view.Title, func(b *theme.Body) {
		for _, line := range view.Lines {
			b.Text("<p>", line, "</p>\n")
		}
		b.Some(`<p role="alert"><strong>`, trouble, "</strong></p>\n")
		for i, held := range view.Held {
			if i == 0 {
				b.Raw("<ul>\n")
			}
			b.Text(`  <li><a href="`, held.Link, "\">")
			b.Text("", held.Title, "</a></li>\n")
			if i == len(view.Held)-1 {
				b.Raw("</ul>\n")
			}
		}
		if len(view.Actions) == 0 {
			return
		}
		b.Raw("<form class=\"form\" method=\"post\" action=\"/author\">\n")
		b.Hidden("t", token)
		for i, do := range view.Actions {
			label, class := authorLabels[do], "button"
			if do == newsletter.ActCancel && !view.Frozen.IsZero() {
				label = "End it: mail it to nobody else"
			}
			if i > 0 {
				class = "button button-quiet"
			}
			b.Text(`  <p><button class="`, class, `" type="submit" name="do" `)
			b.Text(`value="`, string(do), "\">")
			b.Text("", label, "</button></p>\n")
		}
		b.Raw("</form>")
	})
}
