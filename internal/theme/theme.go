package theme

import (
	"fmt"
	"io"

	"github.com/pennypost/pennypost/internal/settings"
)

// Theme writes the pages of one site. It is made from the site's settings once
// and may be used by several goroutines.
type Theme struct {
	settings *settings.Settings
	frame    frame
	assets   []Asset
	digest   string
}

// New makes the theme of a site. The settings must not change afterwards.
func New(s *settings.Settings) (*Theme, error) {
	fonts, err := fontAssets()
	if err != nil {
		return nil, err
	}
	sheet, err := styleSheet(s, fonts)
	if err != nil {
		return nil, err
	}
	icon := siteIcon(s)
	t := &Theme{settings: s, assets: append([]Asset{sheet, icon}, fonts...)}
	t.frame = newFrame(s, sheet, icon, fonts)
	t.frame.box = part(t.writeBox)
	if t.digest, err = digest(s, t.assets); err != nil {
		return nil, err
	}
	return t, nil
}

// Digest changes whenever a page written by this theme might: it covers the code
// that writes pages, the style sheet, the fonts and the settings that every page
// shows.
func (t *Theme) Digest() string { return t.digest }

// Assets are the files that the pages refer to. Their names change with their
// content, so they may be cached for ever; the style sheet comes first.
func (t *Theme) Assets() []Asset { return t.assets }

// end finishes a page, with the box that asks for subscribers or without, and hands it over.
func (t *Theme) end(w *writer, to io.Writer, box bool) error {
	if box {
		w.html(t.frame.box)
	}
	w.raw("</main>\n")
	t.frame.bottom(w)
	return w.end(to)
}

// end hands the page over.
func (w *writer) end(to io.Writer) error {
	if _, err := to.Write(w.b); err != nil {
		return fmt.Errorf("writing a page: %w", err)
	}
	return nil
}
