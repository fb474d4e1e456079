package functions_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// stack is all five functions over three buckets and a Mailgun-compatible server, with
// a clock that the test moves.
type stack struct {
	clockwork
	t        testing.TB
	around   functions.Surroundings
	handlers functions.Handlers
	mail     *httptest.Server
}

const siteURL = "https://notes.example"

func newStack(t testing.TB) *stack {
	t.Helper()
	return stackOver(t, storetest.Server(t), time.Now().UTC().Truncate(time.Second))
}

// stackOver wires the functions over the buckets of a client. The clock should not be
// far from the server's, which dates uploads.
func stackOver(t testing.TB, client *s3.Client, now time.Time) *stack {
	t.Helper()
	s := &stack{t: t, clockwork: clockwork{now: now}}
	box, err := inbox.New(inbox.Options{Dir: t.TempDir(), Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	s.mail = httptest.NewServer(box)
	t.Cleanup(s.mail.Close)
	key := func(context.Context) (string, error) { return "key", nil }
	s.around = functions.Surroundings{
		S3: client, Content: "content", Site: "site", State: "state",
		Now: s.clock, Rand: rand.Reader, SiteURL: siteURL,
		Settle: time.Minute, Deadline: 10 * time.Second, Log: slog.New(slog.NewTextHandler(testLog{t}, nil)),
		Mailgun:    functions.Mailgun{Base: s.mail.URL, Domain: "mg.notes.example", SendingKey: key, EventsKey: key, SigningKey: key},
		Invalidate: func(context.Context) error { return nil },
		Say:        func(line string) { t.Log(line) },
	}
	s.restart()
	return s
}

// restart makes new processes of all functions, which remember nothing.
func (s *stack) restart() {
	s.t.Helper()
	var err error
	if s.handlers, err = functions.New(s.around); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stack) bucket(name string) *store.Bucket { return store.New(s.around.S3, name) }

// put uploads a file as an author does, over whatever is there, and tells of it.
func (s *stack) put(key, body string) {
	s.t.Helper()
	_, err := s.around.S3.PutObject(s.t.Context(), &s3.PutObjectInput{Bucket: &s.around.Content, Key: &key, Body: strings.NewReader(body)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.tell(key)
}

func (s *stack) rm(key string) {
	s.t.Helper()
	if _, err := s.around.S3.DeleteObject(s.t.Context(), &s3.DeleteObjectInput{Bucket: &s.around.Content, Key: &key}); err != nil {
		s.t.Fatal(err)
	}
	s.tell(key)
}

// tell delivers S3's event about a key.
func (s *stack) tell(key string) {
	s.t.Helper()
	body := fmt.Sprintf(`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"content"},"object":{"key":%q}}}]}`, url.QueryEscape(key))
	out, err := s.handlers.Publish(s.t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: body}}})
	if err != nil || len(out.BatchItemFailures) > 0 {
		s.t.Fatalf("publishing %s: %v, %v", key, out, err)
	}
}

// ticks lets the clock go on for a while, with all that it wakes each minute.
func (s *stack) ticks(minutes int) {
	s.t.Helper()
	for range minutes {
		s.wait(time.Minute)
		for name, tick := range map[string]func(context.Context) error{
			"publish": s.handlers.PublishTick, "digest": s.handlers.DigestTick, "send": s.handlers.SendTick,
		} {
			if err := tick(s.t.Context()); err != nil {
				s.t.Fatalf("the tick of %s: %v", name, err)
			}
		}
	}
}

// subscribe puts somebody on the list.
func (s *stack) subscribe(address string, c audience.Cadence) {
	s.t.Helper()
	_, err := s.around.Audience().Confirm(s.t.Context(), audience.Ask{
		Address: address, Cadence: c, At: s.clock(), Consent: audience.Consent{At: s.clock(), Source: "test"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// letter is one mail as the inbox tells of it.
type letter struct {
	To, Subject, Text, HTML string
	Headers                 map[string]string
}

func (s *stack) letters() []letter {
	s.t.Helper()
	answer, err := http.Get(s.mail.URL + "/api/messages")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var all []letter
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// mailed counts the mails by "address: subject".
func (s *stack) mailed() map[string]int {
	s.t.Helper()
	count := map[string]int{}
	for _, l := range s.letters() {
		count[l.To+": "+l.Subject]++
	}
	return count
}

// wantMailed fails the test unless exactly these mails were sent, once each.
func (s *stack) wantMailed(want ...string) {
	s.t.Helper()
	got := s.mailed()
	for _, w := range want {
		if got[w] != 1 {
			s.t.Errorf("%q was mailed %d times", w, got[w])
		}
		delete(got, w)
	}
	if len(got) > 0 {
		s.t.Errorf("also mailed: %v", got)
	}
}

// unsubscribe presses the one-click button of the last mail to an address.
func (s *stack) unsubscribe(address string) {
	s.t.Helper()
	for _, l := range s.letters() {
		if l.To != address {
			continue
		}
		link := strings.Trim(l.Headers["List-Unsubscribe"], "<>")
		r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, strings.TrimPrefix(link, siteURL), strings.NewReader("List-Unsubscribe=One-Click"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.handlers.Subscribe.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			s.t.Fatalf("unsubscribing answers %d", w.Code)
		}
		return
	}
	s.t.Fatalf("%s got no mail", address)
}

// snapshot is what is in a bucket now.
func (s *stack) snapshot(bucket string) map[string]storetest.Stored {
	s.t.Helper()
	return storetest.Backup(s.t, s.bucket(bucket))
}

func (s *stack) newsletter() *newsletter.Newsletter {
	s.t.Helper()
	n, err := s.around.Newsletter()
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *stack) publisher() *publish.Publisher { return s.around.Publisher(s.newsletter()) }

// verify is what `pennypost verify` prints.
func (s *stack) verify() []string {
	s.t.Helper()
	var found []string
	for _, part := range []func(context.Context) ([]string, error){s.publisher().Verify, s.newsletter().Verify, s.around.Audience().Check} {
		lines, err := part(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		found = append(found, lines...)
	}
	return found
}

// wantVerified fails the test unless nothing differs.
func (s *stack) wantVerified() {
	s.t.Helper()
	if found := s.verify(); len(found) > 0 {
		s.t.Errorf("not as it should be:\n%s", strings.Join(found, "\n"))
	}
}

// wantFound fails the test unless a difference is told of with these words.
func (s *stack) wantFound(words string) {
	s.t.Helper()
	found := s.verify()
	if !slices.ContainsFunc(found, func(line string) bool { return strings.Contains(line, words) }) {
		s.t.Errorf("nothing is said of %q, but:\n%s", words, strings.Join(found, "\n"))
	}
}

// repair is what `pennypost repair` does.
func (s *stack) repair() {
	s.t.Helper()
	ctx := s.t.Context()
	for _, part := range []func(context.Context) error{s.newsletter().Repair, s.publisher().Repair, s.newsletter().Repair} {
		if err := part(ctx); err != nil {
			s.t.Fatal(err)
		}
	}
}

// sameSite fails the test unless the site is what it was.
func sameSite(t testing.TB, got, want map[string]storetest.Stored) {
	t.Helper()
	for key, w := range want {
		if g, there := got[key]; !there {
			t.Errorf("%s is missing", key)
		} else if g.Body != w.Body || g.Header.ContentType != w.Header.ContentType || !maps.Equal(g.Header.Metadata, w.Header.Metadata) {
			t.Errorf("%s is not what it was: %v\nwas: %v", key, g.Header, w.Header)
		}
	}
	for key := range got {
		if _, was := want[key]; !was {
			t.Errorf("%s is new", key)
		}
	}
}

// testLog shows what functions log when a test fails.
type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
