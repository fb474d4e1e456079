package functions_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/infra/infratest"
	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/newsletter"
)

// names are the five functions.
var names = []string{"publish", "digest", "send", "subscribe", "webhook"}

// granted but never seen by the transport, because the function itself does not call it.
var elsewhere = map[string]string{
	"logs:CreateLogStream":   "Lambda writes the function's log in its name",
	"logs:PutLogEvents":      "Lambda writes the function's log in its name",
	"sqs:ReceiveMessage":     "Lambda's poller works in the function's name",
	"sqs:DeleteMessage":      "Lambda's poller works in the function's name",
	"sqs:GetQueueAttributes": "Lambda's poller works in the function's name",
}

// TestPoliciesAreExact: all five functions do everything they can do, each with an
// access key of its own, against servers that remember each call. What they called is
// held against the roles of template.yaml, both ways: every call is allowed, and what
// is allowed was called.
func TestPoliciesAreExact(t *testing.T) {
	calls := newSeason(t)
	calls.everything()
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			role := strings.ToUpper(name[:1]) + name[1:] + "Role"
			statements := template.Allowed(role)
			if len(statements) < 3 {
				t.Fatalf("%s has %d statements", role, len(statements))
			}
			made := calls.aws.made(name)
			if len(made) < 4 {
				t.Fatalf("only %d calls were seen", len(made))
			}
			used := map[[2]string]bool{} // action, resource pattern
			for call := range made {
				allowed := false
				for _, s := range statements {
					for _, pattern := range s.Resources {
						if slices.Contains(s.Actions, call.action) && matches(pattern, call.resource) {
							used[[2]string{call.action, pattern}] = true
							allowed = true
						}
					}
				}
				if !allowed {
					t.Errorf("the role does not allow %s on %s", call.action, call.resource)
				}
			}
			for _, s := range statements {
				for _, action := range s.Actions {
					if strings.Contains(action, "*") {
						t.Errorf("statement %s allows %s", s.Sid, action)
					}
					if elsewhere[action] != "" {
						continue
					}
					for _, pattern := range s.Resources {
						if !used[[2]string{action, pattern}] {
							t.Errorf("nothing used statement %s: %s on %s", s.Sid, action, pattern)
						}
					}
				}
			}
		})
	}
}

// matches tells whether an ARN of a policy covers a resource: "*" stands for anything.
func matches(pattern, resource string) bool {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	return regexp.MustCompile("^" + expr + "$").MatchString(resource)
}

// bucketOf is a bucket's name in the stack that infratest resolves the template for.
func bucketOf(name string) string {
	return infratest.Stack + "-" + name + "-" + infratest.Account
}

// season is all five functions on fake servers, with a clock that the test moves.
type season struct {
	t     testing.TB
	aws   *awsServer
	mail  *httptest.Server
	owner *s3.Client // the author's
	each  map[string]functions.Surroundings

	mu  sync.Mutex
	now time.Time
}

func newSeason(t testing.TB) *season {
	t.Helper()
	s := &season{t: t, now: time.Now().UTC().Truncate(time.Second), each: map[string]functions.Surroundings{}}
	s.aws = newAWS(t, map[string]string{"/pennypost/mailgun/sending-key": "key", "/pennypost/mailgun/events-key": "key", "/pennypost/mailgun/signing-key": "key"})
	box, err := inbox.New(inbox.Options{Dir: t.TempDir(), Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	s.mail = httptest.NewServer(box)
	t.Cleanup(s.mail.Close)
	s.owner = s3.NewFromConfig(s.config("author"))
	for _, b := range []string{"content", "site", "state"} {
		if _, err := s.owner.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucketOf(b))}); err != nil {
			t.Fatal(err)
		}
	}
	s.restart()
	return s
}

// restart makes new processes, which remember nothing.
func (s *season) restart() {
	for _, name := range names {
		around := functions.Deployment{
			Content: bucketOf("content"), Site: bucketOf("site"), State: bucketOf("state"),
			SiteURL: siteURL, Distribution: "{Distribution}",
			SendingKey: "/pennypost/mailgun/sending-key", EventsKey: "/pennypost/mailgun/events-key", SigningKey: "/pennypost/mailgun/signing-key",
			Undo: 10 * time.Minute, Settle: 30 * time.Minute, Deadline: time.Minute,
		}.On(s.config(name), slog.New(slog.DiscardHandler))
		around.Now = s.clock
		around.Mailgun.Base = s.mail.URL
		s.each[name] = around
	}
}

