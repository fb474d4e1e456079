package inbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// event is POST /message/{id}/event: a button makes happen what would happen in
// the world, `kind` = delivered, bounce, complained or one-click.
func (s *Server) event(w http.ResponseWriter, r *http.Request) {
	q, n := s.find(w, r)
	if q == nil {
		return
	}
	kind := r.PostFormValue("kind")
	var err error
	switch kind {
	case "one-click":
		err = s.unsubscribe(r, oneClick(q.copyFor(n)))
	case "delivered", "bounce", "complained":
		err = s.hook(r, q, n, kind)
	default:
		http.Error(w, "no such event", http.StatusBadRequest)
		return
	}
	back := url.Values{"done": {kind}}
	if err != nil {
		back = url.Values{"failed": {err.Error()}}
	}
	http.Redirect(w, r, "/message/"+copyID(q.Seq, n)+"?"+back.Encode(), http.StatusSeeOther)
}

// oneClick is the address that RFC 8058 posts to; empty if the message has none.
func oneClick(m Message) string {
	if !strings.EqualFold(m.Headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click") {
		return ""
	}
	for part := range strings.SplitSeq(m.Headers["List-Unsubscribe"], ",") {
		link := strings.Trim(strings.TrimSpace(part), "<>")
		if strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") {
			return link
		}
	}
	return ""
}

func (s *Server) unsubscribe(r *http.Request, link string) error {
	if link == "" {
		return errors.New("this message has no one-click header")
	}
	body := strings.NewReader("List-Unsubscribe=One-Click")
	return s.post(r, link, "application/x-www-form-urlencoded", body)
}

// hook keeps the event and tells it to the webhook, signed as Mailgun does.
func (s *Server) hook(r *http.Request, q *request, n int, kind string) error {
	if s.options.WebhookURL == "" {
		return errors.New("no webhook is set")
	}
	now := s.options.Now().UTC()
	if err := s.disk.record(happened{q.Seq, n, kind, now}); err != nil {
		return err
	}
	stamp, token := strconv.FormatInt(now.Unix(), 10), (rand.Text() + rand.Text())[:50]
	mac := hmac.New(sha256.New, []byte(s.options.SigningKey))
	mac.Write([]byte(stamp + token))
	body, err := json.Marshal(map[string]any{
		"signature":  map[string]string{"timestamp": stamp, "token": token, "signature": hex.EncodeToString(mac.Sum(nil))},
		"event-data": logLine(q, n, kind, now),
	})
	if err != nil {
		return err
	}
	return s.post(r, s.options.WebhookURL, "application/json", bytes.NewReader(body))
}

func (s *Server) post(r *http.Request, to, contentType string, body io.Reader) error {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, to, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := s.options.HTTP.Do(req)
	if err != nil {
		return errors.New("nobody answers there")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it was answered %d", resp.StatusCode)
	}
	return nil
}
