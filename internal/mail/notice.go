package mail

import "github.com/pennypost/pennypost/internal/settings"

// Notice is a short mail to one person: to the author about an issue, or to a
// subscriber who asked for something. It holds no variables and no unsubscribe link.
type Notice struct {
	Settings *settings.Settings
	Subject  string
	Heading  string // empty: the Subject
	Intro    []string
	Sections []Section
	Outro    []string // small print
	// ToAuthor is set on a mail to the author: it carries the site's name as its
	// sender and no postal address.
	ToAuthor bool
}

// Section is a part of a notice: one post, say, with what can be done about it.
type Section struct {
	Heading string
	URL     string // where the heading leads; empty: nowhere
	Lines   []string
	Actions []Action
}

// Action is a link shown as a button.
type Action struct {
	Label string
	URL   string
	Quiet bool // a second choice: outlined
}

// Message makes the mail.
func (n Notice) Message() (Message, error) { return Message{Subject: n.Subject}, nil }
