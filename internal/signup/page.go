package signup

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"github.com/pennypost/pennypost/internal/theme"
)

// page is one answer's content: a heading, and a body in the site's frame. Bodies are
// written by hand, as theme's pages are: html/template's reflection would keep two
// megabytes of unused code in the function.
type page struct {
	Title string
	Body  func(b *theme.Body)
}

// show writes a page.
func (a *answer) show(status int, p page) error {
	var body theme.Body
	p.Body(&body)
	var b bytes.Buffer
	err := a.look.theme.Notice(&b, &theme.Notice{
		Page: theme.Page{
			Path: knownPath(a.r.URL.Path), Title: p.Title, NoIndex: true, Type: "website",
		},
		Heading: p.Title, Kicker: "Newsletter", Body: body.HTML(), NoBox: true,
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

// openForm begins a form, with the token that says whose it is.
func openForm(b *theme.Body, action, token string) {
	b.Text("<form class=\"form\" method=\"post\" action=\"", action, "\">\n")
	b.Hidden("t", token)
}

// The pages that say one thing.
var (
	notFoundPage = page{"Not found", func(b *theme.Body) {
		b.Raw(`<p>There is no such page. <a href="/">Read on</a></p>`)
	}}
	notPossiblePage = page{"That is not possible here", startAgain}
	brokenPage      = page{"That did not arrive whole", startAgain}
	inboxPage       = page{"Look in your inbox", func(b *theme.Body) {
		b.Raw(`<p>If everything is in order, a mail with a button is on its way to you. Press the button, and you are subscribed.</p>
<p>Nothing there after a few minutes? Please look in the spam folder. There is at most one such mail a day, so an earlier one from today still works. If none came at all, send the form again in an hour: when very many people ask at once, some have to wait.</p>`)
	}}
	linkSentPage = page{"Look in your inbox", func(b *theme.Body) {
		b.Raw(`<p>If this address is subscribed, a mail with a link is on its way. There is at most one a day.</p>`)
	}}
	overtakenPage = page{"This link is from before", func(b *theme.Body) {
		b.Raw(`<p>Something newer has happened since this link was sent: you have unsubscribed or changed your address, or it did not accept our mail. What is newer counts, so this link does nothing any more.</p>
<p>If you want the newsletter after all, you are welcome: <a href="/subscribe">subscribe again</a>.</p>`)
	}}
	neverPage = page{"Nothing is sent there", func(b *theme.Body) {
		b.Raw("<p>A mail of ours was reported as spam from this address. " + neverAgain + "</p>")
	}}
	notSubscribedPage = page{"You are not subscribed", func(b *theme.Body) {
		b.Raw(`<p>Nothing is kept about you here, and nothing is sent to you.</p>
<p><a href="/">Read on</a></p>`)
	}}
	erasedPage = page{"Erased", func(b *theme.Body) {
		b.Raw(`<p>Everything about you has been erased. Copies in backups disappear when these expire.</p>
<p><a href="/">Read on</a></p>`)
	}}
)

func startAgain(b *theme.Body) {
	b.Raw(`<p>Please go back and try again, or <a href="/subscribe">start here</a>.</p>`)
}

// neverAgain says what follows from a complaint, lest somebody wait for a mail that never comes.
const neverAgain = `It is not written to again, whatever is asked for, not even to confirm. If that was a slip, <a href="/subscribe">subscribe</a> with another address.`
