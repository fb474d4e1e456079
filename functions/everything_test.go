package functions_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/newsletter"
)

// everything is all that the functions can do.
func (s *season) everything() {
	ctx := s.t.Context()
	s.put("posts/site.yaml", []byte("title: Notes\nauthor: {name: Ada, email: ada@home.example}\nnewsletter: {domain: mg.notes.example, address: 1 High Street}\n"))
	s.publish() // the sweep of an empty site finds the settings
	s.ok(s.newsletter("digest").OpenDigests(ctx))
	// Whoever needs the keys of the audience first makes them: here the two that are
	// seldom the first.
	s.report(90, `"complained"`, "stranger@example.com")
	s.forget("state", "keys.json")
	s.restart()
	s.put("posts/first.md", []byte("# First\n"))
	s.publish("posts/first.md")
	s.send(time.Minute, 1)
	s.forget("state", "keys.json")
	s.restart()
	s.signUp("each@example.com", audience.Each)
	s.signUp("weekly@example.com", audience.Weekly)
	s.signUp("monthly@example.com", audience.Monthly)

	var photo bytes.Buffer
	s.ok(png.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8))))
	s.put("posts/photo.png", photo.Bytes())
	s.put("posts/alpha.md", []byte("# Alpha\n\n![a photo](photo.png)\n"))
	s.publish("posts/alpha.md", "posts/photo.png")
	s.send(11*time.Minute, 2)
	s.uncertain()
	s.queued()
	s.webhooks()
	s.author()

	// Digests, then everybody changes their mind.
	for range 6 {
		s.wait(8 * 24 * time.Hour)
		s.ok(s.newsletter("digest").OpenDigests(ctx))
		s.send(time.Minute, 3)
	}
	// A digest that was opened by a run that died right after.
	outbox := s.read("state", "outbox.json")
	s.wait(32 * 24 * time.Hour)
	s.ok(s.newsletter("digest").OpenDigests(ctx))
	s.upload("state", "outbox.json", []byte(outbox))
	s.restart()
	s.ok(s.newsletter("digest").OpenDigests(ctx))
	s.send(time.Minute, 3)
	s.preferences("weekly@example.com")

	// Deletion, a file that ended a run before, the hourly sweep, a lost catalog.
	s.put("posts/beta.md", []byte("# Beta\n"))
	s.ok(s.each["publish"].Publisher(s.newsletter("publish")).RunAlone(ctx, []string{"posts/beta.md", "posts/gone.md"}))
	s.forget("content", "posts/alpha.md")
	s.publish("posts/alpha.md")
	s.wait(2 * time.Hour)
	s.publish()
	s.restart()
	s.forget("state", "catalog.json.gz")
	s.publish()
}

// queued mails a post while Mailgun wants nothing, so that its receipt and the author's
// page tell until when it is queued.
func (s *season) queued() {
	s.next("420")
	s.put("posts/zeta.md", []byte("# Zeta\n"))
	s.publish("posts/zeta.md")
	s.send(11*time.Minute, 1)
	s.put("posts/zeta.md", []byte("# Zeta, mended\n"))
	s.publish("posts/zeta.md")
	n := s.newsletter("send")
	issues, err := n.List(s.t.Context())
	s.ok(err)
	at := slices.IndexFunc(issues, func(i newsletter.Issue) bool { return i.State == newsletter.Sending })
	if at < 0 {
		s.t.Fatal("no issue is being sent")
	}
	link, err := n.AuthorLink(s.t.Context(), issues[at].ID)
	s.ok(err)
	page := s.visit(s.each["subscribe"].Subscribe(), http.MethodGet, link, "", "", http.StatusOK)
	for name, text := range map[string]string{"receipt": s.read("content", "receipts/posts/zeta.md.txt"), "page": page} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), "the rest is queued until") {
			s.t.Errorf("the %s does not tell until when the rest is queued:\n%s", name, text)
		}
	}
	s.send(time.Minute, 2)
}

// uncertain mails a post while Mailgun answers with an error, and asks its log later.
func (s *season) uncertain() {
	s.next("500")
	s.put("posts/gamma.md", []byte("# Gamma\n"))
	s.publish("posts/gamma.md")
	s.send(11*time.Minute, 2)
	s.send(31*time.Minute, 3)
}

// webhooks are everything that Mailgun reports.
func (s *season) webhooks() {
	for i, kind := range []string{`"complained"`, `"unsubscribed"`, `"failed","severity":"permanent"`} {
		who := fmt.Sprintf("reader%d@example.com", i)
		s.signUp(who, audience.Each)
		s.wait(time.Minute)
		s.aws.lose("/left/")
		s.report(i, kind, who)
	}
	s.send(time.Minute, 2) // the author hears of the complaint
}

