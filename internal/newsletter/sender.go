package newsletter

import (
	"context"
	"errors"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
)

// Sender posts one batch of mails. It must not try again by itself.
type Sender interface {
	Send(ctx context.Context, r Request) Outcome
}

// Request is one mail to at most a thousand people, each of whom sees only
// themselves as its recipient.
type Request struct {
	Domain, Region string // where from: the sending domain, "us" or "eu"
	Message        mail.Message
	MessageID      string // without <>; the same range has the same one for ever
	To             []Recipient
}

// Recipient is who gets a mail, and what stands for the message's variables.
type Recipient struct {
	Address string
	Vars    map[string]string
}

// Outcome is what became of a request.
type Outcome interface{ outcome() }

type (
	// Accepted: Mailgun has the mails.
	Accepted struct{}
	// Limit: refused, because a request may have no more than Max recipients (0: not said).
	Limit struct{ Max int }
	// Throttled: refused for now; no request is wanted before Until (zero: not said, so it
	// is tried again soon). Reason is for the author, if it is not that Mailgun wants no more.
	Throttled struct {
		Until  time.Time
		Reason string
	}
	// Stopped: refused, and so will be everything else until somebody acts: the key is
	// wrong, the account blocked, the bill not paid. Remedy is what the author can do, if
	// that is known.
	Stopped struct{ Reason, Remedy string }
	// Failed: this request is refused for good.
	Failed struct{ Reason string }
	// BadRecipient: refused because of one recipient; the others alone would be accepted.
	BadRecipient struct{ Reason string }
	// Uncertain: nobody knows whether the mails were accepted.
	Uncertain struct{ Reason string }
)

// words are the reason, and what can be done.
func (s Stopped) words() string {
	if s.Remedy == "" {
		return s.Reason
	}
	return s.Reason + ": " + s.Remedy
}

func (Accepted) outcome()     {}
func (Limit) outcome()        {}
func (Throttled) outcome()    {}
func (Stopped) outcome()      {}
func (Failed) outcome()       {}
func (BadRecipient) outcome() {}
func (Uncertain) outcome()    {}

// Events asks Mailgun's own log.
type Events interface {
	// Accepted tells whether the log has a message (its Message-Id without <>) as accepted. Only if the answer is
	// trustworthy does its absence mean that it never arrived. ErrNoLog means that
	// there is no key to ask with.
	Accepted(ctx context.Context, domain, region, messageID string) (found, trustworthy bool, err error)
}

// ErrNoLog is the answer of Events where no key allows to read the log.
var ErrNoLog = errors.New("there is no key for Mailgun's events")
