// Package mailgun is the wire to Mailgun: sending a batch, asking its log what
// became of one, and reading its webhooks. Every outcome of a request is one of a
// few typed errors that say what is known, so that the newsletter never guesses.
package mailgun

import (
	"context"
	"net/http"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
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

// Client talks to Mailgun. It is safe for concurrent use.
type Client struct {
	config Config
}

// New makes a client. Nothing is sent yet.
func New(c Config) *Client { return &Client{config: c} }

// Batch is one message to up to 1,000 recipients in one request.
type Batch struct {
	Message mail.Message
	// MessageID is "something@domain" without angle brackets. The same id again
	// means the same attempt, so that Mailgun's log can be asked about it.
	MessageID string
	To        []Recipient
}

// Recipient is a plain address with the values of its variables.
type Recipient struct {
	Address string
	Vars    map[string]string
}

// Accepted is Mailgun's word that it will deliver a batch.
type Accepted struct {
	ID string // as Mailgun names the message, without angle brackets
}

// Send hands a batch to Mailgun, once. A context without a deadline gets one of a
// minute. The error is one of this package's types.
func (c *Client) Send(ctx context.Context, b Batch) (Accepted, error) {
	return Accepted{}, &UnsentError{Reason: "not written yet"}
}
