package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/local"
)

// dataFlags say which data a command works on.
type dataFlags struct {
	Data string `default:".pennypost" help:"The data folder of a local run." placeholder:"FOLDER"`
}

// open gives the functions' surroundings over the data, whether or not a local run
// is up on it, and what to call in the end. If none is, asking for a key of
// Mailgun's says that nobody takes mail.
func (f *dataFlags) open() (functions.Surroundings, func() error, error) {
	c, err := local.Connect(f.Data)
	if err != nil {
		return functions.Surroundings{}, nil, err
	}
	none := func(context.Context) (string, error) { return "", nil }
	key := func(context.Context) (string, error) {
		if c.Mailgun == "" {
			return "", fmt.Errorf("mail goes to the inbox of a local run, and none is up on %s: start `make run`, or `pennypost local --data %[1]s`, and try again", f.Data)
		}
		return "local", nil
	}
	site := c.Site
	if site == "" {
		site = "http://" + defaultSite
	}
	return functions.Surroundings{
		S3: c.S3, Content: "content", Site: "site", State: "state",
		Now: c.Now, Rand: rand.Reader,
		SiteURL:    site,
		Deadline:   time.Minute,
		Mailgun:    functions.Mailgun{Base: c.Mailgun, Domain: local.MailDomain, SendingKey: key, EventsKey: key, SigningKey: none},
		Invalidate: func(context.Context) error { return nil },
		Log:        slog.New(slog.DiscardHandler),
	}, c.Close, nil
}
