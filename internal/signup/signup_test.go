package signup

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

func TestFromTheBoxToTheLastGoodbye(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()

	// The box on a static page is unsigned: the form is shown, nothing is sent.
	before := s.everything()
	page := s.want(s.post("/subscribe", url.Values{"email": {"anna@example.org"}, "cadence": {"weekly"}}), 200, "anna@example.org", "The Bindery", "Book reviews")
	form := page.fields()
	if form.Get("email") != "anna@example.org" || form.Get("cadence") != "weekly" || form.Get("form") == "" {
		t.Errorf("the form is filled in with %v", form)
	}
	if strings.Count(page.body, "<form") != 1 || strings.Count(page.body, "<h1") != 1 {
		t.Errorf("%d forms, %d headings", strings.Count(page.body, "<form"), strings.Count(page.body, "<h1"))
	}
	// Nobody fills it in within two seconds.
	s.clock.turn(1900 * time.Millisecond)
	s.want(s.post("/subscribe", form), 200, "once more")
	if after := s.everything(); strings.Replace(after, "keys.json", "", 1) == before || len(s.inbox.letters) != 0 || strings.Contains(after, "signups/") {
		t.Errorf("something happened before the signed form was sent:\n%s", after)
	}
	s.clock.turn(time.Second)
	s.want(s.post("/subscribe", form), 303)
	s.want(s.get("/subscribe?done"), 200, "inbox")
	letters := s.inbox.to("anna@example.org")
	if len(letters) != 1 || s.status("anna@example.org") != "" {
		t.Fatalf("%d mails, status %q", len(letters), s.status("anna@example.org"))
	}

	// Opening the link shows a button; pressing it subscribes.
	confirm := s.linkIn(letters[0])
	if strings.Contains(confirm, "anna") || strings.Contains(confirm, "@") || strings.Contains(confirm, "%40") {
		t.Errorf("the link holds the address: %s", confirm)
	}
	page = s.want(s.get(confirm), 200, "a•••@example.org", "one mail a week")
	if strings.Contains(page.body, "anna") || s.status("anna@example.org") != "" || strings.Count(page.body, "<form") != 1 {
		t.Errorf("the page that asks for confirmation:\n%s", page.body)
	}
	for range 2 { // twice is fine
		s.want(s.post("/confirm", page.fields()), 200, "You are subscribed", "one mail a week")
	}
	who, err := s.list.Get(ctx, "anna@example.org")
	if err != nil || who.Status != audience.Active || who.Cadence != audience.Weekly || !strings.Contains(who.Consent.Shown, "The Bindery") || who.Consent.Source != "form" {
		t.Errorf("%#v %+v, %v", who, who.Consent, err)
	}

	// One click in the mail program, as RFC 8058 has it, works without anything else.
	token := s.token("anna@example.org")
	s.want(s.get("/unsubscribe?t="+token), 200, "a•••@example.org", "<form")
	if s.status("anna@example.org") != audience.Active {
		t.Error("a GET unsubscribed")
	}
	for range 2 {
		s.want(s.post("/unsubscribe?t="+token, url.Values{"List-Unsubscribe": {"One-Click"}}), 200)
	}
	if s.status("anna@example.org") != audience.Left || !strings.Contains(s.everything(), "left/") {
		t.Errorf("status %s", s.status("anna@example.org"))
	}
	s.want(s.get("/preferences?t="+token), 200, "Nothing is sent")

	// The old link does not bring them back; asking again the same day makes it
	// work, because there is no second mail until tomorrow.
	s.want(s.post("/confirm", page.fields()), 200, "from before")
	s.ask("anna@example.org", "weekly")
	if n := len(s.inbox.to("anna@example.org")); n != 1 {
		t.Errorf("%d mails in one day", n)
	}
	s.want(s.post("/confirm", page.fields()), 200, "You are subscribed")
	if s.status("anna@example.org") != audience.Active {
		t.Errorf("status %s", s.status("anna@example.org"))
	}
}

