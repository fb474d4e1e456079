package inbox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// receive is POST /v3/{domain}/messages.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) {
	if _, key, ok := r.BasicAuth(); !ok || key == "" {
		http.Error(w, "Forbidden", http.StatusUnauthorized)
		return
	}
	q, err := readForm(w, r)
	if err == nil {
		err = s.control.allows(len(q.To), s.options.Now())
	}
	if err != nil {
		var no *refusal
		if !errors.As(err, &no) {
			no = &refusal{http.StatusBadRequest, err.Error()}
		}
		s.control.count(refused)
		say(w, no.status, no.words)
		return
	}
	todo := s.control.step(s.options.Now())
	if !todo.accepts() {
		s.control.count(refused)
		todo.answer(w, r, "")
		return
	}
	q.Received = s.options.Now().UTC()
	q.MessageID = messageID(q)
	if err := s.disk.store(q); err != nil {
		slog.Error("inbox: cannot store a message", "error", err)
		say(w, http.StatusInternalServerError, "cannot store the message")
		return
	}
	s.control.accepted(len(q.To), q.Received)
	if todo.lies() {
		s.control.count(lied)
	}
	todo.answer(w, r, q.MessageID)
}

// messageID is the sender's, if it has the right form, else one of ours.
func messageID(q *request) string {
	for name, value := range q.Headers {
		if strings.EqualFold(name, "Message-Id") {
			id := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(value), "<"), ">")
			local, domain, found := strings.Cut(id, "@")
			if found && local != "" && domain != "" && !strings.ContainsAny(id, "<> ") {
				return id
			}
		}
	}
	return fmt.Sprintf("%s.%s@%s", q.Received.Format("20060102150405"), strings.ToLower(rand.Text()[:16]), q.Domain)
}
