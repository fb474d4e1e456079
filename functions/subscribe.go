package functions

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/signup"
)

// Subscribe wires the subscriber's pages, and the author's.
func (s Surroundings) Subscribe() http.Handler {
	n, err := s.Newsletter()
	crowded := func(ctx context.Context, at time.Time) error {
		if err != nil {
			return err
		}
		return n.TellCrowded(ctx, at)
	}
	readers := signup.New(signup.Options{
		Audience: s.Audience(),
		State:    s.bucket(s.State),
		Sender:   letter{s.mailer()},
		Now:      s.Now,
		Rand:     s.Rand,
		SiteURL:  s.SiteURL,
		Domain:   s.Mailgun.Domain,
		Log:      s.Log,
		Say:      s.say,
		Crowded:  crowded,
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

// letter sends one mail to one person.
type letter struct{ mailer mailer }

// SendOne implements signup.Sender.
func (l letter) SendOne(ctx context.Context, set *settings.Settings, m mail.Message, address string) error {
	id := make([]byte, 12)
	if _, err := io.ReadFull(l.mailer.s.Rand, id); err != nil {
		return fmt.Errorf("draw a Message-Id: %w", err)
	}
	n := set.Newsletter
	return l.mailer.one(ctx, n.Domain, n.Region, hex.EncodeToString(id)+"@"+n.Domain, m, address)
}