// Whoever moved to an address today, left and asks anew gets no second mail: the link of
// the one they have subscribes them, to what they chose now.
func TestLeavesAndComesBackOnTheDayOfAMove(t *testing.T) {
	s := newSite(t)
	token := s.subscribe("anna@example.org", "weekly")
	s.clock.turn(time.Hour)
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"move"}, "email": {"lee@example.org"}}), 200)
	link := s.linkIn(s.inbox.to("lee@example.org")[0])
	s.clock.turn(time.Minute)
	s.want(s.post(link, nil), 200, "your new address")
	s.clock.turn(time.Minute)
	s.want(s.post("/unsubscribe?t="+token, nil), 200)
	s.want(s.post(link, nil), 200, "from before")
	s.clock.turn(time.Minute)
	s.ask("lee@example.org", "monthly")
	s.want(s.get(link), 200, "one mail a month")
	s.want(s.post(link, nil), 200, "You are subscribed", "one mail a month")
	if n := len(s.inbox.to("lee@example.org")); n != 1 || s.status("lee@example.org") != audience.Active {
		t.Errorf("%d mails, %s", n, s.status("lee@example.org"))
	}
}

// After a complaint nobody is told to look for a mail that never comes.
func TestWhoComplainedIsToldWhatFollows(t *testing.T) {
	s := newSite(t)
	token := s.subscribe("anna@example.org", "weekly")
	link := s.linkIn(s.inbox.to("anna@example.org")[0])
	s.clock.turn(time.Minute)
	if err := s.list.Complain(t.Context(), "anna@example.org", s.clock.now()); err != nil {
		t.Fatal(err)
	}
	s.want(s.get("/preferences?t="+token), 200, "reported as spam", "another address")
	s.want(s.post(link, nil), 200, "reported as spam", "another address")
}

func TestOneClickHoweverItIsSent(t *testing.T) {
	for name, send := range map[string]func(*site, string) reply{
		"multipart": func(s *site, token string) reply {
			return s.do("POST", "/unsubscribe?t="+token, "multipart/form-data; boundary=x",
				strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"))
		},
		"broken multipart": func(s *site, token string) reply {
			return s.do("POST", "/unsubscribe?t="+token, "multipart/form-data", strings.NewReader("List-Unsubscribe=One-Click"))
		},
		"no type": func(s *site, token string) reply { return s.do("POST", "/unsubscribe?t="+token, "", nil) },
		"odd type": func(s *site, token string) reply {
			return s.do("POST", "/unsubscribe?t="+token, "text/;;", strings.NewReader("x"))
		},
		"broken form": func(s *site, token string) reply {
			return s.do("POST", "/unsubscribe?t="+token, "application/x-www-form-urlencoded", strings.NewReader("%zz;=&"))
		},
		"trailing slash": func(s *site, token string) reply { return s.post("/unsubscribe/?t="+token, nil) },
		"the button": func(s *site, token string) reply {
			return s.post("/unsubscribe", s.get("/unsubscribe?t="+token).fields())
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			token := s.subscribe("anna@example.org", "each")
			s.clock.turn(time.Minute)
			s.want(send(s, token), 200)
			if got := s.status("anna@example.org"); got != audience.Left {
				t.Errorf("status %s", got)
			}
		})
	}
}

