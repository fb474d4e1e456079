package signup

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

var (
	anyVersion  store.Cond
	plainHeader store.Header
)

// withSettings is a stored catalog with another text of settings.
func withSettings(t *testing.T, body []byte, text string) []byte {
	t.Helper()
	c, err := catalog.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	c.Settings = text
	if body, err = c.Encode(); err != nil {
		t.Fatal(err)
	}
	return body
}

// Programs open every link in every mail, and guess some more: nothing changes.
func TestAGETChangesNothing(t *testing.T) {
	s := newSite(t)
	token := s.subscribe("anna@example.org", "each")
	s.ask("bert@example.org", "weekly")
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"move"}, "email": {"lee@example.com"}}), 200)
	paths := []string{"/subscribe", "/subscribe?done", "/confirm", "/preferences", "/unsubscribe", "/nowhere",
		"/unsubscribe?t=" + token, "/unsubscribe?t=" + token + "&List-Unsubscribe=One-Click", "/preferences?t=" + token,
		"/preferences?t=" + token + "&do=save&cadence=monthly", "/preferences?t=" + token + "&do=erase&sure=yes",
		"/subscribe?email=cora@example.org&cadence=each&form=" + s.get("/subscribe").fields().Get("form")}
	for _, l := range s.inbox.letters {
		paths = append(paths, s.linkIn(l))
	}
	s.clock.turn(time.Minute)
	before, mails := s.everything(), len(s.inbox.letters)
	for _, path := range paths {
		get := s.get(path)
		head := s.do("HEAD", path, "", nil)
		if head.status != get.status || head.body != "" {
			t.Errorf("HEAD %s: %d, %d bytes", path, head.status, len(head.body))
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS"} {
			if r := s.do(method, path, "", nil); r.status != 405 && r.status != 404 {
				t.Errorf("%s %s: %d", method, path, r.status)
			}
		}
	}
	if after := s.everything(); after != before || len(s.inbox.letters) != mails {
		t.Errorf("changed from\n%s\nto\n%s", before, after)
	}
}

// Robots send thousands of forms. What gets through is one mail for each address.
func TestRobots(t *testing.T) {
	s := newSite(t)
	good := s.get("/subscribe").fields().Get("form")
	s.clock.turn(3 * time.Second)
	quick := s.get("/subscribe").fields().Get("form")
	const signups = 10_000
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i := range signups {
		form := url.Values{"email": {fmt.Sprintf("victim%d@example.org", i%20)}, "cadence": {"each"}}
		switch i % 50 {
		case 0: // a signed form, as a person would send it
			form.Set("form", good)
		case 1, 2, 3:
			form.Set("form", good)
			form.Set("website", "https://spam.example")
		case 4, 5, 6:
			form.Set("form", quick)
		case 7, 8:
			form.Set("form", strings.Repeat("A", len(good)))
		case 9:
			form.Set("form", good)
			form.Set("email", fmt.Sprintf("victim%d@example.org\r\nBcc: other%d@example.org", i, i))
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if r := s.post("/subscribe", form); r.status >= 500 {
				t.Errorf("status %d", r.status)
			}
		})
	}
	wg.Wait()
	for i := range 20 {
		if n := len(s.inbox.to(fmt.Sprintf("victim%d@example.org", i))); n > 1 {
			t.Errorf("victim %d got %d mails", i, n)
		}
	}
	if n := len(s.inbox.letters); n == 0 || n > 20 {
		t.Errorf("%d mails", n)
	}
	if n, err := s.list.Count(t.Context()); err != nil || n != (audience.Counts{}) {
		t.Errorf("subscribers: %+v, %v", n, err)
	}
}

func TestHostileForms(t *testing.T) {
	s := newSite(t)
	seal := s.get("/subscribe").fields().Get("form")
	s.clock.turn(3 * time.Second)
	for name, form := range map[string]url.Values{
		"header":    {"email": {"a@example.org\r\nBcc: b@example.org"}},
		"two":       {"email": {"a@example.org,b@example.org"}},
		"variable":  {"email": {"%recipient.t%@example.org"}},
		"none":      {},
		"long":      {"email": {strings.Repeat("a", 300) + "@example.org"}},
		"markup":    {"email": {`"><script>alert(1)</script>@example.org`}, "name": {"<b>x</b>"}},
		"cadence":   {"email": {"a@example.org"}, "cadence": {"hourly"}},
		"long name": {"email": {"a@"}, "name": {strings.Repeat("é", 1000)}},
	} {
		form.Set("form", seal)
		r := s.post("/subscribe", form)
		if r.status != 422 || strings.Contains(r.body, "<script>") || strings.Contains(r.body, "<b>x") {
			t.Errorf("%s: status %d\n%s", name, r.status, r.body)
		}
	}
	huge := s.post("/subscribe", url.Values{"email": {"a@example.org"}, "name": {strings.Repeat("x", maxBody)}, "form": {seal}})
	if huge.status != 413 {
		t.Errorf("a huge form: %d", huge.status)
	}
	if len(s.inbox.letters) != 0 {
		t.Errorf("%d mails", len(s.inbox.letters))
	}
	// Nothing in a form or a link leads to another site.
	for _, path := range []string{"/subscribe?next=https://evil.example", "/subscribe?done=https://evil.example", "//evil.example/subscribe"} {
		if r := s.get(path); strings.Contains(r.body, "evil.example") || r.header.Get("Location") != "" {
			t.Errorf("%s: %v", path, r.header)
		}
	}
	form := url.Values{"email": {"a@example.org"}, "from": {"https://evil.example/x"}, "form": {seal}}
	if r := s.want(s.post("/subscribe", form), 303); r.header.Get("Location") != "/subscribe?done" {
		t.Errorf("sent to %s", r.header.Get("Location"))
	}
}
