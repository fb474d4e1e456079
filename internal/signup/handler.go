// Package signup is what a subscriber meets on the web: the form, the button that
// confirms, their preferences, and the way out. A GET never changes anything, and
// no answer tells a stranger whether an address is on the list.
package signup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
)

// Sender mails one person, from the domain that the settings name. An error means
// that the mail may not have gone out.
type Sender interface {
	SendOne(ctx context.Context, s *settings.Settings, m mail.Message, address string) error
}

// Options is what the handler needs of the world.
type Options struct {
	Audience *audience.Audience
	State    *store.Bucket // the catalog (for the settings) and signups/
	Sender   Sender
	Now      func() time.Time // nil: the machine's clock
	Rand     io.Reader        // cryptographically strong; nil: the machine's
	// SiteURL and Domain are the site's address (no trailing slash) and the sending
	// domain where site.yaml sets none.
	SiteURL, Domain string
	Log             *slog.Logger // nil: nowhere; no line holds an address
	// Say is told in one calm line what happened; may be nil.
	Say func(line string)
	// Crowded is told that more people ask than the settings allow to be mailed in an hour;
	// may be nil. It hears so at least once a day, and has to make one mail of it.
	Crowded func(ctx context.Context, at time.Time) error
}

// Handler serves /subscribe, /confirm, /preferences and /unsubscribe.
type Handler struct {
	Options
	looks looks
	wait  lastSend
}

var _ http.Handler = (*Handler)(nil)

// New makes the handler. It reads nothing yet.
func New(o Options) *Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Crowded == nil {
		o.Crowded = func(context.Context, time.Time) error { return nil }
	}
	return &Handler{Options: o}
}

// maxBody is the most bytes a form may have; the largest honest one has about one thousand.
const maxBody = 16 << 10

// answer is one request on its way through the handler.
type answer struct {
	*Handler
	w    http.ResponseWriter
	r    *http.Request
	look *look
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	Secure(w.Header())
	get, post := h.routes(strings.TrimSuffix(r.URL.Path, "/"))
	a := &answer{Handler: h, w: w, r: r}
	var err error
	if a.look, err = h.looks.now(r.Context(), h); err != nil {
		h.trouble(w, r, err)
		return
	}
	switch {
	case get == nil:
		err = a.show(http.StatusNotFound, notFoundPage)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		err = get(a)
	case r.Method == http.MethodPost:
		if status := a.readForm(); status != http.StatusOK {
			err = a.show(status, brokenPage)
			break
		}
		err = post(a)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		err = a.show(http.StatusMethodNotAllowed, notPossiblePage)
	}
	if err != nil {
		h.trouble(w, r, err)
	}
}

// routes are the four paths; nil for any other.
func (h *Handler) routes(path string) (get, post func(*answer) error) {
	switch path {
	case "/subscribe":
		return (*answer).getSubscribe, (*answer).postSubscribe
	case "/confirm":
		return (*answer).getConfirm, (*answer).postConfirm
	case "/preferences":
		return (*answer).getPreferences, (*answer).postPreferences
	case "/unsubscribe":
		return (*answer).getUnsubscribe, (*answer).postUnsubscribe
	}
	return nil, nil
}

// readForm reads the body, form-encoded or multipart, into r.PostForm; the status is
// 200 unless it cannot be read. Where the link alone says everything that does not
// matter: an unsubscribe button in a mail program must work however badly it speaks.
func (a *answer) readForm() (status int) {
	a.r.Body = http.MaxBytesReader(a.w, a.r.Body, maxBody)
	var err error
	if strings.HasPrefix(a.r.Header.Get("Content-Type"), "multipart/form-data") {
		err = a.r.ParseMultipartForm(maxBody)
	} else {
		err = a.r.ParseForm()
	}
	if a.r.PostForm == nil {
		a.r.PostForm = map[string][]string{}
	}
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return http.StatusOK
	case strings.HasPrefix(a.r.URL.Path, "/unsubscribe"):
		io.Copy(io.Discard, a.r.Body)
		return http.StatusOK
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// Secure sets what every answer carries. Pages here are for one person and one
// moment, and their addresses hold a token: nothing stores them or passes them on.
func Secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// trouble answers when something behind us fails. The browser may try again.
func (h *Handler) trouble(w http.ResponseWriter, r *http.Request, err error) {
	h.Log.ErrorContext(r.Context(), "a subscriber's page failed", "path", knownPath(r.URL.Path), "error", scrub(err.Error()))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Retry-After", "10")
	w.WriteHeader(http.StatusServiceUnavailable)
	fmt.Fprintln(w, "Something went wrong on our side, and nothing was lost. Please try again in a minute.")
}

// knownPath keeps whatever else a path holds out of the log.
func knownPath(path string) string {
	switch p := strings.TrimSuffix(path, "/"); p {
	case "/subscribe", "/confirm", "/preferences", "/unsubscribe", "/author":
		return p
	}
	return "another"
}

// scrub takes addresses out of a text: errors of others may quote what they were given.
func scrub(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	words := strings.Fields(s)
	for i, w := range words {
		if strings.Contains(w, "@") {
			words[i] = "(address)"
		}
	}
	return strings.Join(words, " ")
}
