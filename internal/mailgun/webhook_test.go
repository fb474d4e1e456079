package mailgun_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	api "github.com/mailgun/mailgun-go/v4"
	foreign "github.com/mailgun/mailgun-go/v4/events"

	"github.com/pennypost/pennypost/internal/mailgun"
)

const signingKey = "key-of-the-tests"

func recorded(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no recorded payloads: %v", err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(name), ".json")] = body
	}
	return all
}

func TestRecordedWebhooks(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	want := map[string]mailgun.Event{
		"accepted":  {Kind: mailgun.EventAccepted},
		"delivered": {Kind: mailgun.EventDelivered, Code: 250},
		"permanent-fail": {Kind: mailgun.EventBounced, Code: 550, Cause: "bounce",
			Reason: "5.1.1 The email account [address] that you tried to reach does not exist."},
		"temporary-fail": {Kind: mailgun.EventDelayed, Code: 452, Cause: "generic", Reason: "4.2.2 The recipient's inbox is out of storage space."},
		"suppressed-bounce": {Kind: mailgun.EventBounced, Code: 605, Cause: "suppress-bounce",
			Reason: "Not delivering to previously bounced address"},
		"suppressed-unsubscribe": {Kind: mailgun.EventUnsubscribed, Code: 606, Cause: "suppress-unsubscribe",
			Reason: "Not delivering to unsubscribed address"},
		"suppressed-complaint": {Kind: mailgun.EventComplained, Code: 607, Cause: "suppress-complaint",
			Reason: "Not delivering to a user who marked your messages as spam"},
		"complained":   {Kind: mailgun.EventComplained},
		"unsubscribed": {Kind: mailgun.EventUnsubscribed},
		"rejected": {Kind: mailgun.EventRejected, Cause: "Sandbox subdomains are for test purposes only.",
			Reason: "Sandbox subdomains are for test purposes only."},
		"opened": {Kind: mailgun.EventOther}, "clicked": {Kind: mailgun.EventOther},
		"stored": {Kind: mailgun.EventOther}, "unknown": {Kind: mailgun.EventOther},
	}
	for name, body := range recorded(t) {
		signed, err := mailgun.VerifyWebhook(signingKey, body)
		if err != nil || !signed.At.Equal(at) || len(signed.Token) != 50 {
			t.Errorf("%s: signed %v, %v", name, signed, err)
		}
		got, err := mailgun.DecodeWebhook(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		w, known := want[name]
		if !known {
			t.Errorf("%s: no expectation", name)
		}
		w.ID, w.MessageID, w.At = got.ID, "post-1.0-0@mg.example.org", time.Date(2026, 11, 23, 11, 59, 59, 482193000, time.UTC)
		if name != "stored" {
			w.Recipient = "reader@example.com"
		}
		if got.At.Sub(w.At).Abs() < 2*time.Microsecond { // a float has no more digits
			got.At = w.At
		}
		if got != w || got.ID == "" {
			t.Errorf("%s:\n%+v, want\n%+v", name, got, w)
		}
	}
}

// mailgun-go's own types must read the payloads the same way.
func TestAgreesWithMailgunGo(t *testing.T) {
	for name, body := range recorded(t) {
		var outer struct {
			Event json.RawMessage `json:"event-data"`
		}
		if err := json.Unmarshal(body, &outer); err != nil {
			t.Fatal(err)
		}
		theirs, err := api.ParseEvent(outer.Event)
		if name == "unknown" {
			if err == nil {
				t.Error("mailgun-go knows the unknown event now")
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ours, err := mailgun.DecodeWebhook(body)
		if err != nil {
			t.Fatal(err)
		}
		if ours.ID != theirs.GetID() || ours.At.Sub(theirs.GetTimestamp()).Abs() > time.Millisecond {
			t.Errorf("%s: ours %v %v, theirs %v %v", name, ours.ID, ours.At, theirs.GetID(), theirs.GetTimestamp())
		}
		if f, ok := theirs.(*foreign.Failed); ok && (f.Recipient != ours.Recipient || f.DeliveryStatus.Code != ours.Code ||
			(f.Severity == "temporary") != (ours.Kind == mailgun.EventDelayed)) {
			t.Errorf("%s: ours %+v, theirs %+v", name, ours, f)
		}
	}
}

func TestForgedWebhooks(t *testing.T) {
	good := recorded(t)["complained"]
	change := func(old, new string) []byte {
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("nothing to change: %s", old)
		}
		return bytes.Replace(good, []byte(old), []byte(new), 1)
	}
	for name, c := range map[string]struct {
		key  string
		body []byte
		want error
	}{
		"another key":           {"another", good, mailgun.ErrSignature},
		"no key":                {"", good, mailgun.ErrSignature},
		"another time":          {signingKey, change(`"1795435200"`, `"1795435201"`), mailgun.ErrSignature},
		"a time as number":      {signingKey, change(`"1795435200"`, `1795435200`), nil},
		"a time with more":      {signingKey, change(`"1795435200"`, `"1795435200 "`), mailgun.ErrPayload},
		"another token":         {signingKey, change(`"complained`, `"Complained`), mailgun.ErrSignature},
		"signature not hex":     {signingKey, change(`"signature": "`, `"signature": "zz`), mailgun.ErrSignature},
		"signature in the bulk": {signingKey, []byte(`{"signature":{"timestamp":"1","token":"x"},"event-data":{}}`), mailgun.ErrSignature},
		"no token":              {signingKey, []byte(`{"signature":{"timestamp":"1"},"event-data":{}}`), mailgun.ErrPayload},
		"no event":              {signingKey, []byte(`{"signature":{"timestamp":"1","token":"x"}}`), mailgun.ErrPayload},
		"a form":                {signingKey, []byte("timestamp=1&token=x"), mailgun.ErrPayload},
		"nothing":               {signingKey, nil, mailgun.ErrPayload},
	} {
		if _, err := mailgun.VerifyWebhook(c.key, c.body); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzWebhook(f *testing.F) {
	for _, body := range recorded(f) {
		f.Add(body)
	}
	f.Add([]byte(`{"signature":{"timestamp":1e9,"token":"x","signature":"00"},"event-data":{"timestamp":"-1","message":null}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		signed, err := mailgun.VerifyWebhook(signingKey, body)
		if err == nil && (signed.Token == "" || signed.At.IsZero()) {
			t.Fatal("verified without a token or a time")
		}
		if _, err := mailgun.VerifyWebhook("", body); err == nil {
			t.Fatal("verified without a key")
		}
		e, err := mailgun.DecodeWebhook(body)
		if err != nil {
			return
		}
		if e.Kind == "" || mailgun.Scrub(e.Reason) != e.Reason || mailgun.Scrub(e.Cause) != e.Cause {
			t.Fatalf("event %+v", e)
		}
	})
}
