package mail

import (
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// The kinds of a digest.
const (
	Weekly  = "weekly"
	Monthly = "monthly"
)

// Digest is the mail that brings a week's or a month's posts as summaries.
type Digest struct {
	Settings *settings.Settings // URL must be set
	Kind     string             // Weekly or Monthly
	// Period is what the digest covers, in words: "16–22 November 2026", "November 2026".
	Period string
	Items  []Item // newest first; at least one
	Why    string // as in Announcement
}

// Item is one post of a digest.
type Item struct {
	Entry *catalog.Entry
	URL   string        // absolute
	Image *post.Picture // with absolute URLs; nil: none. For a book review its cover.
}

// Message makes the mail.
func (d Digest) Message() (Message, error) { return Message{Subject: d.Period}, nil }
