package mailgun_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/pennypost/pennypost/internal/mailgun"
)

func logged(kind, to string) string {
	return fmt.Sprintf(`{"event":%q,"id":"x","timestamp":1795000000.5,"recipient":%q,"message":{"headers":{"message-id":"m@d"}}}`, kind, to)
}

func TestEventsArePaged(t *testing.T) {
	var keys, asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, key, _ := r.BasicAuth()
		keys = append(keys, key)
		asked = append(asked, r.URL.Query().Get("message-id"))
		switch r.URL.Path {
		case "/v3/d/events":
			// Wherever the link says: the key must come back here.
			fmt.Fprintf(w, `{"items":[%s,%s],"paging":{"next":"https://elsewhere.example/v3/d/events/two"}}`, logged("delivered", "a@b"), logged("brand-new", "a@b"))
		case "/v3/d/events/two":
			fmt.Fprintf(w, `{"items":[%s],"paging":{"next":"https://elsewhere.example/v3/d/events/three"}}`, logged("accepted", "a@b"))
		default:
			fmt.Fprint(w, `{"items":[],"paging":{"next":"x"}}`)
		}
	}))
	defer s.Close()
	c := mailgun.New(mailgun.Config{Base: s.URL, Domain: "d", EventsKey: "reader"})
	events, err := c.Events(context.Background(), "m@d")
	if err != nil {
		t.Fatal(err)
	}
	var kinds string
	for _, e := range events {
		kinds += string(e.Kind) + " "
	}
	if kinds != "delivered other accepted " {
		t.Errorf("events %s", kinds)
	}
	if asked[0] != "m@d" {
		t.Errorf("asked for %q", asked)
	}
	if fmt.Sprint(keys) != "[reader reader reader]" {
		t.Errorf("keys %v", keys)
	}
	if found, err := c.Found(context.Background(), "m@d"); !found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := c.Found(context.Background(), "other@d"); !errors.As(err, new(*mailgun.UncertainError)) {
		t.Errorf("a log that ignores the filter: %v", err)
	}
}

func TestLogFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		want         any
	}{
		{"401", full(401, "text/plain", "Forbidden"), new(*mailgun.AuthError)},
		{"403", says(403, "this key cannot read"), new(*mailgun.AuthError)},
		{"429", says(429, "slow down"), new(*mailgun.ThrottledError)},
		{"500", says(500, "oops"), new(*mailgun.UncertainError)},
		{"not JSON", full(200, "text/html", "<html>"), new(*mailgun.UncertainError)},
		{"no items", full(200, "application/json", "{}"), new(*mailgun.UncertainError)},
		{"cut", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", new(*mailgun.UncertainError)},
	} {
		_, err := answering(t, c.answer).client().Found(context.Background(), "m@d")
		if !errors.As(err, c.want) {
			t.Errorf("%s: %#v, want %T", c.name, err, c.want)
		}
	}
	none := mailgun.New(mailgun.Config{Domain: "d", Key: "sender"})
	if _, err := none.Found(context.Background(), "m@d"); !errors.As(err, new(*mailgun.AuthError)) {
		t.Errorf("no key for the log: %v", err)
	}
}
