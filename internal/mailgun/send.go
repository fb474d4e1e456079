package mailgun

import (
	"context"
	"strings"

	api "github.com/mailgun/mailgun-go/v4"
)

// Accepted is Mailgun's word that it will deliver a batch.
type Accepted struct {
	ID string // as Mailgun names the message, without angle brackets
}

// Send hands a batch to Mailgun, once. A context without a deadline gets one of a
// minute. The error is one of this package's types. Nothing is tracked: Mailgun is
// told to leave links alone and to add no picture.
//
// It never sets an Idempotency-Key header: Mailgun knows none, and Go's transport
// would take it as leave to repeat a POST on its own.
func (c *Client) Send(ctx context.Context, b Batch) (Accepted, error) {
	if err := b.check(); err != nil {
		return Accepted{}, err
	}
	if c.domain == "" || c.api.APIKey() == "" {
		return Accepted{}, &AuthError{Reason: "no sending domain or no sending key is set"}
	}
	m := api.NewMessage(b.Message.From, b.Message.Subject, b.Message.Text)
	m.SetHTML(b.Message.HTML)
	m.SetTrackingOptions(&api.TrackingOptions{Tracking: false, TrackingClicks: "no", TrackingOpens: false})
	m.AddHeader("Message-Id", "<"+b.MessageID+">")
	if b.Message.ReplyTo != "" {
		m.SetReplyTo(b.Message.ReplyTo)
	}
	for name, value := range b.Message.Headers {
		m.AddHeader(name, value)
	}
	for _, to := range b.To {
		// Variables are given even if there are none: without any, Mailgun shows every
		// recipient all the others.
		vars := make(map[string]any, len(to.Vars))
		for name, value := range to.Vars {
			vars[name] = value
		}
		if err := m.AddRecipientAndVariables(to.Address, vars); err != nil {
			return Accepted{}, &LimitError{Max: maxRecipients}
		}
	}
	ctx, cancel := inTime(ctx)
	defer cancel()
	ctx, x := watched(ctx)
	_, id, err := c.api.Send(ctx, m)
	if err != nil {
		return Accepted{}, outcome(err, x, len(b.To), c.now())
	}
	id = strings.Trim(id, "<> ")
	if id == "" {
		return Accepted{}, &UncertainError{Status: 200, Reason: "the answer names no message"}
	}
	return Accepted{ID: id}, nil
}
