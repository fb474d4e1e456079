package mailgun_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/mailgun"
)

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// raw is a server that reads each request whole and answers with given bytes.
type raw struct {
	net.Listener
	requests atomic.Int32
	last     atomic.Pointer[http.Request]
	body     atomic.Pointer[string]
}

func answering(t *testing.T, answer string) *raw {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &raw{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn, answer)
		}
	}()
	return s
}

func (s *raw) serve(conn net.Conn, answer string) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	body, _ := io.ReadAll(r.Body)
	text := string(body)
	s.requests.Add(1)
	s.last.Store(r)
	s.body.Store(&text)
	if answer == "silence" {
		time.Sleep(2 * time.Second)
		return
	}
	_, _ = io.WriteString(conn, answer)
}

func (s *raw) client() *mailgun.Client {
	return mailgun.New(mailgun.Config{
		Base: "http://" + s.Addr().String(), Domain: "mg.example.org", Key: "key", EventsKey: "reader",
		Now: func() time.Time { return testNow },
	})
}

// says is a whole HTTP answer with Mailgun's form of a message.
func says(status int, message string) string {
	return full(status, "application/json", fmt.Sprintf(`{"message":%q}`, message))
}

func full(status int, kind, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, kind, len(body), body)
}

func batch(n int) mailgun.Batch {
	b := mailgun.Batch{
		MessageID: "post-1.0-0@mg.example.org",
		Message:   mail.Message{From: "Ann <ann@example.org>", Subject: "Hello", Text: "text", HTML: "<p>html"},
	}
	for i := range n {
		b.To = append(b.To, mailgun.Recipient{Address: fmt.Sprintf("r%d@example.com", i), Vars: map[string]string{"t": fmt.Sprint("token", i)}})
	}
	return b
}