func TestTheAnswerIsTheSameForEveryAddress(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	s.subscribe("active@example.org", "each")
	for _, name := range []string{"left", "bounced", "complained", "erased"} {
		s.subscribe(name+"@example.org", "each")
	}
	s.clock.turn(time.Minute)
	_, err := s.list.Erase(ctx, "erased@example.org")
	err = errors.Join(err, s.list.LeaveAddress(ctx, "left@example.org", s.clock.now()), s.list.Bounce(ctx, "bounced@example.org", s.clock.now()),
		s.list.Complain(ctx, "complained@example.org", s.clock.now()), s.list.Complain(ctx, "stranger@example.org", s.clock.now()))
	if err != nil {
		t.Fatal(err)
	}
	s.clock.turn(24 * time.Hour)
	seal := s.get("/subscribe").fields().Get("form")
	s.clock.turn(3 * time.Second)
	mails := map[string]int{"new": 1, "active": 2, "left": 2, "bounced": 2, "complained": 1, "stranger": 0, "erased": 2}
	var first *reply
	for name, n := range mails {
		form := url.Values{"email": {name + "@example.org"}, "cadence": {"monthly"}, "form": {seal}}
		r := s.want(s.post("/subscribe", form), 303)
		r.header.Del("Date")
		if first == nil {
			first = &r
		} else if r.body != first.body || r.header.Get("Location") != first.header.Get("Location") || len(r.header) != len(first.header) {
			t.Errorf("%s is answered %v %q, others %v %q", name, r.header, r.body, first.header, first.body)
		}
		if got := len(s.inbox.to(name + "@example.org")); got != n {
			t.Errorf("%s has %d mails, want %d", name, got, n)
		}
	}
	// The same holds for those who ask for a link to their preferences.
	s.clock.turn(24 * time.Hour)
	seal = s.get("/preferences").fields().Get("form")
	s.clock.turn(3 * time.Second)
	body := ""
	for _, name := range []string{"nobody", "active", "left", "bounced", "complained", "stranger", "erased", "active"} {
		before := len(s.inbox.to(name + "@example.org"))
		r := s.want(s.post("/preferences", url.Values{"do": {"link"}, "email": {name + "@example.org"}, "form": {seal}}), 200, "If this address is subscribed")
		if body == "" {
			body = r.body
		}
		if r.body != body {
			t.Errorf("%s is answered otherwise", name)
		}
		if got := len(s.inbox.to(name+"@example.org")) - before; got > 1 || got == 1 && name != "active" {
			t.Errorf("%s got %d mails", name, got)
		}
	}
	letters := s.inbox.to("active@example.org")
	s.want(s.get(s.linkIn(letters[len(letters)-1])), 200, "a•••@example.org", "Another address")
}

func TestOneMailADay(t *testing.T) {
	s := newSite(t)
	for range 5 {
		s.ask("anna@example.org", "each")
		s.ask("ANNA@example.org", "weekly")
	}
	if n := len(s.inbox.letters); n != 1 {
		t.Errorf("%d mails on the first day", n)
	}
	s.clock.turn(24 * time.Hour)
	s.ask("anna@example.org", "each")
	if n := len(s.inbox.letters); n != 2 {
		t.Errorf("%d mails after two days", n)
	}

	// A mail that could not be sent is tried once more when somebody asks later.
	s.inbox.fail = errors.New("the provider says: bert@example.org is not to its taste")
	s.ask("bert@example.org", "each")
	s.inbox.fail = nil
	s.ask("bert@example.org", "each")
	if n := len(s.inbox.to("bert@example.org")); n != 0 {
		t.Errorf("%d mails right after a failure", n)
	}
	s.clock.turn(6 * time.Minute)
	s.ask("bert@example.org", "each")
	s.ask("bert@example.org", "each")
	if n := len(s.inbox.to("bert@example.org")); n != 1 {
		t.Errorf("%d mails after a failure", n)
	}
}

func TestConfirmationLinksEnd(t *testing.T) {
	s := newSite(t)
	s.ask("anna@example.org", "each")
	link := s.linkIn(s.inbox.letters[0])
	s.clock.turn(7*24*time.Hour - time.Minute)
	s.want(s.get(link), 200, "Yes, subscribe me")
	s.clock.turn(2 * time.Minute)
	s.want(s.get(link), 400, "does not work")
	s.want(s.post(link, nil), 400, "does not work")
	if s.status("anna@example.org") != "" {
		t.Error("subscribed by a link that had ended")
	}
}