// report is one event, reported twice.
func (s *season) report(i int, kind, who string) {
	s.t.Helper()
	token := fmt.Sprintf("token-%d", i)
	mac := hmac.New(sha256.New, []byte("key"))
	fmt.Fprintf(mac, "%d%s", s.clock().Unix(), token)
	body := fmt.Sprintf(`{"signature":{"timestamp":"%d","token":%q,"signature":"%s"},"event-data":{"event":%s,"id":"e%d","timestamp":%d.5,"recipient":%q}}`,
		s.clock().Unix(), token, hex.EncodeToString(mac.Sum(nil)), kind, i, s.clock().Unix(), who)
	for range 2 {
		s.visit(s.each["webhook"].Webhook(), http.MethodPost, "/webhooks/mailgun", "application/json", body, http.StatusOK)
	}
}

// author uses the links in the author's mails, also after tidying up a receipt.
func (s *season) author() {
	for _, name := range []string{"delta", "epsilon"} {
		s.put("posts/"+name+".md", []byte("# "+name+"\n"))
		s.publish("posts/" + name + ".md")
		n := s.newsletter("send")
		issues, err := n.List(s.t.Context())
		s.ok(err)
		var id string
		for _, i := range issues {
			if i.State == newsletter.Waiting {
				id = i.ID
			}
		}
		link, err := n.AuthorLink(s.t.Context(), id)
		s.ok(err)
		token, err := url.QueryUnescape(strings.TrimPrefix(link, "/author?t="))
		s.ok(err)
		h := s.each["subscribe"].Subscribe()
		s.visit(h, http.MethodGet, link, "", "", http.StatusOK)
		if name == "epsilon" {
			s.forget("content", "receipts/posts/epsilon.md.txt")
		}
		s.form(h, "/author", url.Values{"t": {token}, "do": {"cancel"}}, http.StatusSeeOther)
	}
}

var (
	hidden = regexp.MustCompile(`name="form" value="([^"]+)"`)
	links  = regexp.MustCompile(regexp.QuoteMeta(siteURL) + `(/(?:confirm|preferences)\?t=[^\s"<>)]+)`)
)

// signUp goes the whole way through the form and the mail.
func (s *season) signUp(address string, c audience.Cadence) {
	s.t.Helper()
	h := s.each["subscribe"].Subscribe()
	page := s.visit(h, http.MethodGet, "/subscribe", "", "", http.StatusOK)
	s.wait(5 * time.Second)
	seal := hidden.FindStringSubmatch(page)
	if seal == nil {
		s.t.Fatalf("no seal in %s", page)
	}
	s.form(h, "/subscribe", url.Values{"email": {address}, "cadence": {string(c)}, "form": {seal[1]}}, http.StatusSeeOther)
	link := s.linkTo(address)
	s.visit(h, http.MethodGet, link, "", "", http.StatusOK)
	token, err := url.QueryUnescape(strings.TrimPrefix(link, "/confirm?t="))
	s.ok(err)
	s.form(h, "/confirm", url.Values{"t": {token}}, http.StatusOK)
}

// preferences does all that a subscriber can do, and leaves.
func (s *season) preferences(address string) {
	s.t.Helper()
	h := s.each["subscribe"].Subscribe()
	page := s.visit(h, http.MethodGet, "/preferences", "", "", http.StatusOK)
	s.wait(5 * time.Second)
	s.form(h, "/preferences", url.Values{"do": {"link"}, "email": {address}, "form": {hidden.FindStringSubmatch(page)[1]}}, http.StatusOK)
	link := s.linkTo(address)
	token, err := url.QueryUnescape(strings.TrimPrefix(link, "/preferences?t="))
	s.ok(err)
	s.visit(h, http.MethodGet, link, "", "", http.StatusOK)
	for _, form := range []url.Values{
		{"do": {"save"}, "cadence": {"monthly"}}, {"do": {"pause"}, "weeks": {"4"}}, {"do": {"resume"}}, {"do": {"download"}},
		{"do": {"move"}, "email": {"moved@example.com"}},
	} {
		form.Set("t", token)
		s.form(h, "/preferences", form, http.StatusOK)
	}
	s.wait(time.Minute)
	s.aws.lose("/left/")
	s.visit(h, http.MethodPost, "/unsubscribe?t="+url.QueryEscape(token), "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click", http.StatusOK)
	s.form(h, "/preferences", url.Values{"t": {token}, "do": {"erase"}, "sure": {"yes"}}, http.StatusOK)
}
