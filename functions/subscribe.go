package functions

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/signup"
	"github.com/pennypost/pennypost/internal/store"
)

// Subscribe wires the subscriber's pages, and the author's.
func (s Surroundings) Subscribe() http.Handler {
	state := s.bucket(s.State)
	n, err := s.Newsletter()
	readers := signup.New(signup.Options{
		Audience: s.Audience(),
		State:    state,
		Sender:   letter{mailer: s.mailer(), state: state},
		Now:      s.Now,
		Rand:     s.Rand,
		SiteURL:  s.SiteURL,
		Complete: s.complete,
		Log:      s.Log,
		Say:      s.say,
	})
	own := author{newsletter: n, frame: readers}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.TrimSuffix(r.URL.Path, "/") != "/author":
			readers.ServeHTTP(w, r)
		case err != nil:
			readers.Trouble(w, r, err)
		default:
			own.ServeHTTP(w, r)
		}
	})
}

// complete puts in what the surroundings know and the author left open.
func (s Surroundings) complete(set *settings.Settings) { set.Complete(s.SiteURL, s.Mailgun.Domain) }

// letter sends one mail to one person, from the domain of the settings in force.
type letter struct {
	mailer mailer
	state  *store.Bucket
}

// SendOne implements signup.Sender.
func (l letter) SendOne(ctx context.Context, m mail.Message, address string) error {
	_, body, err := l.state.Get(ctx, catalog.Key, store.Cond{Limit: catalog.MaxBytes})
	c := catalog.New("")
	if err == nil {
		c, err = catalog.Decode(body)
	}
	if err != nil {
		return fmt.Errorf("reading the settings: %w", err)
	}
	set, err := publish.Settings(c, l.mailer.s.SiteURL)
	if err != nil {
		return err
	}
	l.mailer.s.complete(set)
	id := make([]byte, 12)
	if _, err := io.ReadFull(l.mailer.s.Rand, id); err != nil {
		return err
	}
	n := set.Newsletter
	return l.mailer.one(ctx, n.Domain, n.Region, hex.EncodeToString(id)+"@"+n.Domain, m, address)
}
