package mailgun

import (
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Kind is what happened to one message for one recipient.
type Kind string

const (
	EventAccepted     Kind = "accepted"     // taken by Mailgun
	EventDelivered    Kind = "delivered"    // taken by the recipient's server
	EventBounced      Kind = "bounced"      // failed for good; see Cause
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
	Code      int // SMTP status of a failed delivery, else 0
	// Cause is Mailgun's word for why a delivery failed: "bounce", "generic",
	// "espblock", "old" (given up after hours), "suppress-bounce", "suppress-complaint",
	// "suppress-unsubscribe" (on Mailgun's own lists, so not even tried).
	Cause  string
	Reason string // the same at length, without addresses
}

// wire is the part of Mailgun's JSON that is read, each field as forgiving as can be:
// an event is not to be lost because another field changed its type.
type wire struct {
	Event     string `json:"event"`
	ID        string `json:"id"`
	Timestamp loose  `json:"timestamp"`
	Recipient string `json:"recipient"`
	Severity  string `json:"severity"`
	Reason    string `json:"reason"`
	Message   struct {
		Headers struct {
			MessageID string `json:"message-id"`
		} `json:"headers"`
	} `json:"message"`
	Status struct {
		Code        loose  `json:"code"`
		Message     string `json:"message"`
		Description string `json:"description"`
	} `json:"delivery-status"`
	Reject struct {
		Reason      string `json:"reason"`
		Description string `json:"description"`
	} `json:"reject"`
}

// loose is a number that may come as text.
type loose float64

func (l *loose) UnmarshalJSON(text []byte) error {
	var n json.Number
	trimmed := strings.Trim(string(text), `"`)
	if err := json.Unmarshal([]byte(trimmed), &n); err != nil {
		return nil // not a number at all: as if it were absent
	}
	if f, err := n.Float64(); err == nil {
		*l = loose(f)
	}
	return nil
}

// decode reads one event.
func decode(text []byte) (Event, error) {
	var w wire
	if err := json.Unmarshal(text, &w); err != nil {
		return Event{}, err
	}
	e := Event{
		ID: w.ID, Recipient: w.Recipient, Kind: kind(w.Event, w.Severity, w.Reason),
		MessageID: strings.Trim(w.Message.Headers.MessageID, "<> "),
		At:        moment(float64(w.Timestamp)),
	}
	if code := float64(w.Status.Code); code > 0 && code < 1000 {
		e.Code = int(code)
	}
	switch e.Kind {
	case EventBounced, EventDelayed, EventRejected, EventComplained, EventUnsubscribed:
		e.Cause = tidy(first(w.Reason, w.Reject.Reason))
		e.Reason = tidy(first(w.Status.Description, w.Status.Message, w.Reject.Description, e.Cause))
	}
	return e, nil
}

func kind(event, severity, cause string) Kind {
	switch event {
	case "failed":
		switch {
		case severity == "temporary":
			return EventDelayed
		case cause == "suppress-unsubscribe":
			return EventUnsubscribed
		case cause == "suppress-complaint":
			return EventComplained
		}
		return EventBounced
	case "accepted", "delivered", "rejected", "complained", "unsubscribed":
		return Kind(event)
	}
	return EventOther
}

// moment is Mailgun's time, seconds with a fraction since 1970; zero if it is none.
func moment(seconds float64) time.Time {
	if !(seconds > 0 && seconds < 1<<40) {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1e3).UTC()
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
