package signup

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// A robot sends a good form with a different address each time. All are answered the
// same; only so many are mailed an hour, whatever the hour, and the author is told once a
// day. Whoever meant it and asks again is mailed once.
func TestAFloodOfStrangers(t *testing.T) {
	s := newSite(t)
	const strangers, most = 130, 100 // the default
	good := s.get("/subscribe").fields().Get("form")
	s.clock.turn(3 * time.Second)
	flood := func(hour int) {
		t.Helper()
		var wg sync.WaitGroup
		slots := make(chan struct{}, 12)
		for i := range strangers {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				form := url.Values{"email": {fmt.Sprintf("stranger%d.%d@example.org", hour, i)}, "cadence": {"each"}, "form": {good}}
				if r := s.post("/subscribe", form); r.status != 303 || r.header.Get("Location") != "/subscribe?done" {
					t.Errorf("stranger %d is answered %d, %s", i, r.status, r.header.Get("Location"))
				}
			})
		}
		wg.Wait()
	}
	flood(0)
	if n := len(s.inbox.letters); n != most {
		t.Errorf("%d mails", n)
	}
	// Also those to people who are here already count.
	s.clock.turn(30 * time.Minute)
	s.ask("honest@example.org", "weekly")
	if n := len(s.inbox.letters); n != most {
		t.Errorf("%d mails after half an hour", n)
	}
	if n := s.daysTold(); n != 1 {
		t.Errorf("the author is told of %d days", n)
	}

	s.clock.turn(31 * time.Minute)
	if n := len(s.inbox.letters); n != most {
		t.Errorf("%d mails without anybody asking", n)
	}
	for range 3 {
		s.ask("honest@example.org", "weekly")
		s.clock.turn(6 * time.Minute)
	}
	letters := s.inbox.to("honest@example.org")
	if len(letters) != 1 {
		t.Fatalf("whoever asked again has %d mails", len(letters))
	}
	s.want(s.post("/confirm", s.want(s.get(s.linkIn(letters[0])), 200, "one mail a week").fields()), 200, "You are subscribed")
	if s.status("honest@example.org") != audience.Active {
		t.Error("and is not subscribed")
	}

	s.clock.turn(time.Minute)
	good = s.get("/subscribe").fields().Get("form")
	s.clock.turn(3 * time.Second)
	flood(1)
	if n := len(s.inbox.letters); n != 2*most {
		t.Errorf("%d mails in the second hour", n)
	}
	if n := s.daysTold(); n != 1 {
		t.Errorf("the author is told of %d days after one", n)
	}
	s.clock.turn(24 * time.Hour)
	good = s.get("/subscribe").fields().Get("form")
	s.clock.turn(3 * time.Second)
	flood(2)
	if n := s.daysTold(); n != 2 {
		t.Errorf("the author is told of %d days after two", n)
	}
}

// daysTold is for how many days the author was to be told that too many ask.
func (s *site) daysTold() (days int) {
	s.crowded.Range(func(any, any) bool { days++; return true })
	return days
}

// Who dies before the author could be told leaves that to the next one who is not mailed.
func TestWhoDiesBeforeTellingOfAFlood(t *testing.T) {
	s := newSite(t)
	s.clock.turn(time.Minute)
	if _, err := s.state.Create(t.Context(), rateKey, fmt.Appendf(nil, `{"version":1,"nonce":"n","minutes":{"%d":100}}`, minuteOf(s.clock.now())), plainHeader); err != nil {
		t.Fatal(err)
	}
	s.dies.Store(1)
	ask := func(address string) (answered bool) {
		form := s.want(s.post("/subscribe", url.Values{"email": {address}, "cadence": {"each"}}), 200).fields()
		s.clock.turn(3 * time.Second)
		resp, err := (&http.Client{Transport: s.client}).PostForm(s.url+"/subscribe", form)
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return true
	}
	if ask("anna@example.org") || s.daysTold() != 0 {
		t.Fatal("it did not die")
	}
	if !ask("berta@example.org") || s.daysTold() != 1 {
		t.Error("the author is never told")
	}
}

// The count of a newer program is left alone, and so is one that cannot be read: nobody
// is mailed by the thousand because of either.
func TestACountThatCannotBeRead(t *testing.T) {
	for name, body := range map[string]string{"newer": `{"version":1000}`, "damaged": "?"} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if _, err := s.state.Create(t.Context(), rateKey, []byte(body), plainHeader); err != nil {
				t.Fatal(err)
			}
			form := s.want(s.post("/subscribe", url.Values{"email": {"anna@example.org"}, "cadence": {"each"}}), 200).fields()
			s.clock.turn(3 * time.Second)
			s.want(s.post("/subscribe", form), 503)
			_, after, err := s.state.Get(t.Context(), rateKey, anyVersion)
			if err != nil || string(after) != body || len(s.inbox.letters) != 0 || !strings.Contains(s.log.String(), rateKey) {
				t.Errorf("it is %s, %v; %d mails\n%s", after, err, len(s.inbox.letters), s.log)
			}
		})
	}
}
