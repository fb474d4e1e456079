// Package inbox stands in for Mailgun on a laptop: it takes messages as Mailgun's
// API does, keeps them on disk, shows them to people as their recipients would
// see them, and can be told to misbehave.
package inbox

import (
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
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
	HTTP       *http.Client // for webhooks and one-click unsubscribing; nil: one with a short timeout
}

// Server is an inbox; serve it at the root of an address.
type Server struct {
	options Options
	disk    *disk
	control *control
	mux     *http.ServeMux
	pages   *template.Template
}

// New opens the inbox in a folder, making it if need be, and reads what lies there.
func New(o Options) (*Server, error) {
	if o.Dir == "" {
		return nil, errors.New("inbox: no folder given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	d, err := openDisk(o.Dir)
	if err != nil {
		return nil, err
	}
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, disk: d, control: newControl(), mux: http.NewServeMux(), pages: pages}
	s.mux.HandleFunc("POST /v3/{domain}/messages", s.receive)
	s.mux.HandleFunc("GET /v3/{domain}/events", s.events)
	s.mux.HandleFunc("GET /v3/{domain}/events/{page}", s.events)
	s.mux.HandleFunc("GET /api/messages", s.listForPrograms)
	s.mux.HandleFunc("GET /api/messages/{id}", s.oneForPrograms)
	s.mux.HandleFunc("GET /control", s.showControl)
	s.mux.HandleFunc("POST /control", s.setControl)
	s.mux.HandleFunc("GET /{$}", s.listForPeople)
	s.mux.HandleFunc("GET /style.css", asset("style.css"))
	s.mux.HandleFunc("GET /live.js", asset("live.js"))
	s.mux.HandleFunc("GET /message/{id}", s.oneForPeople)
	s.mux.HandleFunc("GET /message/{id}/html", s.html)
	s.mux.HandleFunc("GET /message/{id}/source", s.source)
	s.mux.HandleFunc("POST /message/{id}/event", s.event)
	return s, nil
}

// ServeHTTP answers Mailgun's API, the inbox for programs and the one for people.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A foreign web page open in the same browser must not press our buttons.
	if site := r.Header.Get("Sec-Fetch-Site"); r.Method != http.MethodGet && site != "" && site != "same-origin" && site != "none" {
		http.Error(w, "not from another site", http.StatusForbidden)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// say answers in Mailgun's form.
func say(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"message": message})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	_ = out.Encode(value) // the reader may have gone
}
