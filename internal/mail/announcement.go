package mail

import (
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// Announcement is the mail that brings one post, whole if it fits.
type Announcement struct {
	Settings *settings.Settings // URL must be set: the links need it
	URL      string             // of the post, absolute
	Post     *post.Post
	Entry    *catalog.Entry // the same post in the catalog
	Resolver post.Resolver  // with absolute answers
	// Why says why the reader gets this, as a sentence. Empty: because they
	// subscribed to each new post.
	Why string
}

// Message makes the mail.
func (a Announcement) Message() (Message, error) {
	return Message{Subject: a.Entry.Title, Text: a.Post.Text(a.Resolver), HTML: a.Post.HTML(a.Resolver)}, nil
}
