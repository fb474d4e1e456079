package functions

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// hookSite is a webhook handler over a real S3 server.
type hookSite struct {
	Surroundings
	t   testing.TB
	at  time.Time
	key string // Mailgun's signing key; an empty one is not set yet
	log strings.Builder
}

func newHookSite(t testing.TB) *hookSite {
	h := &hookSite{t: t, at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), key: "key"}
	key := func(context.Context) (string, error) { return h.key, nil }
	h.Surroundings = Surroundings{
		S3: storetest.Server(t), Content: "content", Site: "site", State: "state",
		Now: func() time.Time { return h.at }, Rand: rand.Reader, SiteURL: "https://notes.example",
		Settle: time.Minute, Deadline: time.Minute, Log: slog.New(slog.NewTextHandler(&h.log, nil)),
		Mailgun: Mailgun{Domain: "mg.notes.example", SendingKey: key, EventsKey: key, SigningKey: key},
	}
	t.Cleanup(func() {
		if strings.Contains(h.log.String(), "@") {
			t.Errorf("an address was logged:\n%s", &h.log)
		}
	})
	return h
}

// signed is a webhook's body with an event, signed at a moment.
func (h *hookSite) signed(at time.Time, token, event string) string {
	mac := hmac.New(sha256.New, []byte("key"))
	fmt.Fprintf(mac, "%d%s", at.Unix(), token)
	return fmt.Sprintf(`{"signature":{"timestamp":"%d","token":%q,"signature":"%s"},"event-data":%s}`,
		at.Unix(), token, hex.EncodeToString(mac.Sum(nil)), event)
}

// post hands a body in, to a function started anew.
func (h *hookSite) post(body string) int {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/webhooks/mailgun", strings.NewReader(body))
	status, _ := visit(h.t, h.Webhook(), r)
	return status
}

// subscribe makes a subscriber who asked a minute ago.
func (h *hookSite) subscribe(address string) {
	h.t.Helper()
	_, err := h.Audience().Confirm(h.t.Context(), audience.Ask{Address: address, Cadence: audience.Each, At: h.at.Add(-time.Minute)})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hookSite) status(address string) audience.Status {
	h.t.Helper()
	s, err := h.Audience().Get(h.t.Context(), address)
	if errors.Is(err, audience.ErrNotFound) {
		return ""
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return s.Status
}

// event is one as Mailgun reports it; seconds is its time.
func event(kind, severity, id, who string, seconds any) string {
	return fmt.Sprintf(`{"event":%q,"severity":%q,"id":%q,"timestamp":%v,"recipient":%q}`, kind, severity, id, seconds, who)
}

// Every answer of the webhook says what Mailgun is to do next.
func TestWhatMailgunIsToDo(t *testing.T) {
	h := newHookSite(t)
	now := h.at
	bounce := event("failed", "permanent", "e", "nobody@example.org", now.Unix())
	fresh := func(token string) string { return h.signed(now, token, bounce) }
	forged := strings.Replace(fresh("forged"), `"token":"forged"`, `"token":"other"`, 1)
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"good":                  {fresh("a"), 200},
		"eight hours late":      {h.signed(now.Add(-8*time.Hour-59*time.Minute), "b", bounce), 200},
		"too late":              {h.signed(now.Add(-9*time.Hour-time.Minute), "c", bounce), 406},
		"from the future":       {h.signed(now.Add(10*time.Hour), "d", bounce), 406},
		"forged":                {forged, 406},
		"not JSON":              {"hello", 406},
		"nothing":               {"", 406},
		"a form":                {"timestamp=1&token=x&signature=y", 406},
		"an array":              {"[]", 406},
		"too large":             {strings.Repeat(" ", 300<<10) + fresh("e"), 406},
		"an unknown event":      {h.signed(now, "f", event("teleported", "", "e", "anna@example.org", now.Unix())), 200},
		"a temporary failure":   {h.signed(now, "g", event("failed", "temporary", "e", "anna@example.org", now.Unix())), 200},
		"no recipient":          {h.signed(now, "h", `{"event":"complained"}`), 200},
		"an odd recipient":      {h.signed(now, "i", event("complained", "", "e", "Anna <anna@example.org>", now.Unix())), 200},
		"fields of other types": {h.signed(now, "j", `{"event":7,"recipient":{"a":1}}`), 406},
		"an event far away":     {h.signed(now, "k", event("failed", "permanent", "e", "far@example.org", "1e12")), 200},
		"an event of no time":   {h.signed(now, "l", event("failed", "permanent", "e", "far@example.org", `"soon"`)), 200},
	} {
		if got := h.post(c.body); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := h.status("anna@example.org"); got != "" {
		t.Errorf("a webhook made a record: %s", got)
	}
	for _, method := range []string{"GET", "PUT", "HEAD"} {
		if status, _ := visit(t, h.Webhook(), httptest.NewRequest(method, "/webhooks/mailgun", nil)); status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, status)
		}
	}

	// What the author can still mend is worth Mailgun's trying again.
	h.key = ""
	if got := h.post(fresh("m")); got != http.StatusServiceUnavailable {
		t.Errorf("without a signing key: %d", got)
	}
	h.key = "key"
	if got := h.post(fresh("m")); got != http.StatusOK {
		t.Errorf("once it is set: %d", got)
	}
}

