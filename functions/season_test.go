package functions_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/infra/infratest"
	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/newsletter"
)

// bucketOf is a bucket's name in the stack that infratest resolves the template for.
func bucketOf(name string) string {
	return infratest.Stack + "-" + name + "-" + infratest.Account
}

// season is all five functions on fake servers, with a clock that the test moves.
type season struct {
	clockwork
	t     testing.TB
	aws   *awsServer
	mail  *httptest.Server
	owner *s3.Client // the author's
	each  map[string]functions.Surroundings
}

func newSeason(t testing.TB) *season {
	t.Helper()
	s := &season{t: t, clockwork: clockwork{now: time.Now().UTC().Truncate(time.Second)}, each: map[string]functions.Surroundings{}}
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

// next tells the inbox how to answer the next request.
func (s *season) next(do string) {
	answer, err := http.Post(s.mail.URL+"/control", "application/json", strings.NewReader(`{"next":[{"do":"`+do+`"}]}`))
	s.ok(err)
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		s.t.Fatalf("the inbox answers %d", answer.StatusCode)
	}
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
