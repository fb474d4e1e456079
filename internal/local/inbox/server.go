// Package inbox stands in for Mailgun on a laptop: it takes messages as Mailgun's
// API does, keeps them on disk, shows them to people as their recipients would
// see them, and can be told to misbehave.
package inbox

import (
	"errors"
	"net/http"
	"os"
	"time"
)

// Options say where an inbox keeps its mail and what it knows of the world.
type Options struct {
	Dir string           // where messages are kept
	Now func() time.Time // nil: time.Now
	// WebhookURL is where the buttons of the inbox send Mailgun's events, signed
	// with SigningKey; empty: there are no such buttons.
	WebhookURL string
	SigningKey string
	HTTP       *http.Client // for webhooks and one-click unsubscribing; nil: http.DefaultClient
}

// Server is an inbox; serve it at the root of an address.
type Server struct {
	options Options
}

// New opens the inbox in a folder, making it if need be.
func New(o Options) (*Server, error) {
	if o.Dir == "" {
		return nil, errors.New("inbox: no folder given")
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	return &Server{options: o}, nil
}

// ServeHTTP answers Mailgun's API, the inbox for programs and the one for people.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }
