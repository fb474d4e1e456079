package mailgun

import (
	"context"
	"time"
)

// Kind is what happened to one message for one recipient.
type Kind string

const (
	EventAccepted     Kind = "accepted"     // taken by Mailgun
	EventDelivered    Kind = "delivered"    // taken by the recipient's server
	EventBounced      Kind = "bounced"      // failed for good: do not mail again
	EventDelayed      Kind = "delayed"      // failed for now; Mailgun goes on trying
	EventRejected     Kind = "rejected"     // Mailgun would not send it
	EventComplained   Kind = "complained"   // called spam by the recipient
	EventUnsubscribed Kind = "unsubscribed" // through Mailgun's own link
	EventOther        Kind = "other"        // opened, clicked, stored and what Mailgun may invent
)

// Event is one line of Mailgun's log.
type Event struct {
	ID        string // Mailgun's, unique within a day
	Kind      Kind
	Recipient string // bare address, empty if the event names none
	MessageID string // without angle brackets
	At        time.Time
	Code      int    // SMTP status of a failed delivery, else 0
	Reason    string // why it failed, without addresses
}

// Events reads all of Mailgun's log about a message id, newest first, with the
// events key.
func (c *Client) Events(ctx context.Context, messageID string) ([]Event, error) { return nil, nil }

// Found tells whether Mailgun's log knows a message id at all. "No" can be
// trusted only about half an hour after the attempt, and only for about a day.
func (c *Client) Found(ctx context.Context, messageID string) (bool, error) { return false, nil }