// One token stands for one body, and only after its effect.
func TestATokenStandsForOneBody(t *testing.T) {
	h := newHookSite(t)
	h.subscribe("anna@example.org")
	h.subscribe("bert@example.org")
	first := h.signed(h.at, "token", event("failed", "permanent", "e", "anna@example.org", h.at.Unix()))
	for range 3 {
		if got := h.post(first); got != 200 {
			t.Fatalf("the same again: %d", got)
		}
	}
	if got := h.post(h.signed(h.at, "token", event("complained", "", "e", "bert@example.org", h.at.Unix()))); got != 406 {
		t.Errorf("another body under a used token: %d", got)
	}
	if a, b := h.status("anna@example.org"), h.status("bert@example.org"); a != audience.Bounced || b != audience.Active {
		t.Errorf("%s, %s", a, b)
	}
	objects, _, err := store.New(h.S3, h.State).List(t.Context(), "webhooks/", "", 10)
	if err != nil || len(objects) != 1 || !regexp.MustCompile(`^webhooks/[0-9a-f]{64}$`).MatchString(objects[0].Key) {
		t.Errorf("%v, %v", objects, err)
	}
}

// An event without a time, or of a time to come, is as old as the call: a complaint
// is never lost for it, and nobody is locked out of the future by it.
func TestEventsOfOddTimes(t *testing.T) {
	for name, at := range map[string]any{"none": `"soon"`, "far away": "253402300800", "absurd": "1e12"} {
		t.Run(name, func(t *testing.T) {
			h := newHookSite(t)
			for i, kind := range []string{"complained", "unsubscribed", "failed"} {
				who := kind + "@example.org"
				h.subscribe(who)
				if got := h.post(h.signed(h.at, fmt.Sprint(i), event(kind, "permanent", "e", who, at))); got != 200 {
					t.Fatalf("%s: %d", kind, got)
				}
				want := map[string]audience.Status{"complained": audience.Complained, "unsubscribed": audience.Left, "failed": audience.Bounced}[kind]
				if got := h.status(who); got != want {
					t.Errorf("%s: %s", kind, got)
				}
			}
			h.at = h.at.Add(time.Hour)
			h.subscribe("unsubscribed@example.org")
			if got := h.status("unsubscribed@example.org"); got != audience.Active {
				t.Errorf("asked again: %s", got)
			}
		})
	}
}

// A call's time is signed in whole seconds, and an event's may be cut off to them: what
// happened within that second, after somebody asked to be subscribed in it, is not taken for
// older than what they asked.
func TestAnEventInTheSecondOfTheWish(t *testing.T) {
	for _, fraction := range []string{"", ".8", ".500000"} {
		h := newHookSite(t)
		second := h.at.Truncate(time.Second)
		h.at = second.Add(time.Minute + 500*time.Millisecond)
		h.subscribe("anna@example.org") // who asked half a second into it
		h.at = second.Add(800 * time.Millisecond)
		moment := fmt.Sprint(second.Unix()) + fraction
		if got := h.post(h.signed(second, "a", event("failed", "permanent", "e", "anna@example.org", moment))); got != 200 {
			t.Fatal(got)
		}
		if got := h.status("anna@example.org"); got != audience.Bounced {
			t.Errorf("at %s it is %s", moment, got)
		}
	}
}

