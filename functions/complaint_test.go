package functions

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// TestTheAuthorHearsOfAComplaintOnce: whatever is repeated, one mail, and not a word
// of who it was.
func TestTheAuthorHearsOfAComplaintOnce(t *testing.T) {
	var letters []string
	mailgun := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
		}
		letters = append(letters, fmt.Sprint(r.MultipartForm.Value))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"<1@mg.notes.example>","message":"Queued. Thank you."}`)
	}))
	t.Cleanup(mailgun.Close)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	key := func(context.Context) (string, error) { return "key", nil }
	s := Surroundings{
		S3: storetest.Server(t), Content: "content", Site: "site", State: "state",
		Now: func() time.Time { return now }, Rand: rand.Reader, SiteURL: "https://notes.example",
		Settle: time.Minute, Deadline: time.Minute, Log: slog.New(slog.DiscardHandler),
		Mailgun: Mailgun{Base: mailgun.URL, Domain: "mg.notes.example", SendingKey: key, EventsKey: key, SigningKey: key},
	}
	ctx := t.Context()
	c := catalog.New("secret")
	c.Settings = "title: Notes\nauthor:\n  name: Ada\n  email: ada@home.example\n"
	body, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.New(s.S3, s.State).Create(ctx, catalog.Key, body, store.Header{}); err != nil {
		t.Fatal(err)
	}
	n, err := s.Newsletter()
	if err != nil {
		t.Fatal(err)
	}
	tick := func(want int) {
		t.Helper()
		for range 2 {
			if err := n.Work(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if len(letters) != want {
			t.Fatalf("%d mails to the author, want %d: %q", len(letters), want, letters)
		}
	}
	report := func(token, id, who string) {
		t.Helper()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/webhooks/mailgun", strings.NewReader(signedReport(now, token, id, who)))
		// Each call is a function started anew.
		if status, text := visit(t, s.Webhook(), r); status != http.StatusOK {
			t.Fatalf("answers %d: %s", status, text)
		}
	}

	report("t1", "e1", "reader@example.com")
	report("t1", "e1", "reader@example.com") // the very same call
	report("t2", "e1", "reader@example.com") // the same event, under another token
	tick(1)
	if l := letters[0]; !strings.Contains(l, "ada@home.example") || !strings.Contains(l, "Somebody called your mail spam") {
		t.Errorf("the mail is %s", l)
	}
	report("t3", "e1", "reader@example.com") // after the mail, too
	tick(1)
	report("t4", "e2", "second@example.com")
	report("t5", "e3", "third@example.com")
	tick(2)
	if !strings.Contains(letters[1], "2 people called your mail spam") {
		t.Errorf("the second mail is %s", letters[1])
	}
	report("t6", "", "fourth@example.com")
	report("t6", "", "fourth@example.com")
	tick(3)

	for _, l := range letters {
		if strings.Contains(l, "example.com") {
			t.Errorf("a mail names who complained: %s", l)
		}
	}
	b := store.New(s.S3, s.State)
	objects, _, err := b.List(ctx, "notices/", "", 100)
	if err != nil || len(objects) == 0 {
		t.Fatal(len(objects), err)
	}
	for _, o := range objects {
		if _, text, err := b.Get(ctx, o.Key, store.Cond{}); err != nil || strings.Contains(string(text), "@") || strings.Contains(o.Key, "@") {
			t.Errorf("%s: %s, %v", o.Key, text, err)
		}
	}
	if st, err := s.Audience().Standing(ctx, "second@example.com"); err != nil || !st.Never {
		t.Errorf("standing after a complaint: %+v, %v", st, err)
	}
	if st, err := s.Audience().Standing(ctx, "nobody@example.com"); err != nil || st != (audience.Standing{}) {
		t.Errorf("standing of somebody else: %+v, %v", st, err)
	}
}

// signedReport is a complaint as Mailgun reports it.
func signedReport(at time.Time, token, id, who string) string {
	mac := hmac.New(sha256.New, []byte("key"))
	fmt.Fprintf(mac, "%d%s", at.Unix(), token)
	return fmt.Sprintf(`{"signature":{"timestamp":"%d","token":%q,"signature":"%s"},"event-data":{"event":"complained","id":%q,"timestamp":%d.25,"recipient":%q}}`,
		at.Unix(), token, hex.EncodeToString(mac.Sum(nil)), id, at.Add(-time.Minute).Unix(), who)
}
