package inbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// window is which part of the log is asked for.
type window struct {
	MessageID string `json:"m,omitempty"`
	Limit     int    `json:"l"`
	Offset    int    `json:"o"`
}

// events is GET /v3/{domain}/events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	if _, key, ok := r.BasicAuth(); !ok || key == "" {
		http.Error(w, "Forbidden", http.StatusUnauthorized)
		return
	}
	s.control.mu.Lock()
	mode := s.control.log
	s.control.mu.Unlock()
	if status, err := strconv.Atoi(mode); err == nil {
		say(w, status, http.StatusText(status))
		return
	}
	ask, err := asked(r)
	if err != nil {
		say(w, http.StatusBadRequest, err.Error())
		return
	}
	items := []any{}
	if mode != "empty" {
		if items, err = s.log(r.PathValue("domain"), ask); err != nil {
			say(w, http.StatusInternalServerError, err.Error())
			return
		}
	}
	next := ask
	next.Offset += len(items)
	link := func(p window) string {
		token, _ := json.Marshal(p)
		return "http://" + r.Host + "/v3/" + r.PathValue("domain") + "/events/" + base64.RawURLEncoding.EncodeToString(token)
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"items":  items,
		"paging": map[string]string{"first": link(window{ask.MessageID, ask.Limit, 0}), "next": link(next)},
	})
}

func asked(r *http.Request) (window, error) {
	ask := window{Limit: 100}
	if page := r.PathValue("page"); page != "" {
		token, err := base64.RawURLEncoding.DecodeString(page)
		if err == nil {
			err = json.Unmarshal(token, &ask)
		}
		if err != nil || ask.Limit < 1 || ask.Offset < 0 {
			return ask, fmt.Errorf("no such page")
		}
		return ask, nil
	}
	ask.MessageID = strings.Trim(r.URL.Query().Get("message-id"), "<> ")
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return ask, fmt.Errorf("limit is not a number")
		}
		ask.Limit = min(n, 300)
	}
	return ask, nil
}

// log is a part of the domain's events, newest first: for each recipient of each
// message that it was delivered and accepted, and before that what the buttons did.
func (s *Server) log(domain string, ask window) ([]any, error) {
	items := []any{}
	skip := ask.Offset
	for _, e := range s.disk.about(ask.MessageID) {
		if len(items) >= ask.Limit {
			break
		}
		if e.domain != domain {
			continue
		}
		extra := s.disk.happenedTo(e.seq)
		total := len(extra) + 2*e.n
		if skip >= total {
			skip -= total
			continue
		}
		q, err := s.disk.read(e.seq)
		if err != nil {
			return nil, err
		}
		slices.Reverse(extra)
		for i := skip; i < total && len(items) < ask.Limit; i++ {
			switch rest := i - len(extra); {
			case rest < 0:
				items = append(items, logLine(q, extra[i].N, extra[i].Kind, extra[i].At))
			case rest < e.n:
				items = append(items, logLine(q, rest, "delivered", q.Received))
			default:
				items = append(items, logLine(q, rest-e.n, "accepted", q.Received))
			}
		}
		skip = 0
	}
	return items, nil
}

// logLine is one event in Mailgun's form; kind is Mailgun's, or "bounce".
func logLine(q *request, n int, kind string, at time.Time) map[string]any {
	to := q.To[n].Address
	_, domain, _ := strings.Cut(to, "@")
	line := map[string]any{
		"event": kind, "id": fmt.Sprintf("%s-%s-%d", copyID(q.Seq, n), kind, at.UnixNano()),
		"timestamp": float64(at.UnixMicro()) / 1e6, "log-level": "info",
		"recipient": to, "recipient-domain": domain, "tags": q.Options["o:tag"], "user-variables": q.Variables,
		"envelope": map[string]any{"sender": bare(q.From), "targets": to, "transport": "smtp"},
		"flags":    map[string]bool{"is-authenticated": true, "is-test-mode": slices.Contains(q.Options["o:testmode"], "yes")},
		"message": map[string]any{
			"headers":     map[string]string{"to": to, "from": q.From, "subject": q.Subject, "message-id": q.MessageID},
			"attachments": []any{}, "size": len(q.text) + len(q.html),
		},
	}
	switch kind {
	case "delivered":
		line["delivery-status"] = map[string]any{"code": 250, "message": "OK", "attempt-no": 1}
	case "bounce":
		line["event"], line["severity"], line["reason"], line["log-level"] = "failed", "permanent", "bounce", "error"
		line["delivery-status"] = map[string]any{"code": 550, "message": "5.1.1 The account does not exist", "attempt-no": 1}
	}
	return line
}
