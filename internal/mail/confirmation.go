package mail

import "github.com/pennypost/pennypost/internal/settings"

// Confirmation asks whoever owns an address whether they meant to subscribe.
type Confirmation struct {
	Settings *settings.Settings
	URL      string   // the link that leads to the confirming button, absolute
	Cadence  string   // "each", "weekly" or "monthly": what was asked for
	Topics   []string // titles of the topics asked for; empty: all
	Days     int      // for how many days the link works; 0: not said
}

// Message makes the mail.
func (c Confirmation) Message() (Message, error) { return Message{Subject: "Confirm"}, nil }