func TestOutcomes(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	const retryHeader = "HTTP/1.1 429 X\r\nRetry-After: 90\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	throttled := func(until, why string) error {
		e := &mailgun.ThrottledError{Reason: why}
		if until != "" {
			e.Until = at(until)
		}
		return e
	}
	hourly := "Domain mg.example.org is not allowed to send: recipient limit exceeded, try again after Mon, 23 Nov 2026 12:40:01 UTC"
	for _, c := range []struct {
		name, answer string
		n            int
		want         error
	}{
		{"200", full(200, "application/json", `{"id":"<post-1.0-0@mg.example.org>","message":"Queued. Thank you."}`), 2, nil},
		{"200 not JSON", full(200, "text/html", "<html>Welcome to the hotel"), 2, &mailgun.UncertainError{Reason: "invalid character '<' looking for beginning of value"}},
		{"200 without an id", full(200, "application/json", `{}`), 2, &mailgun.UncertainError{Status: 200, Reason: "the answer names no message"}},
		{"cut in the body", "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"id\":\"<po", 2, &mailgun.UncertainError{Reason: "unexpected EOF"}},
		{"cut before the answer", "", 2, &mailgun.UncertainError{Reason: "EOF"}},
		{"silence", "silence", 2, &mailgun.UncertainError{Reason: "it took too long"}},
		{"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", 2, &mailgun.UncertainError{Reason: "malformed HTTP response \"SSH-2.0-OpenSSH_9.2\""}},
		{"400 limit after a semicolon", says(400, "Too many recipients; max is 10"), 25, &mailgun.LimitError{Max: 10}},
		{"400 limit after a comma", says(400, "Too many recipients, max is 500"), 1000, &mailgun.LimitError{Max: 500}},
		{"400 limit on probation", says(400, "Rejected: Only 10 recipients per request is allowed on probation."), 25, &mailgun.LimitError{Max: 10}},
		{"400 limit in thousands", says(400, "The maximum number of recipients is 1,000"), 1000, &mailgun.LimitError{Max: 500}},
		{"400 limit without a number", says(400, "Too Many Recipients"), 9, &mailgun.LimitError{Max: 4}},
		{"400 limit for one", says(400, "Too many recipients; max is 10"), 1, &mailgun.RefusedError{Status: 400, Reason: "Too many recipients; max is 10"}},
		{"400 address", says(400, "'to' parameter is not a valid address. please check documentation"), 2,
			&mailgun.RefusedError{Status: 400, Reason: "'to' parameter is not a valid address. please check documentation", BadRecipient: true}},
		{"400 with an address", says(400, `from "Ann" <ann@example.org> or %61nn%40example.org is not yours`), 2,
			&mailgun.RefusedError{Status: 400, Reason: `from "Ann" <[address]> or [address] is not yours`}},
		{"401", full(401, "text/plain", "Forbidden"), 2, &mailgun.AuthError{Status: 401, Reason: "Forbidden"}},
		{"402", says(402, "Payment required"), 2, &mailgun.AuthError{Status: 402, Reason: "Payment required"}},
		{"403", says(403, "Domain mg.example.org is not allowed to send: Please activate your Mailgun account."), 2,
			&mailgun.AuthError{Status: 403, Reason: "Domain mg.example.org is not allowed to send: Please activate your Mailgun account."}},
		{"404", says(404, "Domain not found: mg.example.org"), 2, &mailgun.AuthError{Status: 404, Reason: "Domain not found: mg.example.org"}},
		{"413", full(413, "text/html", "<html><h1>413 Request Entity Too Large</h1>"), 2, &mailgun.TooLargeError{Reason: "Request Entity Too Large"}},
		{"420", says(420, hourly), 2, throttled("2026-11-23T12:40:01Z", hourly)},
		{"403 that means 420", says(403, hourly), 2, throttled("2026-11-23T12:40:01Z", hourly)},
		{"429 offset", says(429, "limit exceeded, try again after Mon, 23 Nov 2026 13:40:01 +0100"), 2, throttled("2026-11-23T12:40:01Z", "limit exceeded, try again after Mon, 23 Nov 2026 13:40:01 +0100")},
		{"429 RFC 3339", says(429, "Slow down until 2026-11-23T12:30:00Z."), 2, throttled("2026-11-23T12:30:00Z", "Slow down until 2026-11-23T12:30:00Z.")},
		{"429 SQL", says(429, "quota resets at 2026-11-23 12:30:00 UTC"), 2, throttled("2026-11-23T12:30:00Z", "quota resets at 2026-11-23 12:30:00 UTC")},
		{"429 minutes", says(429, "Too many requests. Try again in 20 minutes"), 2, throttled("2026-11-23T12:20:00Z", "Too many requests. Try again in 20 minutes")},
		{"429 seconds", says(429, "Try again in 92 seconds."), 2, throttled("2026-11-23T12:01:32Z", "Try again in 92 seconds.")},
		{"429 an hour", says(429, "Wait for an hour."), 2, throttled("2026-11-23T13:00:00Z", "Wait for an hour.")},
		{"429 header", retryHeader, 2, throttled("2026-11-23T12:01:30Z", "Too Many Requests")},
		{"429 no time", says(429, "You have sent 100 messages this hour"), 2, throttled("", "You have sent 100 messages this hour")},
		{"429 absurd year", says(429, "try again after Mon, 23 Nov 2926 12:40:01 UTC"), 2, throttled("2026-12-24T12:00:00Z", "try again after Mon, 23 Nov 2926 12:40:01 UTC")},
		{"429 overflow", says(429, "try again in 99999999999999999 days"), 2, throttled("2026-12-24T12:00:00Z", "try again in 99999999999999999 days")},
		{"301", "HTTP/1.1 301 X\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 2, &mailgun.RefusedError{Status: 301, Reason: "Moved Permanently"}},
		{"307 is not followed", "HTTP/1.1 307 X\r\nLocation: /v3/mg.example.org/messages\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 2, &mailgun.RefusedError{Status: 307, Reason: "Temporary Redirect"}},
		{"408", full(408, "text/plain", ""), 2, &mailgun.UncertainError{Status: 408, Reason: "Request Timeout"}},
		{"500", says(500, "Internal Server Error"), 2, &mailgun.UncertainError{Status: 500, Reason: "Internal Server Error"}},
		{"502 page", full(502, "text/html", "<html>bad gateway"), 2, &mailgun.UncertainError{Status: 502, Reason: "Bad Gateway"}},
		{"503 long", full(503, "text/plain", strings.Repeat("ä", 400)), 2, &mailgun.UncertainError{Status: 503, Reason: strings.Repeat("ä", 150) + "…"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := answering(t, c.answer)
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			accepted, err := s.client().Send(ctx, batch(c.n))
			if !reflect.DeepEqual(err, c.want) {
				t.Errorf("error\n%#v, want\n%#v", err, c.want)
			}
			if c.want == nil && accepted.ID != "post-1.0-0@mg.example.org" {
				t.Errorf("id %q", accepted.ID)
			}
			if err != nil && strings.Contains(err.Error(), "@") {
				t.Errorf("an address stands in %q", err)
			}
			if n := s.requests.Load(); n != 1 {
				t.Errorf("%d requests, want exactly 1", n)
			}
		})
	}
}

// A connection that cannot be made is not uncertain: nothing went out.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()
	for _, base := range []string{closed, "http://mailgun.invalid"} {
		c := mailgun.New(mailgun.Config{Base: base, Domain: "mg.example.org", Key: "key"})
		_, err := c.Send(context.Background(), batch(1))
		if e := new(mailgun.UnsentError); !errors.As(err, &e) {
			t.Errorf("%s: %#v, want an UnsentError", base, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = mailgun.New(mailgun.Config{Base: closed, Domain: "mg.example.org", Key: "key"}).Send(ctx, batch(1))
	if e := new(mailgun.UnsentError); !errors.As(err, &e) || e.Reason != "it was called off" {
		t.Errorf("cancelled: %#v", err)
	}
}
