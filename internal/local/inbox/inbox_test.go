package inbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mailgun/mailgun-go/v4"
	"github.com/mailgun/mailgun-go/v4/events"

	"github.com/pennypost/pennypost/internal/local/inbox"
)

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// opened is an inbox on a server, with the real client of Mailgun's own library.
func opened(t testing.TB, o inbox.Options) (string, *mailgun.MailgunImpl) {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Now == nil {
		o.Now = func() time.Time { return testNow }
	}
	h, err := inbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	mg := mailgun.NewMailgun("mg.example.org", "any-key")
	mg.SetAPIBase(s.URL + "/v3")
	return s.URL, mg
}

func letter(n int) *mailgun.Message {
	m := mailgun.NewMessage("Ann Éclair <ann@example.org>", "For %recipient.name%", "Hi %recipient.name%, %recipient.missing% 100%")
	m.SetHTML("<html><head></head><body>Hi %recipient.name%")
	m.AddHeader("List-Unsubscribe", "<https://example.org/unsubscribe?t=%recipient.t%>")
	m.AddHeader("Message-Id", "<post-1@mg.example.org>")
	for i := range n {
		vars := map[string]any{"name": fmt.Sprint("Reader ", i), "t": fmt.Sprint("token", i)}
		if err := m.AddRecipientAndVariables(fmt.Sprintf("r%d@example.com", i), vars); err != nil {
			panic(err)
		}
	}
	return m
}

type copied struct {
	ID, To, From, Subject, Text, HTML string
	Headers                           map[string]string
	Received                          time.Time
}

func list(t testing.TB, base, query string) []copied {
	t.Helper()
	var all []copied
	if err := json.Unmarshal([]byte(get(t, base+"/api/messages"+query, 200)), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func get(t testing.TB, address string, status int) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("GET %s: %d, %v\n%s", address, resp.StatusCode, err, body)
	}
	return string(body)
}

func TestThousandRecipients(t *testing.T) {
	dir := t.TempDir()
	base, mg := opened(t, inbox.Options{Dir: dir})
	if got := get(t, base+"/api/messages", 200); got != "[]\n" {
		t.Errorf("an empty inbox answers %q, want an array", got)
	}
	words, id, err := mg.Send(context.Background(), letter(1000))
	if err != nil || words != "Queued. Thank you." || id != "<post-1@mg.example.org>" {
		t.Fatalf("answer %q %q %v", words, id, err)
	}
	check := func(base string) {
		all := list(t, base, "")
		if len(all) != 1000 {
			t.Fatalf("%d messages", len(all))
		}
		m := all[7]
		if m.To != "r7@example.com" || m.From != "ann@example.org" || m.Subject != "For Reader 7" ||
			m.Text != "Hi Reader 7, %recipient.missing% 100%" || m.HTML != "<html><head></head><body>Hi Reader 7" || !m.Received.Equal(testNow) {
			t.Errorf("message %+v", m)
		}
		if m.Headers["List-Unsubscribe"] != "<https://example.org/unsubscribe?t=token7>" || m.Headers["To"] != "r7@example.com" ||
			m.Headers["Message-Id"] != "<post-1@mg.example.org>" {
			t.Errorf("headers %v", m.Headers)
		}
	}
	check(base)
	// The same folder, opened again, holds the same mail.
	again, _ := opened(t, inbox.Options{Dir: dir})
	check(again)
	if got := list(t, base, "?to=R7@example.com"); len(got) != 1 || got[0].To != "r7@example.com" {
		t.Errorf("one recipient's: %v", got)
	}
	if got := list(t, base, "?limit=3"); len(got) != 3 {
		t.Errorf("limit: %d", len(got))
	}
}

