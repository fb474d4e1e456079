package signup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/theme"
)

// look is the site as it presents itself: the author's settings and the theme.
type look struct {
	settings *settings.Settings
	theme    *theme.Theme
}

// looks keeps the present look. The settings' text is in the catalog, which is
// asked for again after a moment, and read only if it has changed.
type looks struct {
	mu   sync.Mutex
	look *look
	text string // of the settings in use
	etag string // of the catalog it came from
	at   time.Time
}

// lookFor is how long a look is used before the catalog is asked again.
const lookFor = 5 * time.Second

func (l *looks) now(ctx context.Context, h *Handler) (*look, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := h.Now()
	if age := now.Sub(l.at); l.look != nil && age >= 0 && age < lookFor {
		return l.look, nil
	}
	text, etag := l.text, l.etag
	object, body, err := h.State.Get(ctx, catalog.Key, store.Cond{IfNoneMatch: l.etag, Limit: catalog.MaxBytes})
	switch {
	case errors.Is(err, store.ErrNotModified):
	case errors.Is(err, store.ErrNotFound):
		text, etag = "", ""
	case err == nil:
		c, decodeErr := catalog.Decode(body)
		if err = decodeErr; err == nil {
			text, etag = c.Settings, object.ETag
		}
	}
	if err != nil && !errors.Is(err, store.ErrNotModified) && !errors.Is(err, store.ErrNotFound) {
		if l.look != nil {
			return l.look, nil // an old look serves better than none
		}
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	if l.look == nil || text != l.text {
		fresh, err := h.newLook(text)
		if err != nil {
			return nil, err
		}
		l.look = fresh
	}
	l.text, l.etag, l.at = text, etag, now
	return l.look, nil
}

// newLook makes a look of a settings text. The catalog holds only texts that were
// good when they were read; should this program think otherwise, defaults serve.
func (h *Handler) newLook(text string) (*look, error) {
	s := settings.Default()
	if text != "" {
		if parsed, _, err := settings.Parse([]byte(text)); err == nil {
			s = parsed
		}
	}
	s.Complete(h.SiteURL, h.Domain)
	t, err := theme.New(s)
	if err != nil {
		return nil, fmt.Errorf("make the theme: %w", err)
	}
	return &look{settings: s, theme: t}, nil
}