// An address counts as one however Mailgun spells it.
func TestSpellingsOfARecipient(t *testing.T) {
	h := newHookSite(t)
	h.subscribe("Anna@xn--bcher-kva.example")
	if got := h.post(h.signed(h.at, "a", event("unsubscribed", "", "e", "anna@Bücher.example", h.at.Unix()))); got != 200 {
		t.Fatal(got)
	}
	if got := h.status("anna@xn--bcher-kva.example"); got != audience.Left {
		t.Errorf("status %s", got)
	}
}

// The recorded payloads of all of Mailgun's events do what they say.
func TestRecordedEvents(t *testing.T) {
	want := map[string]audience.Status{
		"permanent-fail": audience.Bounced, "suppressed-bounce": audience.Bounced,
		"complained": audience.Complained, "suppressed-complaint": audience.Complained,
		"unsubscribed": audience.Left, "suppressed-unsubscribe": audience.Left,
	}
	names, err := filepath.Glob("../internal/mailgun/testdata/webhooks/*.json")
	if err != nil || len(names) < 12 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		h := newHookSite(t)
		h.key = "key-of-the-tests"
		h.subscribe("reader@example.com")
		name = strings.TrimSuffix(filepath.Base(name), ".json")
		if got := h.post(string(body)); got != 200 {
			t.Errorf("%s: %d", name, got)
		}
		expected := want[name]
		if expected == "" {
			expected = audience.Active
		}
		if got := h.status("reader@example.com"); got != expected {
			t.Errorf("%s made the reader %s, want %s", name, got, expected)
		}
	}
}

// Repeats and reorderings end in the same state.
func TestReportsInAnyOrder(t *testing.T) {
	h := newHookSite(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		h.t = t
		var bodies []string
		for i := range rapid.IntRange(1, 5).Draw(r, "events") {
			kind := rapid.SampledFrom([]string{"failed", "unsubscribed", "complained", "delivered"}).Draw(r, "kind")
			// Some of what happened is older than what was asked for.
			at := h.at.Add(time.Duration(rapid.IntRange(-5, 0).Draw(r, "minutes")) * 30 * time.Second)
			bodies = append(bodies, h.signed(h.at, fmt.Sprint(run, " ", i), event(kind, "permanent", fmt.Sprint(i), "WHO", at.Unix())))
		}
		var ends []audience.Status
		for n := range 2 {
			who := fmt.Sprintf("reader%d-%d@example.org", run, n)
			h.subscribe(who)
			order := rapid.Permutation(append(bodies, bodies...)).Draw(r, "order")
			for _, body := range order {
				// Another run of the same calls: its tokens are its own.
				body = strings.ReplaceAll(body, "WHO", who)
				if n == 1 {
					body = h.renew(body)
				}
				if got := h.post(body); got != 200 {
					r.Fatalf("answers %d", got)
				}
			}
			ends = append(ends, h.status(who))
		}
		if ends[0] != ends[1] {
			r.Fatalf("one order ends as %s, another as %s", ends[0], ends[1])
		}
	})
}

var tokens = regexp.MustCompile(`"token":"([^"]*)"`)

// renew signs a call anew under another token, the same one each time.
func (h *hookSite) renew(body string) string {
	token := "again " + tokens.FindStringSubmatch(body)[1]
	_, event, _ := strings.Cut(strings.TrimSuffix(body, "}"), `"event-data":`)
	return h.signed(h.at, token, event)
}

// FuzzHook: whatever is signed, Mailgun is told that it is done or never will be, and
// no address gets into the log.
func FuzzHook(f *testing.F) {
	f.Add(`{"event":"complained","id":"e","timestamp":1795435199.5,"recipient":"anna@example.org"}`)
	f.Add(`{"event":"failed","severity":"permanent","timestamp":"1e400","recipient":"\u0000@example.org"}`)
	f.Add(`{"event":"unsubscribed","timestamp":-1,"recipient":"anna@bücher.example"}`)
	f.Add(`{"event":"complained","timestamp":99999999999999,"recipient":"a@b@c.example"}`)
	h := newHookSite(f)
	n := 0
	f.Fuzz(func(t *testing.T, event string) {
		n++
		h.t = t
		if got := h.post(h.signed(h.at, fmt.Sprint("token ", n), event)); got != 200 && got != 406 {
			t.Errorf("%d: %s", got, h.log.String())
		}
	})
}