func TestNewestFirst(t *testing.T) {
	dir := t.TempDir()
	base, mg := opened(t, inbox.Options{Dir: dir})
	for i := range 3 {
		m := mailgun.NewMessage("a@example.org", fmt.Sprint("number ", i), "text", "x@example.com", "y@example.com")
		if _, _, err := mg.Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	all := list(t, base, "")
	var order []string
	for _, m := range all {
		order = append(order, m.Subject[7:]+m.To[:1])
	}
	if fmt.Sprint(order) != "[2x 2y 1x 1y 0x 0y]" {
		t.Errorf("order %v", order)
	}
	// Without variables Mailgun shows everybody to everybody.
	if all[0].Headers["To"] != "x@example.com, y@example.com" {
		t.Errorf("To: %s", all[0].Headers["To"])
	}
}

func TestRefusals(t *testing.T) {
	base, mg := opened(t, inbox.Options{})
	mg.SetAPIBase(base + "/v3")
	form := func(change func(url.Values)) url.Values {
		f := url.Values{"from": {"a@example.org"}, "to": {"b@example.com", "Bo <c@example.com>, d@example.com"}, "subject": {"s"}, "text": {"t"}}
		change(f)
		return f
	}
	post := func(f url.Values, key string) (int, string) {
		req, _ := http.NewRequest(http.MethodPost, base+"/v3/mg.example.org/messages", strings.NewReader(f.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if key != "" {
			req.SetBasicAuth("api", key)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, strings.TrimSpace(string(body))
	}
	many := make([]string, 1001)
	for i := range many {
		many[i] = fmt.Sprintf("r%d@example.com", i)
	}
	for _, c := range []struct {
		name   string
		change func(url.Values)
		status int
		words  string
	}{
		{"no from", func(f url.Values) { f.Del("from") }, 400, `{"message":"from parameter is missing"}`},
		{"no to", func(f url.Values) { f.Del("to") }, 400, `{"message":"to parameter is missing"}`},
		{"no subject", func(f url.Values) { f.Del("subject") }, 400, `{"message":"subject parameter is missing"}`},
		{"no body", func(f url.Values) { f.Del("text") }, 400, `{"message":"Need at least one of 'text' or 'html' parameters specified"}`},
		{"bad to", func(f url.Values) { f["to"] = []string{"nobody"} }, 400, `{"message":"'to' parameter is not a valid address. please check documentation"}`},
		{"too many", func(f url.Values) { f["to"] = many }, 400, `{"message":"Too many recipients; max is 1000"}`},
		{"variables", func(f url.Values) { f.Set("recipient-variables", "{") }, 400, `{"message":"recipient-variables is not valid JSON"}`},
		{"header", func(f url.Values) { f.Set("h:X", "a\r\nBcc: e@example.com") }, 400, `{"message":"a header holds a line break"}`},
	} {
		if status, words := post(form(c.change), "k"); status != c.status || words != c.words {
			t.Errorf("%s: %d %s", c.name, status, words)
		}
	}
	if status, words := post(form(func(url.Values) {}), ""); status != 401 || words != "Forbidden" {
		t.Errorf("no key: %d %s", status, words)
	}
	if n := len(list(t, base, "")); n != 0 {
		t.Errorf("%d refused messages were kept", n)
	}
	if status, _ := post(form(func(url.Values) {}), "k"); status != 200 || len(list(t, base, "")) != 3 {
		t.Errorf("a good form: %d", status)
	}
	big := mailgun.NewMessage("a@example.org", "s", strings.Repeat("x", 26<<20), "b@example.com")
	if _, _, err := mg.Send(context.Background(), big); mailgun.GetStatusFromErr(err) != 413 {
		t.Errorf("26 MB: %v", mailgun.GetStatusFromErr(err))
	}
}

func TestLogAsMailgun(t *testing.T) {
	_, mg := opened(t, inbox.Options{})
	for range 2 {
		if _, _, err := mg.Send(context.Background(), letter(250)); err != nil {
			t.Fatal(err)
		}
	}
	other := mailgun.NewMessage("a@example.org", "other", "text", "x@example.com")
	if _, _, err := mg.Send(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	it := mg.ListEvents(&mailgun.ListEventOptions{Limit: 300, Filter: map[string]string{"message-id": "post-1@mg.example.org"}})
	seen := map[string]int{}
	var page []mailgun.Event
	for it.Next(context.Background(), &page) {
		for _, e := range page {
			if a, ok := e.(*events.Accepted); ok && a.Message.Headers.MessageID != "post-1@mg.example.org" {
				t.Fatalf("a foreign event %+v", a)
			}
			seen[e.GetName()]++
		}
	}
	if it.Err() != nil || seen["accepted"] != 500 || seen["delivered"] != 500 {
		t.Errorf("events %v, %v", seen, it.Err())
	}
	none := mg.ListEvents(&mailgun.ListEventOptions{Filter: map[string]string{"message-id": "unknown@mg.example.org"}})
	if none.Next(context.Background(), &page) || none.Err() != nil {
		t.Errorf("an unknown id: %v, %v", page, none.Err())
	}
}

// Many senders at once: none lost, none doubled, and the order holds on disk too.
func TestParallelSenders(t *testing.T) {
	dir := t.TempDir()
	base, mg := opened(t, inbox.Options{Dir: dir})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			m := mailgun.NewMessage("a@example.org", fmt.Sprint(i), "the same text", fmt.Sprintf("r%d@example.com", i))
			if _, _, err := mg.Send(context.Background(), m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	first := get(t, base+"/api/messages", 200)
	again, _ := opened(t, inbox.Options{Dir: dir})
	if get(t, again+"/api/messages", 200) != first {
		t.Error("opened again, the inbox differs")
	}
	seen := map[string]bool{}
	for _, m := range list(t, base, "") {
		seen[m.Subject] = true
	}
	if len(seen) != 40 {
		t.Errorf("%d of 40 arrived", len(seen))
	}
	bodies, _ := os.ReadDir(filepath.Join(dir, "bodies"))
	if len(bodies) != 1 {
		t.Errorf("the same text lies there %d times", len(bodies))
	}
}

// What a kill leaves behind, half a file, is not mail.
func TestHalfWrittenFile(t *testing.T) {
	dir := t.TempDir()
	_, mg := opened(t, inbox.Options{Dir: dir})
	if _, _, err := mg.Send(context.Background(), letter(1)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"requests/.new-123", "bodies/.new-9"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`{"seq":`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "events.jsonl"), []byte(`{"seq":1,"n"`), 0o644); err != nil {
		t.Fatal(err)
	}
	base, _ := opened(t, inbox.Options{Dir: dir})
	if n := len(list(t, base, "")); n != 1 {
		t.Errorf("%d messages", n)
	}
}
