// Package publish makes the site equal the content: it reads the keys it is woken
// for, brings the catalog up to date by compare-and-swap, writes exactly the
// outputs whose inputs changed, and then does what publishing owes: announcements,
// receipts, one clearing of the CDN's copies.
//
// Any number of runs may overlap, repeat or die at any point. The steps are
// numbered in run.go.
package publish

import (
	"context"
	"encoding/base32"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/theme"
)

// Announcer opens the newsletter issue of a post that went live, and knows what
// mail a post leads to.
type Announcer interface {
	// AnnounceAll opens the issue of each post if it was never opened; repeating it is
	// harmless.
	AnnounceAll(ctx context.Context, postIDs []string) error
	// Expect tells in plain words who is mailed about the post and when, a line each.
	Expect(ctx context.Context, c *catalog.Catalog, e *catalog.Entry) ([]string, error)
}

// Invalidator clears the CDN's copies of all pages; repeating it is harmless.
type Invalidator interface {
	Invalidate(ctx context.Context) error
}

// Options is what a Publisher works with. All fields but Say are required.
type Options struct {
	Content, Site, State *store.Bucket
	Announcer            Announcer
	Invalidator          Invalidator
	Now                  func() time.Time
	Rand                 io.Reader // cryptographically strong
	Log                  *slog.Logger
	Say                  func(*Report)
	// SiteURL is the site's address unless the settings name one.
	SiteURL string
	// Patience is how long the tick leaves what another run has marked as pending to
	// that run: the longest a run can live.
	Patience time.Duration
	// Alone says that no other process publishes here. Then runs take turns, which
	// is calmer than racing, and whatever is unfinished at the first tick was left by
	// a process that is gone.
	Alone bool
}

// Publisher runs the publish steps. It is safe for concurrent use.
type Publisher struct {
	Options

	chunk int                                   // objects a sweep lists at a time
	late  func(context.Context, time.Time) bool // whether to leave the rest to the next run
	turn  sync.Mutex                            // of runs, if alone

	mu     sync.Mutex
	cached *version // the catalog last read or written
	frame  *settled // the theme of the settings last used
	woke   bool     // the first tick of this process is over
}

// version is a catalog as it stands in the bucket. It is never changed.
type version struct {
	catalog *catalog.Catalog
	etag    string // empty: it does not exist yet
}

// settled is a settings text with what is made of it.
type settled struct {
	text     string
	settings *settings.Settings
	theme    *theme.Theme
}

// New returns a Publisher. It does no input or output.
func New(o Options) *Publisher { return &Publisher{Options: o, chunk: chunk, late: late} }

// look returns the settings of a catalog and the theme made of them.
func (p *Publisher) look(c *catalog.Catalog) (*settled, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frame != nil && p.frame.text == c.Settings {
		return p.frame, nil
	}
	s, err := Settings(c, p.SiteURL)
	if err != nil {
		return nil, err
	}
	t, err := theme.New(s)
	if err != nil {
		return nil, err
	}
	p.frame = &settled{text: c.Settings, settings: s, theme: t}
	return p.frame, nil
}

// Settings reads the settings in force: the last good text, with the given
// address where it names none.
func Settings(c *catalog.Catalog, siteURL string) (*settings.Settings, error) {
	s, _, err := settings.Parse([]byte(c.Settings))
	if err != nil {
		return nil, err
	}
	s.Complete(siteURL, "")
	return s, nil
}

// nonce draws 80 random bits.
func (p *Publisher) nonce() (string, error) {
	b := make([]byte, 10)
	if _, err := io.ReadFull(p.Rand, b); err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b)), nil
}
