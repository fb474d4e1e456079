package functions

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/newsletter"
)

// mailer speaks to Mailgun for the newsletter and the sign-up: it turns typed
// errors of the wire into what they decide on.
type mailer struct{ s Surroundings }

func (s Surroundings) mailer() mailer { return mailer{s} }

// call makes a request with a client for one domain. Nothing happened if Mailgun does
// not know the key: then it is made once more, if the key was changed meanwhile.
func (m mailer) call(ctx context.Context, domain, region string, log bool, do func(*mailgun.Client) error) error {
	c, key, err := m.client(ctx, domain, region, log)
	if err != nil {
		return err
	}
	err = do(c)
	var auth *mailgun.AuthError
	if !errors.As(err, &auth) || auth.Status != http.StatusUnauthorized || m.s.Mailgun.Refused == nil {
		return err
	}
	m.s.Mailgun.Refused(key)
	c, fresh, again := m.client(ctx, domain, region, log)
	if again != nil || fresh == key {
		return err
	}
	return do(c)
}

// errNoKey: no request was made, because the key for it cannot be had now.
var errNoKey = errors.New("no key for Mailgun")

// client makes a client for one domain, and tells with which key. Keys are asked for
// each time, because whoever keeps them caches them and they may be changed.
func (m mailer) client(ctx context.Context, domain, region string, log bool) (client *mailgun.Client, key string, err error) {
	c := mailgun.Config{Base: m.s.Mailgun.Base, Domain: domain, HTTP: m.s.Mailgun.HTTP, Now: m.s.Now}
	if c.Base == "" {
		c.Base = mailgun.Base(region)
	}
	if log {
		key, err = m.s.Mailgun.EventsKey(ctx)
		c.EventsKey = key
	} else {
		key, err = m.s.Mailgun.SendingKey(ctx)
		c.Key = key
	}
	if err != nil {
		return nil, "", fmt.Errorf("%w: %v", errNoKey, err)
	}
	if log && key == "" {
		return nil, "", newsletter.ErrNoLog
	}
	return mailgun.New(c), key, nil
}

// Send implements newsletter.Sender.
func (m mailer) Send(ctx context.Context, r newsletter.Request) newsletter.Outcome {
	b := mailgun.Batch{Message: r.Message, MessageID: r.MessageID, To: make([]mailgun.Recipient, len(r.To))}
	for i, to := range r.To {
		b.To[i] = mailgun.Recipient{Address: to.Address, Vars: to.Vars}
	}
	return outcome(m.call(ctx, r.Domain, r.Region, false, func(c *mailgun.Client) error {
		_, err := c.Send(ctx, b)
		return err
	}))
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
	case errors.Is(err, errNoKey):
		return newsletter.Throttled{Reason: "the key for Mailgun cannot be read"} // nothing left the house
	case errors.As(err, &limit):
		return newsletter.Limit{Max: limit.Max}
	case errors.As(err, &throttled):
		return newsletter.Throttled{Until: throttled.Until}
	case errors.As(err, &auth):
		return stopped(auth)
	case errors.As(err, &large):
		return newsletter.Failed{Reason: large.Error()}
	case errors.As(err, &refused) && refused.BadRecipient:
		return newsletter.BadRecipient{Reason: refused.Error()}
	case errors.As(err, &refused):
		return newsletter.Failed{Reason: refused.Error()}
	case errors.As(err, &unsent):
		return newsletter.Throttled{Reason: "Mailgun cannot be reached"}
	}
	return newsletter.Uncertain{Reason: err.Error()}
}

// stopped says to an author who is no engineer why Mailgun takes no mail, and what to do.
func stopped(e *mailgun.AuthError) newsletter.Stopped {
	what, remedy := "", ""
	switch e.Status {
	case http.StatusUnauthorized:
		what = "Mailgun does not accept the key"
		remedy = "whoever set up your site can store a new one, by running pennypost setup"
	case http.StatusPaymentRequired:
		what = "Mailgun waits for a payment"
		remedy = "look under Billing in your Mailgun account"
	case http.StatusForbidden:
		what = "Mailgun does not let this account send"
		remedy = "log in to Mailgun, which says there what it wants of you, or ask its support"
	case http.StatusNotFound:
		what = "Mailgun does not know the sending domain"
		remedy = "compare newsletter.domain and newsletter.region in site.yaml with your Mailgun account"
	default:
		return newsletter.Stopped{Reason: e.Error()}
	}
	return newsletter.Stopped{Reason: fmt.Sprintf("%s (%d: %s)", what, e.Status, e.Reason), Remedy: remedy}
}

// Accepted implements newsletter.Events.
func (m mailer) Accepted(ctx context.Context, domain, region, messageID string) (found, trustworthy bool, err error) {
	err = m.call(ctx, domain, region, true, func(c *mailgun.Client) error {
		found, err = c.Found(ctx, messageID)
		return err
	})
	return found, err == nil, err
}

// one sends one message to one person.
func (m mailer) one(ctx context.Context, domain, region, messageID string, message mail.Message, address string) error {
	return m.call(ctx, domain, region, false, func(c *mailgun.Client) error {
		_, err := c.Send(ctx, mailgun.Batch{Message: message, MessageID: messageID, To: []mailgun.Recipient{{Address: address}}})
		return err
	})
}
