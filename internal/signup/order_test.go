package signup

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"pgregory.net/rapid"
)

// Whatever a reader, their mail program and the provider do in whatever order:
// nobody is subscribed who has not pressed the button for something they asked for
// after they last left, and everybody can be, except after a complaint.
func TestAnyOrderOfVisits(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		address := fmt.Sprintf("reader%d@example.org", run)
		var asked, ended time.Time // the last of each
		var pressed, complained bool
		var token string
		end := func() { ended, pressed = s.clock.now(), false }
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			s.clock.turn(time.Duration(rapid.IntRange(1, 30*60).Draw(r, "minutes")) * time.Minute)
			letters := s.inbox.to(address)
			switch rapid.SampledFrom([]string{"ask", "ask", "press", "press", "press an old one", "change", "leave", "one click", "bounce", "complain", "scan"}).Draw(r, "visit") {
			case "ask":
				cadence := rapid.SampledFrom(audience.Cadences[:]).Draw(r, "cadence")
				s.ask(address, string(cadence))
				asked = s.clock.now()
				if n := len(s.inbox.to(address)) - len(letters); n > 1 || n == 1 && complained {
					r.Fatalf("%d mails for one form", n)
				}
				// Whoever asks can press the button of their newest mail at once.
				letters = s.inbox.to(address)
				if len(letters) > 0 && rapid.Bool().Draw(r, "press at once") {
					s.clock.turn(time.Minute)
					s.post(s.linkIn(letters[len(letters)-1]), nil)
					if s.status(address) == audience.Active {
						pressed = true
					} else if !complained {
						r.Fatalf("asked and pressed, but is %q", s.status(address))
					}
				}
			case "press", "press an old one":
				if len(letters) == 0 {
					continue
				}
				l := rapid.SampledFrom(letters).Draw(r, "letter")
				answer := s.post(s.linkIn(l), nil)
				if strings.Contains(answer.body, "You are subscribed") {
					pressed = true
				}
			case "change":
				if token == "" {
					continue
				}
				s.post("/preferences", url.Values{"t": {token}, "do": {"save"}, "cadence": {"monthly"}})
				if who, err := s.list.Get(ctx, address); err == nil && who.Status == audience.Active && who.Cadence != audience.Monthly {
					r.Fatalf("changed to monthly, but is %s", who.Cadence)
				}
			case "leave", "one click":
				if token == "" {
					continue
				}
				s.want(s.post("/unsubscribe?t="+token, url.Values{"List-Unsubscribe": {"One-Click"}}), 200)
				end()
			case "bounce":
				if err := s.list.Bounce(ctx, address, s.clock.now()); err != nil {
					r.Fatal(err)
				}
				end()
			case "complain":
				if err := s.list.Complain(ctx, address, s.clock.now()); err != nil {
					r.Fatal(err)
				}
				complained = true
			case "scan":
				before := s.status(address)
				for _, l := range letters {
					s.get(s.linkIn(l))
				}
				s.get("/unsubscribe?t=" + token)
				s.get("/preferences?t=" + token)
				if after := s.status(address); after != before {
					r.Fatalf("opening links made %q of %q", after, before)
				}
			}
			status := s.status(address)
			if status != "" {
				token = s.token(address)
			}
			if may := pressed && !complained && asked.After(ended); (status == audience.Active) != may {
				r.Fatalf("status %q; asked %v, ended %v, pressed since: %t, complained: %t", status, asked, ended, pressed, complained)
			}
		}
	})
}
