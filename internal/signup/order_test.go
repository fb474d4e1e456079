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

// Whatever a reader, their mail program, the provider and the author do in whatever order:
// nobody is subscribed who has not pressed the button for something they asked for
// after they last left, or was on a list before anything was known of them; everybody can
// be, except after a complaint. Whoever moves takes all of that along and leaves nothing
// behind at the old address.
func TestAnyOrderOfVisits(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	run, happened := 0, map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		run++
		address := fmt.Sprintf("reader%d@example.org", run)
		var asked, ended time.Time // the last of each
		var pressed, imported, complained bool
		var tokens []string // in mails they had
		end := func() { ended, pressed, imported = s.clock.now(), false, false }
		var former []string // addresses they gave up
		var linked []string // those of them that are known to be theirs: none before they were erased
		var moving struct {
			to    string // "" before they ever wanted to move
			asked time.Time
			dead  bool // whoever asked for it was erased since
		}
		moves, moveLinks := 0, map[string]bool{}
		wanted := map[string]int{} // moves by subscriber and day
		token := func() string { return rapid.SampledFrom(tokens).Draw(r, "token") }
		pressMove := func() {
			if moving.to == "" || moving.to == address {
				return
			}
			was := s.status(address)
			s.post(s.linkIn(s.inbox.to(moving.to)[0]), nil)
			switch is := s.status(moving.to); {
			case is == audience.Active && was != audience.Active:
				r.Fatalf("a move made %q of %q", is, was)
			case is == audience.Active && moving.dead:
				r.Fatalf("somebody who was erased has moved")
			case is == audience.Active:
				happened["moved"]++
				former, linked, address = append(former, address), append(linked, address), moving.to
				asked, ended, pressed, imported = moving.asked, time.Time{}, true, false
			case !moving.dead && was == audience.Active && s.clock.now().Sub(moving.asked) < 6*24*time.Hour:
				r.Fatalf("they moved, and are %q there and %q at the old address", is, s.status(address))
			}
		}
		for range rapid.IntRange(1, 16).Draw(r, "steps") {
			s.clock.turn(time.Duration(rapid.IntRange(1, 30*60).Draw(r, "minutes")) * time.Minute)
			joins := func() (all []letter) {
				for _, l := range s.inbox.to(address) {
					if !moveLinks[s.linkIn(l)] {
						all = append(all, l)
					}
				}
				return all
			}
			letters := joins()
			switch rapid.SampledFrom([]string{"ask", "ask", "press", "press", "press an old one", "change", "leave", "one click", "bounce", "complain", "scan", "move", "move", "move", "move", "press the move", "press the move", "erase", "import", "complain at a former one", "bounce at a former one"}).Draw(r, "visit") {
			case "ask":
				cadence := rapid.SampledFrom(audience.Cadences[:]).Draw(r, "cadence")
				s.ask(address, string(cadence))
				asked = s.clock.now()
				if n := len(joins()) - len(letters); n > 1 || n == 1 && complained {
					r.Fatalf("%d mails for one form", n)
				}
				// Whoever asks can press the button of their newest mail at once.
				letters = joins()
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
				if len(tokens) == 0 {
					continue
				}
				s.post("/preferences", url.Values{"t": {token()}, "do": {"save"}, "cadence": {"monthly"}})
				if who, err := s.list.Get(ctx, address); err == nil && who.Status == audience.Active && who.Cadence != audience.Monthly {
					r.Fatalf("changed to monthly, but is %s", who.Cadence)
				}
			case "leave", "one click":
				if len(tokens) == 0 {
					continue
				}
				s.want(s.post("/unsubscribe?t="+token(), url.Values{"List-Unsubscribe": {"One-Click"}}), 200)
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
			case "move":
				if s.status(address) != audience.Active {
					continue
				}
				moves++
				to, now := fmt.Sprintf("reader%d.%d@example.org", run, moves), s.clock.now()
				who, err := s.list.Get(ctx, address)
				if err != nil {
					r.Fatal(err)
				}
				s.want(s.post("/preferences", url.Values{"t": {token()}, "do": {"move"}, "email": {to}}), 200)
				of := who.UID + now.UTC().Format(time.DateOnly)
				wanted[of]++
				letters := s.inbox.to(to)
				if want := min(1, max(0, movesADay+1-wanted[of])); len(letters) != want {
					r.Fatalf("%d mails to a new address, the %d. of the day", len(letters), wanted[of])
				}
				if len(letters) == 0 {
					happened["moves too many for a day"]++
					continue
				}
				moving.to, moving.asked, moving.dead = to, now, false
				moveLinks[s.linkIn(letters[0])] = true
				if rapid.Bool().Draw(r, "press at once") {
					pressMove()
				}
			case "press the move":
				pressMove()
			case "erase":
				found, err := s.list.Erase(ctx, address)
				if err != nil {
					r.Fatal(err)
				}
				if found {
					happened["erased"]++
				}
				end()
				tokens, linked, moving.dead = nil, nil, true
			case "import":
				who := rapid.SampledFrom(append(former, address)).Draw(r, "listed")
				known := s.status(who) != "" || complained || who != address || !ended.IsZero()
				report, err := s.list.Import(ctx, strings.NewReader("email\n"+who+"\n"), audience.ImportOptions{Source: "import of list.csv"})
				if err != nil || known != (report.Added == 0) {
					r.Fatalf("an import added %d: %v", report.Added, err)
				}
				happened["imported"] += report.Added
				imported = imported || report.Added == 1
			case "complain at a former one":
				if len(linked) == 0 {
					continue
				}
				if err := s.list.Complain(ctx, rapid.SampledFrom(linked).Draw(r, "former"), s.clock.now()); err != nil {
					r.Fatal(err)
				}
				complained = true
			case "bounce at a former one":
				if len(former) == 0 {
					continue
				}
				if err := s.list.Bounce(ctx, rapid.SampledFrom(former).Draw(r, "former"), s.clock.now()); err != nil {
					r.Fatal(err)
				}
			case "scan":
				before := s.status(address)
				for _, l := range letters {
					s.get(s.linkIn(l))
				}
				if len(tokens) > 0 {
					s.get("/unsubscribe?t=" + token())
					s.get("/preferences?t=" + token())
				}
				if moving.to != "" {
					for _, l := range s.inbox.to(moving.to) {
						s.get(s.linkIn(l))
					}
				}
				if after := s.status(address); after != before {
					r.Fatalf("opening links made %q of %q", after, before)
				}
			}
			status := s.status(address)
			if status != "" {
				tokens = append(tokens, s.token(address))
			}
			if may := !complained && (pressed && asked.After(ended) || imported); (status == audience.Active) != may {
				r.Fatalf("status %q; asked %v, ended %v, pressed since: %t, imported: %t, complained: %t", status, asked, ended, pressed, imported, complained)
			}
			for _, old := range former {
				if s.status(old) == audience.Active {
					r.Fatalf("they are back at an address they gave up")
				}
			}
		}
	})
	t.Logf("in %d orders: %v", run, happened)
}
