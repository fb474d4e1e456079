package signup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

const siteYAML = `title: The Bindery
url: https://bindery.example
timezone: Europe/Vienna
topics:
  - id: articles
    title: Articles
  - id: books
    title: Book reviews
newsletter:
  from: The Bindery <letters@bindery.example>
  address: Paper Lane 1, 1010 Vienna
`

// letter is a mail that went out.
type letter struct {
	to string
	mail.Message
}

// inbox is a Sender that keeps what it is given.
type inbox struct {
	mu      sync.Mutex
	letters []letter
	fail    error
}

func (i *inbox) SendOne(_ context.Context, _ *settings.Settings, m mail.Message, address string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fail != nil {
		return i.fail
	}
	i.letters = append(i.letters, letter{address, m})
	return nil
}

func (i *inbox) to(address string) []letter {
	i.mu.Lock()
	defer i.mu.Unlock()
	var out []letter
	for _, l := range i.letters {
		if l.to == address {
			out = append(out, l)
		}
	}
	return out
}

// site is a running handler with all that is around it.
type site struct {
	t      testing.TB
	url    string
	client http.RoundTripper // follows no redirect
	inbox  *inbox
	log    *bytes.Buffer // everything that was logged or said
	state  *store.Bucket
	list   *audience.Audience
	clock  *clock

	crowded sync.Map     // the days for which the author was to be told
	dies    atomic.Int64 // how often whoever is to tell the author dies first
}

// clock is a clock that tests turn.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// lockedBuffer takes lines from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  *bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, inbox: &inbox{}, log: &bytes.Buffer{}, clock: &clock{at: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}}
	s.state = store.New(storetest.Server(t), "state")
	s.list = audience.Open(audience.Options{State: s.state, Now: s.clock.now})
	c := catalog.New("secret")
	c.Settings = siteYAML
	body, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.state.Create(t.Context(), catalog.Key, body, store.Header{}); err != nil {
		t.Fatal(err)
	}
	lines := &lockedBuffer{b: s.log}
	h := New(Options{
		Audience: s.list, State: s.state, Sender: s.inbox, Now: s.clock.now, SiteURL: "http://127.0.0.1",
		Log: slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Say: func(line string) { fmt.Fprintln(lines, line) },
		Crowded: func(_ context.Context, at time.Time) error {
			if s.dies.Add(-1) >= 0 {
				panic(http.ErrAbortHandler)
			}
			s.crowded.Store(dayOf(at), true)
			return nil
		},
	})
	h.wait.took(0) // tests do not wait
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s.url, s.client = server.URL, &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(func() {
		lines.mu.Lock()
		defer lines.mu.Unlock()
		if strings.Contains(s.log.String(), "@") {
			t.Errorf("an address was logged:\n%s", s.log)
		}
	})
	return s
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (s *site) do(method, path, contentType string, body io.Reader) reply {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	response, err := s.client.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex",
	} {
		if got := response.Header.Get(name); !strings.HasPrefix(got, want) {
			s.t.Errorf("%s %s: %s is %q", method, path, name, got)
		}
	}
	if len(response.Cookies()) > 0 {
		s.t.Errorf("%s %s sets a cookie", method, path)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func (s *site) get(path string) reply { s.t.Helper(); return s.do("GET", path, "", nil) }

func (s *site) post(path string, fields url.Values) reply {
	s.t.Helper()
	return s.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

// want fails unless an answer has a status and holds some texts.
func (s *site) want(r reply, status int, texts ...string) reply {
	s.t.Helper()
	if r.status != status {
		s.t.Fatalf("status %d, want %d:\n%s", r.status, status, r.body)
	}
	for _, text := range texts {
		if !strings.Contains(r.body, text) {
			s.t.Fatalf("the answer does not say %q:\n%s", text, r.body)
		}
	}
	return r
}

var inputs = regexp.MustCompile(`<input[^>]*>`)
var attribute = regexp.MustCompile(`([a-z]+)="([^"]*)"`)

// fields are the form fields of a page as a browser would send them.
func (r reply) fields() url.Values {
	v := url.Values{}
	for _, input := range inputs.FindAllString(r.body, -1) {
		a := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(input, -1) {
			a[m[1]] = html.UnescapeString(m[2])
		}
		if a["type"] != "radio" && a["type"] != "checkbox" || strings.Contains(input, " checked") {
			v.Add(a["name"], a["value"])
		}
	}
	return v
}

// ask goes through the box on a page and the signed form.
func (s *site) ask(address, cadence string) {
	s.t.Helper()
	form := s.want(s.post("/subscribe", url.Values{"email": {address}, "cadence": {cadence}}), 200).fields()
	s.clock.turn(3 * time.Second)
	if r := s.want(s.post("/subscribe", form), 303); r.header.Get("Location") != "/subscribe?done" {
		s.t.Fatalf("sent to %q", r.header.Get("Location"))
	}
}

var link = regexp.MustCompile(`https://bindery\.example(/(?:confirm|preferences)\?t=[A-Za-z0-9_-]+)`)

// linkIn is the path of the link in a mail.
func (s *site) linkIn(l letter) string {
	s.t.Helper()
	m := link.FindStringSubmatch(l.Text)
	if m == nil {
		s.t.Fatalf("no link in the mail:\n%s", l.Text)
	}
	return m[1]
}

// subscribe goes all the way, and gives the token for the links in mails.
func (s *site) subscribe(address, cadence string) (token string) {
	s.t.Helper()
	s.ask(address, cadence)
	letters := s.inbox.to(address)
	if len(letters) == 0 {
		s.t.Fatal("no mail came")
	}
	page := s.want(s.get(s.linkIn(letters[len(letters)-1])), 200, "Yes, subscribe me")
	s.want(s.post("/confirm", page.fields()), 200, "You are subscribed")
	return s.token(address)
}

// freshToken is the one in the mail that brings a fresh link.
func (s *site) freshToken(address string) string {
	s.t.Helper()
	form := s.get("/preferences").fields()
	s.clock.turn(3 * time.Second)
	form.Set("email", address)
	s.want(s.post("/preferences", form), 200)
	letters := s.inbox.to(address)
	return strings.TrimPrefix(s.linkIn(letters[len(letters)-1]), "/preferences?t=")
}

func (s *site) token(address string) string {
	s.t.Helper()
	who, err := s.list.Get(s.t.Context(), address)
	if err != nil {
		s.t.Fatal(err)
	}
	tokens, err := s.list.Tokens(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return tokens.Sign(audience.ForSubscriber, who.UID)
}

// status is the state an address is in; empty if it has no record.
func (s *site) status(address string) audience.Status {
	s.t.Helper()
	who, err := s.list.Get(s.t.Context(), address)
	if errors.Is(err, audience.ErrNotFound) {
		return ""
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return who.Status
}

// everything is the content of the state bucket, to see whether it changed.
func (s *site) everything() string {
	s.t.Helper()
	objects, _, err := s.state.List(s.t.Context(), "", "", 10000)
	if err != nil {
		s.t.Fatal(err)
	}
	var b strings.Builder
	for _, o := range objects {
		fmt.Fprintln(&b, o.Key, o.ETag)
	}
	return b.String()
}
