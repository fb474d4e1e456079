package inbox_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"
	"github.com/mailgun/mailgun-go/v4"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

func TestPagesForPeople(t *testing.T) {
	base, mg := opened(t, inbox.Options{})
	if page := get(t, base+"/", 200); !strings.Contains(page, "No mail yet") || strings.Count(page, "<script") != strings.Count(page, `<script src="/live.js"`) {
		t.Errorf("empty list:\n%s", page)
	}
	m := letter(120)
	m.SetHTML("<html><head></head><body><script>x</script>Hi %recipient.name%")
	if _, _, err := mg.Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	want := func(path string, texts ...string) {
		t.Helper()
		page := get(t, base+path, 200)
		for _, text := range texts {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q:\n%s", path, text, page)
			}
		}
	}
	want("/", `href="/message/1-0"`, "For Reader 0", "Ann Éclair", "r0@example.com and 119 more")
	want("/?to=R77", `href="/message/1-77"`, "For Reader 77")
	want("/?to=nobody", "No mail went to")
	want("/message/1-77", "For Reader 77", `src="/message/1-77/html"`, `href="/message/1-49"`, `href="/message/1-100"`, "120 recipients")
	want("/message/1-77?view=text", "Hi Reader 77")
	want("/message/1-77?view=headers", "&lt;https://example.org/unsubscribe?t=token77&gt;")
	want("/message/1-77/html", "Hi Reader 77", `<base target="_blank"></head>`)
	for _, path := range []string{"/message/1-120", "/message/2-0", "/message/x", "/message/1-77x/html", "/elsewhere"} {
		get(t, base+path, 404)
	}
	resp, err := http.Get(base + "/message/1-0/html")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox ") || strings.Contains(csp, "allow-scripts") {
		t.Errorf("the message may run things: %s", csp)
	}
}

func TestSourceIsAMessage(t *testing.T) {
	base, mg := opened(t, inbox.Options{})
	m := letter(2)
	m.SetReplyTo("Ánn <ann@example.org>")
	if _, _, err := mg.Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	source := get(t, base+"/message/1-1/source", 200)
	if _, err := mail.ReadMessage(strings.NewReader(source)); err != nil {
		t.Fatal(err)
	}
	e, err := enmime.ReadEnvelope(strings.NewReader(source))
	if err != nil || len(e.Errors) > 0 {
		t.Fatalf("%v %v", err, e.Errors)
	}
	if e.Text != "Hi Reader 1, %recipient.missing% 100%" || e.GetHeader("Reply-To") != "Ánn <ann@example.org>" || e.GetHeader("To") != "r1@example.com" {
		t.Errorf("text %q, headers %v", e.Text, e.Root.Header)
	}
}

func TestButtons(t *testing.T) {
	const key = "signing-key"
	var unsubscribed, hooked string
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/unsubscribe" {
			unsubscribed = r.URL.RawQuery + " " + string(body)
			return
		}
		hooked = string(body)
	}))
	defer far.Close()
	base, mg := opened(t, inbox.Options{WebhookURL: far.URL + "/webhooks/mailgun", SigningKey: key})
	m := letter(2)
	m.AddHeader("List-Unsubscribe", "<mailto:x@example.org>, <"+far.URL+"/unsubscribe?t=%recipient.t%>")
	m.AddHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	if _, _, err := mg.Send(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	press := func(kind, site string) int {
		t.Helper()
		req, _ := http.NewRequest(http.MethodPost, base+"/message/1-1/event", strings.NewReader(url.Values{"kind": {kind}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", site)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if status := press("bounce", "cross-site"); status != 403 || hooked != "" {
		t.Errorf("pressed by a foreign page: %d", status)
	}
	if press("one-click", "same-origin"); unsubscribed != "t=token1 List-Unsubscribe=One-Click" {
		t.Errorf("unsubscribed with %q", unsubscribed)
	}
	for kind, want := range map[string]string{"bounce": "failed", "complained": "complained", "delivered": "delivered"} {
		hooked = ""
		press(kind, "same-origin")
		var body struct {
			Signature mailgun.Signature `json:"signature"`
			Event     json.RawMessage   `json:"event-data"`
		}
		if err := json.Unmarshal([]byte(hooked), &body); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(body.Signature.TimeStamp + body.Signature.Token))
		if body.Signature.Signature != hex.EncodeToString(mac.Sum(nil)) {
			t.Errorf("%s: wrongly signed", kind)
		}
		e, err := mailgun.ParseEvent(body.Event)
		if err != nil || e.GetName() != want || !strings.Contains(string(body.Event), "r1@example.com") {
			t.Errorf("%s: %v %v", kind, e, err)
		}
	}
	// What happened stands in the log too, newest first.
	var page []mailgun.Event
	it := mg.ListEvents(&mailgun.ListEventOptions{})
	if !it.Next(context.Background(), &page) || len(page) != 3+4 {
		t.Errorf("log of %d, %v", len(page), it.Err())
	}
	if page := get(t, base+"/message/1-1", 200); !strings.Contains(page, "complained ·") {
		t.Error("the page does not tell what happened")
	}
}
