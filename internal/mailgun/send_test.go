package mailgun_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/mailgun"
)

func TestWhatIsSent(t *testing.T) {
	s := answering(t, full(200, "application/json", `{"id":"<x@y>","message":"Queued. Thank you."}`))
	b := batch(3)
	b.Message.ReplyTo = "Ann <ann@example.org>"
	b.Message.Headers = map[string]string{"List-Unsubscribe": "<https://example.org/unsubscribe?t=" + mail.Token + ">"}
	b.To[2].Vars = nil
	if _, err := s.client().Send(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	r := s.last.Load()
	if r.URL.Path != "/v3/mg.example.org/messages" {
		t.Errorf("path %s", r.URL.Path)
	}
	if user, key, _ := r.BasicAuth(); user != "api" || key != "key" {
		t.Error("not signed in with the sending key")
	}
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if _, set := r.Header[name]; set {
			t.Errorf("%s is set: Go would repeat the POST by itself", name)
		}
	}
	got := fields(t, r.Header.Get("Content-Type"), *s.body.Load())
	for name, want := range map[string]string{
		"from": "Ann <ann@example.org>", "subject": "Hello", "text": "text", "html": "<p>html",
		"to":         "r0@example.com|r1@example.com|r2@example.com",
		"o:tracking": "no", "o:tracking-clicks": "no", "o:tracking-opens": "no",
		"h:Message-Id": "<post-1.0-0@mg.example.org>", "h:Reply-To": "Ann <ann@example.org>",
		"h:List-Unsubscribe": "<https://example.org/unsubscribe?t=%recipient.t%>",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	var vars map[string]map[string]string
	if err := json.Unmarshal([]byte(got["recipient-variables"]), &vars); err != nil {
		t.Fatal(err)
	}
	if vars["r1@example.com"]["t"] != "token1" || vars["r2@example.com"] == nil {
		t.Errorf("variables %v: each recipient needs an entry, or all see each other", vars)
	}
}

func fields(t *testing.T, contentType, body string) map[string]string {
	t.Helper()
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for parts := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		value, _ := io.ReadAll(part)
		if old, again := got[part.FormName()]; again {
			value = []byte(old + "|" + string(value))
		}
		got[part.FormName()] = string(value)
	}
}

// What Mailgun would misread never reaches it.
func TestBatchIsChecked(t *testing.T) {
	for name, spoil := range map[string]func(*mailgun.Batch){
		"nobody":                  func(b *mailgun.Batch) { b.To = nil },
		"a name with an address":  func(b *mailgun.Batch) { b.To[0].Address = "Bo <bo@example.com>" },
		"two in one":              func(b *mailgun.Batch) { b.To[0].Address = "a@example.com, b@example.com" },
		"twice":                   func(b *mailgun.Batch) { b.To[0] = b.To[1] },
		"message id in brackets":  func(b *mailgun.Batch) { b.MessageID = "<a@b>" },
		"message id no domain":    func(b *mailgun.Batch) { b.MessageID = "a" },
		"line break in a header":  func(b *mailgun.Batch) { b.Message.Headers = map[string]string{"X": "a\r\nBcc: x@example.com"} },
		"line break in a subject": func(b *mailgun.Batch) { b.Message.Subject = "a\nb" },
		"no subject":              func(b *mailgun.Batch) { b.Message.Subject = "" },
		"no body":                 func(b *mailgun.Batch) { b.Message.Text, b.Message.HTML = "", "" },
	} {
		s := answering(t, says(200, "no"))
		b := batch(2)
		spoil(&b)
		_, err := s.client().Send(context.Background(), b)
		if e := new(mailgun.RefusedError); !errors.As(err, &e) || e.Status != 0 || strings.Contains(e.Error(), "@example") {
			t.Errorf("%s: %v", name, err)
		}
		if s.requests.Load() != 0 {
			t.Errorf("%s: it was sent", name)
		}
	}
	s := answering(t, says(200, "no"))
	if _, err := s.client().Send(context.Background(), batch(1001)); !errors.As(err, new(*mailgun.LimitError)) {
		t.Errorf("1001 recipients: %v", err)
	}
	b := batch(1)
	b.Message.Headers = map[string]string{"X": strings.Repeat("x", 16<<10)}
	if _, err := s.client().Send(context.Background(), b); !errors.As(err, new(*mailgun.TooLargeError)) {
		t.Errorf("16 KB of headers: %v", err)
	}
	none := mailgun.New(mailgun.Config{Base: "http://" + s.Addr().String()})
	if _, err := none.Send(context.Background(), batch(1)); !errors.As(err, new(*mailgun.AuthError)) {
		t.Errorf("no key: %v", err)
	}
	if s.requests.Load() != 0 {
		t.Error("something was sent")
	}
}