func TestBadLinksAreAllAnsweredAlike(t *testing.T) {
	s := newSite(t)
	token := s.subscribe("anna@example.org", "each")
	s.clock.turn(time.Minute)
	gone := s.subscribe("gone@example.org", "each")
	s.clock.turn(time.Minute)
	if _, err := s.list.Erase(t.Context(), "gone@example.org"); err != nil {
		t.Fatal(err)
	}
	confirmLink := s.linkIn(s.inbox.letters[0])
	other := strings.TrimPrefix(confirmLink, "/confirm?t=")
	normal := func(body string) string { // but for the signature of the form
		return strings.Replace(body, (reply{body: body}).fields().Get("form"), "", 1)
	}
	want := normal(s.want(s.get("/preferences?t=x"), 400, "does not work").body)
	for _, bad := range []string{"", "x", token[:31], token + "A", "A" + token[1:], strings.ToLower(token), other, strings.Repeat("A", 5000), "%00", token + "%0a"} {
		for _, path := range []string{"/preferences", "/unsubscribe", "/confirm"} {
			if bad == "" && path == "/preferences" || bad == other && path == "/confirm" {
				continue
			}
			if r := s.get(path + "?t=" + bad); r.status != 400 || normal(r.body) != strings.ReplaceAll(want, "/preferences\" rel", path+"\" rel") && !sameWords(normal(r.body), want) {
				t.Errorf("GET %s?t=%.40s: %d\n%s", path, bad, r.status, r.body)
			}
			if r := s.post(path+"?t="+bad, url.Values{"do": {"save"}, "cadence": {"monthly"}}); r.status != 400 || !sameWords(normal(r.body), want) {
				t.Errorf("POST %s?t=%.40s: %d\n%s", path, bad, r.status, r.body)
			}
		}
	}
	// Whoever was erased has a link that is as bad, and can still unsubscribe in peace.
	if r := s.get("/preferences?t=" + gone); r.status != 400 || !sameWords(normal(r.body), want) {
		t.Errorf("erased: %d", r.status)
	}
	s.want(s.get("/unsubscribe?t="+gone), 200, "not subscribed")
	s.want(s.post("/unsubscribe?t="+gone, nil), 200)
	if s.status("anna@example.org") != audience.Active {
		t.Error("a bad link unsubscribed")
	}
}

var heads = strings.NewReplacer("/unsubscribe", "/preferences", "/confirm", "/preferences")

// sameWords compares pages but for the path in their frame.
func sameWords(a, b string) bool { return heads.Replace(a) == heads.Replace(b) }

func TestPreferences(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	token := s.subscribe("anna@example.org", "each")
	page := s.want(s.get("/preferences?t="+token), 200, "a•••@example.org", "Each post", "Book reviews")
	if strings.Contains(page.body, "anna") {
		t.Error("the page shows the address")
	}
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"save"}, "cadence": {"monthly"}, "topics": {"books", "nonsense"}, "name": {"  Anna\r\nBcc: x "}}), 200, "Saved.")
	who, _ := s.list.Get(ctx, "anna@example.org")
	if who.Cadence != audience.Monthly || len(who.Topics) != 1 || who.Topics[0] != "books" || who.Name != "Anna Bcc: x" {
		t.Errorf("saved as %s %v %q", who.Cadence, who.Topics, who.Name)
	}
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"save"}, "cadence": {"monthly"}, "topics": {"books", "articles"}}), 200)
	if who, _ = s.list.Get(ctx, "anna@example.org"); who.Topics != nil {
		t.Errorf("all topics are saved as %v", who.Topics)
	}
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"pause"}, "weeks": {"4"}}), 200, "30 March 2026")
	if who, _ = s.list.Get(ctx, "anna@example.org"); who.Mailable(s.clock.now()) || !who.Mailable(s.clock.now().AddDate(0, 0, 29)) {
		t.Errorf("paused until %v", who.Paused)
	}
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"resume"}}), 200)
	if who, _ = s.list.Get(ctx, "anna@example.org"); !who.Mailable(s.clock.now()) {
		t.Error("still paused")
	}
	for _, bad := range []url.Values{{"do": {"save"}, "cadence": {"hourly"}}, {"do": {"pause"}, "weeks": {"-1"}}, {"do": {"pause"}, "weeks": {"9999"}}, {"do": {"dance"}}, {}} {
		bad.Set("t", token)
		if r := s.post("/preferences", bad); r.status/100 != 4 {
			t.Errorf("%v: status %d", bad, r.status)
		}
	}

	// A link in a mail may have been forwarded; a fresh one shows its owner all.
	fresh := s.freshToken("anna@example.org")
	for token, email := range map[string]string{token: "a•••@example.org (ask", fresh: "anna@example.org"} {
		r := s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"download"}}), 200, `"`+email, `"consent"`)
		if !json.Valid([]byte(r.body)) || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the download: %v\n%s", r.header, r.body)
		}
	}
	s.clock.turn(25 * time.Hour)
	if r := s.want(s.post("/preferences", url.Values{"t": {fresh}, "do": {"download"}}), 200); strings.Contains(r.body, "anna") {
		t.Errorf("a day later the fresh link still shows\n%s", r.body)
	}
	s.want(s.get("/preferences?t="+fresh), 200, "a•••@example.org")

	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"erase"}}), 200, "Erase everything")
	if s.status("anna@example.org") != audience.Active {
		t.Error("erased before it was confirmed")
	}
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"erase"}, "sure": {"yes"}}), 200, "has been erased")
	if s.status("anna@example.org") != "" || strings.Contains(strings.ReplaceAll(s.everything(), rateKey, ""), "signups/") {
		t.Error("something is left of somebody who was erased")
	}
	s.want(s.get("/preferences?t="+token), 400)
}

