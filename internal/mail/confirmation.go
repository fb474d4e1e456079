package mail

import (
	"fmt"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// Confirmation asks whoever owns an address whether they meant to subscribe.
type Confirmation struct {
	Settings *settings.Settings
	URL      string   // the link that leads to the confirming button, absolute
	Cadence  string   // "each", "weekly" or "monthly": what was asked for
	Topics   []string // titles of the topics asked for; empty: all
	Days     int      // for how many days the link works; 0: not said
}

// Message makes the mail.
func (c Confirmation) Message() (Message, error) {
	title := line(c.Settings.Title)
	ends := "The link leads to a page where you confirm it."
	if c.Days > 0 {
		ends += fmt.Sprintf(" It works for %d days.", c.Days)
	}
	return Notice{
		Settings: c.Settings,
		Subject:  "Please confirm: mail from " + title,
		Heading:  "One click, and it is settled",
		Intro: []string{
			"Somebody, most likely you, asked for " + c.what() + " from " + title + " at this address.",
			ends,
		},
		Sections: []Section{{Actions: []Action{{Label: "Yes, send it to me", URL: c.URL}}}},
		Outro:    []string{"It was not you? Then do nothing: without that click no more mail comes."},
	}.Message()
}

// what is what was asked for, in words.
func (c Confirmation) what() string {
	what := "each new post"
	switch c.Cadence {
	case "weekly":
		what = "a digest each week"
	case "monthly":
		what = "a digest each month"
	}
	if len(c.Topics) > 0 {
		what += " (" + line(strings.Join(c.Topics, ", ")) + ")"
	}
	return what
}
