package inbox

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
)

// copyID names what one recipient got.
func copyID(seq int64, n int) string { return fmt.Sprintf("%d-%d", seq, n) }

func parseCopyID(id string) (seq int64, n int, ok bool) {
	first, second, found := strings.Cut(id, "-")
	seq, err1 := strconv.ParseInt(first, 10, 64)
	n, err2 := strconv.Atoi(second)
	return seq, n, found && err1 == nil && err2 == nil && seq > 0 && n >= 0
}

// listForPrograms is GET /api/messages: every copy, newest first, one at a time,
// so that a hundred thousand need no more memory than one. ?to=ADDRESS takes
// those of one recipient, ?limit=N the first N.
func (s *Server) listForPrograms(w http.ResponseWriter, r *http.Request) {
	limit := -1
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			say(w, http.StatusBadRequest, "limit is not a number")
			return
		}
		limit = n
	}
	to := strings.ToLower(r.URL.Query().Get("to"))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	before := "["
	err := s.each(to, func(m Message) bool {
		if limit == 0 {
			return false
		}
		limit--
		if _, err := io.WriteString(w, before); err != nil {
			return false
		}
		before = ","
		return out.Encode(m) == nil
	})
	if err != nil {
		slog.Error("inbox: cannot read a message", "error", err)
		if before == "[" {
			say(w, http.StatusInternalServerError, "cannot read the messages")
			return
		}
		panic(http.ErrAbortHandler) // half a list must not look like a whole one
	}
	if before == "[" {
		_, _ = io.WriteString(w, before)
	}
	_, _ = io.WriteString(w, "]\n")
}

// each hands over every copy to an address (empty: to anybody), newest first,
// until told to stop.
func (s *Server) each(to string, yield func(Message) bool) error {
	for _, e := range s.disk.newest() {
		if to != "" && !strings.Contains("\n"+e.to, "\n"+to+"\n") {
			continue
		}
		q, err := s.disk.whole(e.seq)
		if err != nil {
			return err
		}
		if q == nil { // somebody tidied up by hand
			continue
		}
		all := q.copies()
		for n := range q.To {
			if to != "" && !strings.EqualFold(q.To[n].Address, to) {
				continue
			}
			if !yield(all.of(n)) {
				return nil
			}
		}
	}
	return nil
}

// find is the copy that the path names; nil after it has answered 404.
func (s *Server) find(w http.ResponseWriter, r *http.Request) (*request, int) {
	if seq, n, ok := parseCopyID(r.PathValue("id")); ok {
		q, err := s.disk.whole(seq)
		if err != nil {
			slog.Error("inbox: cannot read a message", "error", err)
			http.Error(w, "cannot read the message", http.StatusInternalServerError)
			return nil, 0
		}
		if q != nil && n < len(q.To) {
			return q, n
		}
	}
	http.NotFound(w, r)
	return nil, 0
}

// oneForPrograms is GET /api/messages/{id}.
func (s *Server) oneForPrograms(w http.ResponseWriter, r *http.Request) {
	if q, n := s.find(w, r); q != nil {
		writeJSON(w, http.StatusOK, q.copyFor(n))
	}
}
