// Package front serves the site from its bucket as the CDN does: the same addresses,
// the same headers, and the functions behind the same paths.
package front

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/pennypost/pennypost/internal/store"
)

// Options says what stands behind the front.
type Options struct {
	Site               *store.Bucket
	Subscribe, Webhook http.Handler
	// Welcome is shown at / as long as nothing is published: a whole HTML page.
	Welcome []byte
	Log     *slog.Logger
}

// Front is an http.Handler.
type Front struct {
	o       Options
	welcome string // the policy of the welcome page, which brings its own style
}

// New returns the front of a site.
func New(o Options) *Front {
	style := "style-src " + styleHash(o.Welcome)
	return &Front{o, strings.Replace(policy, "style-src 'self'", style, 1)}
}

// policy allows pages nothing but their own styles, images, fonts and forms.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// ServeHTTP answers every request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	switch r.URL.Path {
	case "/subscribe", "/confirm", "/preferences", "/unsubscribe", "/author":
		f.call(f.o.Subscribe, w, r)
		return
	case "/webhooks/mailgun":
		f.call(f.o.Webhook, w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "this address can only be read", http.StatusMethodNotAllowed)
		return
	}
	key, redirect := Key(r.URL)
	if redirect != "" {
		h.Set("Location", redirect)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	f.serve(w, r, key)
}

// call lets a function answer. One that panics is answered for, as API Gateway does.
func (f *Front) call(function http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p)
		}
		f.o.Log.Error("a function panicked", "path", r.URL.Path, "error", fmt.Sprint(p))
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "That did not work. Try again in a moment.", http.StatusInternalServerError)
	}()
	function.ServeHTTP(w, r)
}

// Key is the key in the site's bucket that an address stands for, or where the
// address is sent to: an address whose last part has no dot gets a slash at its end,
// and an address that ends in a slash is the index.html there.
func Key(u *url.URL) (key, redirect string) {
	last := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	if last == "" {
		return strings.TrimPrefix(u.Path, "/") + "index.html", ""
	}
	if !strings.Contains(last, ".") {
		// One slash in front, so that no other host can be meant.
		redirect = "/" + strings.TrimLeft(u.EscapedPath(), "/") + "/"
		if u.RawQuery != "" {
			redirect += "?" + u.RawQuery
		}
		return "", redirect
	}
	return strings.TrimPrefix(u.Path, "/"), ""
}

func (f *Front) serve(w http.ResponseWriter, r *http.Request, key string) {
	o, body, err := f.o.Site.Get(r.Context(), key, store.Cond{})
	switch {
	case err == nil:
		f.send(w, r, o, body)
	case errors.Is(err, store.ErrNotFound):
		f.missing(w, r, key)
	default:
		f.failed(w, r, err)
	}
}

// missing answers with the site's own page for that, if there is one yet.
func (f *Front) missing(w http.ResponseWriter, r *http.Request, key string) {
	if key == "index.html" && len(f.o.Welcome) > 0 {
		w.Header().Set("Content-Security-Policy", f.welcome)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(f.o.Welcome)
		return
	}
	o, body, err := f.o.Site.Get(r.Context(), "404.html", store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	if err != nil {
		f.failed(w, r, err)
		return
	}
	describe(w.Header(), o)
	body = packed(w.Header(), r, body)
	w.WriteHeader(http.StatusNotFound)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func (f *Front) failed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // whoever asked has left
	}
	f.o.Log.Error("the site front cannot read the bucket", "path", r.URL.Path, "error", err.Error())
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "The page cannot be read just now.", http.StatusServiceUnavailable)
}

// send answers with an object: whole, in part, or that it is not modified.
func (f *Front) send(w http.ResponseWriter, r *http.Request, o store.Object, body []byte) {
	describe(w.Header(), o)
	body = packed(w.Header(), r, body)
	if w.Header().Get("Content-Encoding") != "" {
		r = r.Clone(r.Context())
		r.Header.Del("Range") // a range of what is packed means nothing
	}
	http.ServeContent(w, r, "", o.Modified, bytes.NewReader(body))
}

func describe(h http.Header, o store.Object) {
	h.Set("ETag", o.ETag)
	if o.ContentType != "" {
		h.Set("Content-Type", o.ContentType)
	}
	if o.CacheControl != "" {
		h.Set("Cache-Control", o.CacheControl)
	}
}
