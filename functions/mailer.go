package functions

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/newsletter"
)

// mailer speaks to Mailgun for the newsletter and the sign-up: it turns typed
// errors of the wire into what they decide on.
type mailer struct{ s Surroundings }

func (s Surroundings) mailer() mailer { return mailer{s} }

// client makes a client for one domain. Keys are asked for each time, because
// whoever keeps them caches them and they may be changed.
func (m mailer) client(ctx context.Context, domain, region string, log bool) (*mailgun.Client, error) {
	c := mailgun.Config{Base: m.s.Mailgun.Base, Domain: domain, HTTP: m.s.Mailgun.HTTP, Now: m.s.Now}
	if c.Base == "" {
		c.Base = mailgun.Base(region)
	}
	var err error
	if log {
		c.EventsKey, err = m.s.Mailgun.EventsKey(ctx)
	} else {
		c.Key, err = m.s.Mailgun.SendingKey(ctx)
	}
	if err != nil {
		return nil, err
	}
	if log && c.EventsKey == "" {
		return nil, newsletter.ErrNoLog
	}
	return mailgun.New(c), nil
}

// Send implements newsletter.Sender.
func (m mailer) Send(ctx context.Context, r newsletter.Request) newsletter.Outcome {
	c, err := m.client(ctx, r.Domain, r.Region, false)
	if err != nil {
		return newsletter.Throttled{} // nothing left the house
	}
	b := mailgun.Batch{Message: r.Message, MessageID: r.MessageID, To: make([]mailgun.Recipient, len(r.To))}
	for i, to := range r.To {
		b.To[i] = mailgun.Recipient{Address: to.Address, Vars: to.Vars}
	}
	_, err = c.Send(ctx, b)
	return outcome(err)
}

func outcome(err error) newsletter.Outcome {
	var (
		limit     *mailgun.LimitError
		throttled *mailgun.ThrottledError
		auth      *mailgun.AuthError
		large     *mailgun.TooLargeError
		refused   *mailgun.RefusedError
		unsent    *mailgun.UnsentError
	)
	switch {
	case err == nil:
		return newsletter.Accepted{}
	case errors.As(err, &limit):
		return newsletter.Limit{Max: limit.Max}
	case errors.As(err, &throttled):
		return newsletter.Throttled{Until: throttled.Until}
	case errors.As(err, &auth):
		return newsletter.Stopped{Reason: auth.Error()}
	case errors.As(err, &large):
		return newsletter.Failed{Reason: large.Error()}
	case errors.As(err, &refused) && refused.BadRecipient:
		return newsletter.BadRecipient{Reason: refused.Error()}
	case errors.As(err, &refused):
		return newsletter.Failed{Reason: refused.Error()}
	case errors.As(err, &unsent):
		return newsletter.Throttled{}
	}
	return newsletter.Uncertain{Reason: err.Error()}
}

// Accepted implements newsletter.Events.
func (m mailer) Accepted(ctx context.Context, domain, region, messageID string) (found, trustworthy bool, err error) {
	c, err := m.client(ctx, domain, region, true)
	if err != nil {
		return false, false, err
	}
	found, err = c.Found(ctx, messageID)
	return found, err == nil, err
}

// one sends one message to one person.
func (m mailer) one(ctx context.Context, domain, region, messageID string, message mail.Message, address string) error {
	c, err := m.client(ctx, domain, region, false)
	if err != nil {
		return fmt.Errorf("no key for Mailgun: %w", err)
	}
	_, err = c.Send(ctx, mailgun.Batch{Message: message, MessageID: messageID, To: []mailgun.Recipient{{Address: address}}})
	return err
}
