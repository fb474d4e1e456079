// Package mailgun is the wire to Mailgun: sending a batch, asking its log what
// became of one, and reading its webhooks. Every outcome of a request is one of a
// few typed errors that say what is known, so that the newsletter never guesses.
package mailgun

import (
	"context"
	"net/http"
	"time"

	api "github.com/mailgun/mailgun-go/v4"
)

// Config is what a client needs.
type Config struct {
	Base   string // "https://api.mailgun.net", without "/v3"; see [Base]
	Domain string // the sending domain
	// Key is used for sending; EventsKey reads the log. Either may be empty where
	// the other is all that is used.
	Key, EventsKey string
	HTTP           *http.Client     // nil: one of its own
	Now            func() time.Time // for "try again in 20 minutes"; nil: time.Now
}

// Base is the address of Mailgun's API in a region, "us" or "eu".
func Base(region string) string {
	if region == "eu" {
		return "https://api.eu.mailgun.net"
	}
	return "https://api.mailgun.net"
}

// patience is the deadline of a request whose caller gave none: mailgun-go has
// none of its own.
const patience = time.Minute

// Client talks to Mailgun. It is safe for concurrent use.
type Client struct {
	root, base, domain, eventsKey string

	api  *api.MailgunImpl
	http *http.Client
	now  func() time.Time
}

// New makes a client. Nothing is sent yet.
func New(c Config) *Client {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Base == "" {
		c.Base = Base("us")
	}
	watched := http.Client{Timeout: 0, CheckRedirect: stay}
	if c.HTTP != nil {
		watched.Timeout, watched.Jar = c.HTTP.Timeout, c.HTTP.Jar
		watched.Transport = c.HTTP.Transport
	}
	watched.Transport = watcher{watched.Transport}

	sender := api.NewMailgun(c.Domain, c.Key)
	sender.SetAPIBase(c.Base + "/v3")
	sender.SetClient(&watched)
	return &Client{
		root: c.Base, base: c.Base + "/v3/" + c.Domain, domain: c.Domain, eventsKey: c.EventsKey,
		api: sender, http: &watched, now: c.Now,
	}
}

// stay keeps a POST from being repeated elsewhere: a redirect is an answer like any other.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// inTime gives a context its deadline.
func inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, set := ctx.Deadline(); set {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, patience)
}