func TestChangeOfAddress(t *testing.T) {
	s := newSite(t)
	token := s.subscribe("anna@example.org", "weekly")
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"move"}, "email": {"not one"}}), 422, "spaces")
	s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"move"}, "email": {"lee@example.com"}}), 200, "on its way to the new address")
	letters := s.inbox.to("lee@example.com")
	if len(letters) != 1 || s.status("lee@example.com") != "" {
		t.Fatalf("%d mails to the new address", len(letters))
	}
	s.clock.turn(time.Hour)
	page := s.want(s.get(s.linkIn(letters[0])), 200, "l•••@example.com", "Yes, send it here")
	if s.status("anna@example.org") != audience.Active {
		t.Error("a GET moved the subscription")
	}
	for range 2 {
		s.want(s.post("/confirm", page.fields()), 200, "new address")
	}
	who, err := s.list.Get(t.Context(), "lee@example.com")
	if err != nil || who.Cadence != audience.Weekly || s.status("anna@example.org") != "" {
		t.Errorf("%#v, %v", who, err)
	}
	// The link in an old mail still leads to the same person.
	s.want(s.get("/preferences?t="+token), 200, "l•••@example.com")
	s.clock.turn(time.Hour)
	s.want(s.post("/unsubscribe?t="+token, url.Values{"List-Unsubscribe": {"One-Click"}}), 200)
	if got := s.status("lee@example.com"); got != audience.Left {
		t.Errorf("status %s", got)
	}
	s.want(s.post("/confirm", page.fields()), 200, "from before")
}

// A link is no means of having us write to strangers.
func TestFewChangesOfAddressADay(t *testing.T) {
	s := newSite(t)
	token := s.subscribe("anna@example.org", "weekly")
	for range 2 {
		for i := range 10 {
			address := fmt.Sprintf("stranger%d-%d@example.com", s.clock.now().Day(), i)
			s.want(s.post("/preferences", url.Values{"t": {token}, "do": {"move"}, "email": {address}}), 200, "on its way")
		}
		s.clock.turn(24 * time.Hour)
	}
	if n := len(s.inbox.letters) - 1; n != 2*movesADay {
		t.Errorf("%d mails to strangers in two days", n)
	}
}

func TestSettingsAreFollowed(t *testing.T) {
	s := newSite(t)
	s.want(s.get("/subscribe"), 200, "The Bindery")
	object, body, err := s.state.Get(t.Context(), "catalog.json.gz", anyVersion)
	if err != nil {
		t.Fatal(err)
	}
	changed := withSettings(t, body, strings.Replace(siteYAML, "The Bindery", "The Pottery", 1))
	if _, err := s.state.Replace(t.Context(), object.Key, changed, plainHeader, object.ETag); err != nil {
		t.Fatal(err)
	}
	s.clock.turn(time.Minute)
	s.want(s.get("/subscribe"), 200, "The Pottery")
}
