package mailgun_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	api "github.com/mailgun/mailgun-go/v4"

	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/mailgun/mailguntest"
)

const hookURL = "https://blog.example/webhooks/mailgun"

// TestAgainstMailgunsOwnMock: the server that mailgun-go's own tests talk to.
func TestAgainstMailgunsOwnMock(t *testing.T) {
	mock := api.NewMockServer()
	defer mock.Stop()
	c := mailgun.New(mailgun.Config{Base: strings.TrimSuffix(mock.URL(), "/v3"), Domain: "mailgun.test", Key: "any"})
	for _, verify := range []bool{false, true} {
		d, err := c.Domain(t.Context(), verify)
		if err != nil {
			t.Fatal(err)
		}
		if d.State != "active" || len(d.Records) != 5 {
			t.Errorf("got %+v", d)
		}
		spf := mailgun.Record{Type: "TXT", Name: "domain.com", Value: "v=spf1 include:mailgun.org ~all", Valid: true, Sending: true}
		mx := mailgun.Record{Type: "MX", Name: "mailgun.test", Value: "mxa.mailgun.org", Priority: "10", Valid: true}
		if !slices.Contains(d.Records, spf) || !slices.Contains(d.Records, mx) {
			t.Errorf("records %+v", d.Records)
		}
	}
	changed, err := c.PointHooks(t.Context(), hookURL)
	if err != nil || !slices.Equal(changed, mailgun.Hooks) {
		t.Errorf("changed %v, %v", changed, err)
	}
	changed, err = c.PointHooks(t.Context(), hookURL)
	if err != nil || len(changed) != 0 {
		t.Errorf("a second time changed %v, %v", changed, err)
	}
	missing, err := c.MissingHooks(t.Context(), hookURL+"/elsewhere")
	if err != nil || !slices.Equal(missing, mailgun.Hooks) {
		t.Errorf("missing %v, %v", missing, err)
	}
}

// taker is what takes messages and tells the log of an account.
func taker(t *testing.T) http.Handler {
	t.Helper()
	server, err := inbox.New(inbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func TestHooksOfOthersStay(t *testing.T) {
	a := mailguntest.New("mg.example.org", taker(t))
	a.Hooks = map[string][]string{"complained": {"https://other.example/1"}}
	server := httptest.NewServer(a)
	defer server.Close()
	c := mailgun.New(mailgun.Config{Base: server.URL, Domain: "mg.example.org", Key: "the-account-key"})
	if _, err := c.PointHooks(t.Context(), hookURL); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"complained": {"https://other.example/1", hookURL}, "permanent_fail": {hookURL}, "unsubscribed": {hookURL},
	}
	if !reflect.DeepEqual(a.Hooks, want) {
		t.Errorf("webhooks are %v", a.Hooks)
	}
	a.Hooks["unsubscribed"] = []string{"https://a.example/", "https://b.example/", "https://c.example/"}
	if _, err := c.PointHooks(t.Context(), hookURL); err == nil || !strings.Contains(err.Error(), "unsubscribed") {
		t.Errorf("a full webhook: %v", err)
	}
}

func TestKeys(t *testing.T) {
	a := mailguntest.New("mg.example.org", taker(t))
	server := httptest.NewServer(a)
	defer server.Close()
	with := func(key, events string) *mailgun.Client {
		return mailgun.New(mailgun.Config{Base: server.URL, Domain: "mg.example.org", Key: key, EventsKey: events})
	}
	account := with("the-account-key", "")
	sending, err := account.NewSendingKey(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	reading, err := account.NewReadingKey(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	if key, err := account.SigningKey(t.Context()); err != nil || key != "the-signing-key" {
		t.Errorf("signing key %q, %v", key, err)
	}
	if err := with(sending, reading).TrySending(t.Context()); err != nil {
		t.Errorf("the sending key does not send: %v", err)
	}
	if err := with(sending, reading).TryLog(t.Context()); err != nil {
		t.Errorf("the events key does not read: %v", err)
	}
	var auth *mailgun.AuthError
	if err := with("nonsense", "").TrySending(t.Context()); !errors.As(err, &auth) {
		t.Errorf("a wrong key sends: %v", err)
	}
	if err := with("", sending).TryLog(t.Context()); !errors.As(err, &auth) {
		t.Errorf("a sending key reads the log: %v", err)
	}
	if err := with("", "").TrySending(t.Context()); !errors.As(err, &auth) {
		t.Errorf("no key sends: %v", err)
	}
	if _, err := with(sending, "").SigningKey(t.Context()); !errors.As(err, &auth) {
		t.Errorf("a sending key reads the signing key: %v", err)
	}
	if _, err := with("the-account-key", "").Domain(t.Context(), false); err != nil {
		t.Error(err)
	}
}
