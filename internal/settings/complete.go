package settings

import (
	"net/mail"
	"strings"
)

// Complete puts in what the surroundings know where the author named nothing: the
// site's address and the sending domain. Either may be empty.
func (s *Settings) Complete(url, domain string) {
	if s.URL == "" {
		s.URL = strings.TrimSuffix(url, "/")
	}
	if s.Newsletter.Domain == "" {
		s.Newsletter.Domain = domain
	}
	s.deriveFrom()
}

// deriveFrom makes a sender out of the author's name, else the site's title, and
// the sending domain.
func (s *Settings) deriveFrom() {
	if s.Newsletter.From != "" || s.Newsletter.Domain == "" {
		return
	}
	name := s.Author.Name
	if name == "" {
		name = s.Title
	}
	s.Newsletter.From = plainMailbox(&mail.Address{Name: name, Address: "newsletter@" + s.Newsletter.Domain})
}
