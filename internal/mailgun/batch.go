package mailgun

import (
	"fmt"
	"net/mail"
	"strings"

	letter "github.com/pennypost/pennypost/internal/mail"
)

// Mailgun's own bounds, from its documentation.
const (
	maxRecipients = 1000
	maxOptions    = 16 << 10 // o:, h:, v: and t: fields together, bytes
)

// Batch is one message to up to 1,000 recipients in one request.
type Batch struct {
	Message letter.Message
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

// check finds what Mailgun would refuse, or worse, misunderstand.
func (b Batch) check() error {
	refused := func(format string, args ...any) error {
		return &RefusedError{Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case len(b.To) == 0:
		return refused("the batch names no recipient")
	case len(b.To) > maxRecipients:
		return &LimitError{Max: maxRecipients}
	case !validMessageID(b.MessageID):
		return refused("the message id is not of the form id@domain")
	case b.Message.From == "" || b.Message.Subject == "" || b.Message.Text == "" && b.Message.HTML == "":
		return refused("the message lacks its sender, subject or body")
	}
	size := len(b.MessageID) + len(b.Message.ReplyTo)
	for name, value := range b.Message.Headers {
		if strings.ContainsAny(name+value, "\r\n") {
			return refused("the header %q holds a line break", strings.TrimSpace(name))
		}
		size += len("h:") + len(name) + len(value)
	}
	if strings.ContainsAny(b.Message.Subject+b.Message.From+b.Message.ReplyTo, "\r\n") {
		return refused("subject or sender holds a line break")
	}
	if size > maxOptions-1024 { // the rest is for the options mailgun-go adds
		return &TooLargeError{Reason: "its headers take more than 15 KB"}
	}
	seen := make(map[string]bool, len(b.To))
	for i, to := range b.To {
		if !bare(to.Address) {
			return &RefusedError{Reason: fmt.Sprintf("recipient %d of %d is not a mail address", i+1, len(b.To)), BadRecipient: true}
		}
		if seen[to.Address] {
			return refused("recipient %d of %d stands in the batch twice", i+1, len(b.To))
		}
		seen[to.Address] = true
	}
	return nil
}

// bare tells whether the text is one address and nothing else: with a name
// beside it, Mailgun would not find its variables, and without them every
// recipient would see all the others.
func bare(address string) bool {
	a, err := mail.ParseAddress(address)
	return err == nil && a.Name == "" && a.Address == address
}

// validMessageID tells whether Mailgun will keep an id rather than make its own.
func validMessageID(id string) bool {
	local, domain, found := strings.Cut(id, "@")
	return found && local != "" && domain != "" && !strings.ContainsAny(id, "<> \t\r\n\"") && !strings.Contains(domain, "@")
}
