package signup

import (
	"net/http"

	"github.com/pennypost/pennypost/internal/theme"
)

// Show writes a page of somebody else's in the site's frame and under the same
// headers as the subscriber's pages: the author's own is served beside them.
func (h *Handler) Show(w http.ResponseWriter, r *http.Request, status int, title string, body func(*theme.Body)) {
	Secure(w.Header())
	l, err := h.looks.now(r.Context(), h)
	if err == nil {
		a := &answer{Handler: h, w: w, r: r, look: l}
		err = a.show(status, page{title, body})
	}
	if err != nil {
		h.Trouble(w, r, err)
	}
}

// Trouble answers when something behind such a page fails.
func (h *Handler) Trouble(w http.ResponseWriter, r *http.Request, err error) {
	Secure(w.Header())
	h.trouble(w, r, err)
}