func (s *season) config(who string) aws.Config {
	return aws.Config{
		Region: infratest.Region, BaseEndpoint: &s.aws.URL,
		Credentials: credentials.NewStaticCredentialsProvider(who, "secret", ""),
	}
}

func (s *season) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *season) wait(d time.Duration) {
	s.mu.Lock()
	s.now = s.now.Add(d)
	s.mu.Unlock()
}

func (s *season) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *season) put(key string, body []byte) {
	s.t.Helper()
	s.upload("content", key, body)
}

func (s *season) upload(bucket, key string, body []byte) {
	s.t.Helper()
	_, err := s.owner.PutObject(s.t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucketOf(bucket)), Key: &key, Body: bytes.NewReader(body)})
	s.ok(err)
}

// read is an object's body.
func (s *season) read(bucket, key string) string {
	s.t.Helper()
	o, err := s.owner.GetObject(s.t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucketOf(bucket)), Key: &key})
	s.ok(err)
	defer func() { _ = o.Body.Close() }()
	body, err := io.ReadAll(o.Body)
	s.ok(err)
	return string(body)
}

// forget loses an object.
func (s *season) forget(bucket, key string) {
	s.t.Helper()
	_, err := s.owner.DeleteObject(s.t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucketOf(bucket)), Key: &key})
	s.ok(err)
}

func (s *season) newsletter(function string) *newsletter.Newsletter {
	s.t.Helper()
	n, err := s.each[function].Newsletter()
	s.ok(err)
	return n
}

// publish wakes publish for keys, or without any for a tick.
func (s *season) publish(keys ...string) {
	s.t.Helper()
	p := s.each["publish"].Publisher(s.newsletter("publish"))
	if len(keys) == 0 {
		s.ok(p.Tick(s.t.Context()))
		return
	}
	s.ok(p.Run(s.t.Context(), keys))
}

// send lets the clock go on and send work.
func (s *season) send(d time.Duration, ticks int) {
	s.t.Helper()
	for range ticks {
		s.wait(d)
		s.ok(s.newsletter("send").Work(s.t.Context()))
	}
}

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

// next tells the inbox how to answer the next request.
func (s *season) next(do string) {
	answer, err := http.Post(s.mail.URL+"/control", "application/json", strings.NewReader(`{"next":[{"do":"`+do+`"}]}`))
	s.ok(err)
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		s.t.Fatalf("the inbox answers %d", answer.StatusCode)
	}
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

// linkTo is the link in the last mail to an address.
func (s *season) linkTo(address string) string {
	s.t.Helper()
	answer, err := http.Get(s.mail.URL + "/api/messages")
	s.ok(err)
	defer func() { _ = answer.Body.Close() }()
	var letters []struct{ To, Text string }
	s.ok(json.NewDecoder(answer.Body).Decode(&letters))
	for _, l := range letters {
		if m := links.FindStringSubmatch(l.Text); l.To == address && m != nil {
			return m[1]
		}
	}
	s.t.Fatalf("%s got no link", address)
	return ""
}

func (s *season) form(h http.Handler, path string, form url.Values, want int) {
	s.t.Helper()
	s.visit(h, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode(), want)
}

func (s *season) visit(h http.Handler, method, target, contentType, body string, want int) string {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != want {
		s.t.Fatalf("%s %s answers %d, want %d\n%s", method, target, w.Code, want, w.Body)
	}
	if w.Code == http.StatusForbidden || w.Code == http.StatusNotFound {
		s.t.Errorf("%s answers %d, which the CDN replaces by the site's page", target, w.Code)
	}
	return w.Body.String()
}

// TestEachFunctionIsGivenWhatItNeeds: the variables of template.yaml are those that the
// function does not start without.
func TestEachFunctionIsGivenWhatItNeeds(t *testing.T) {
	template, err := infratest.Read("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		id := strings.ToUpper(name[:1]) + name[1:] + "Function"
		given, _ := template.At("Resources", id, "Properties", "Environment", "Variables").(map[string]any)
		if got, want := slices.Sorted(maps.Keys(given)), slices.Sorted(slices.Values(functions.Needs[name])); !slices.Equal(got, want) {
			t.Errorf("%s is given %v, and needs %v", name, got, want)
		}
		if deadline, ok := given["DEADLINE"]; ok {
			timeout, _ := template.At("Resources", id, "Properties", "Timeout").(string)
			if template.Text(deadline) != timeout+"s" {
				t.Errorf("%s has a timeout of %s s and is told %v", name, timeout, deadline)
			}
		}
	}
}
