package functions

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// rotation is an SSM with one key, and a Mailgun that knows one: each can be changed.
type rotation struct {
	inSSM, atMailgun atomic.Value // string
	reads, posts     atomic.Int64
	now              time.Time
	keys             *parameters
	s                Surroundings
}

func newRotation(t *testing.T) *rotation {
	r := &rotation{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	r.inSSM.Store("first")
	r.atMailgun.Store("first")
	ssm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r.reads.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]any{"Parameter": map[string]string{"Value": r.inSSM.Load().(string)}})
	}))
	t.Cleanup(ssm.Close)
	box := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.posts.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if _, key, _ := q.BasicAuth(); key != r.atMailgun.Load().(string) {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"message":"Invalid private key"}`)
			return
		}
		fmt.Fprint(w, `{"id":"<1@mg.notes.example>","message":"Queued. Thank you."}`)
	}))
	t.Cleanup(box.Close)
	clock := func() time.Time { return r.now }
	r.keys = newParameters(aws.Config{
		Region: "eu-central-1", BaseEndpoint: &ssm.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
	}, clock)
	key := r.keys.get("/pennypost/mailgun/key")
	r.s = Surroundings{
		S3: storetest.Server(t), Content: "content", Site: "site", State: "state", Now: clock, Rand: rand.Reader,
		Mailgun: Mailgun{Base: box.URL, Domain: "mg.notes.example", SendingKey: key, SigningKey: key, Refused: r.keys.refused},
	}
	return r
}

// send mails somebody and counts what it took.
func (r *rotation) send(t *testing.T) (reads, posts int64, err error) {
	t.Helper()
	reads, posts = r.reads.Load(), r.posts.Load()
	m := mail.Message{Subject: "Hello", Text: "Hello.", HTML: "<p>Hello.</p>", From: "Ada <ada@mg.notes.example>"}
	err = r.s.mailer().one(t.Context(), "mg.notes.example", "us", "1@mg.notes.example", m, "reader@example.com")
	return r.reads.Load() - reads, r.posts.Load() - posts, err
}

// TestARotatedSendingKeyIsReadAgain: a key that Mailgun refuses is fetched anew and the
// mail goes out, but no flood of refusals becomes one of calls to SSM.
func TestARotatedSendingKeyIsReadAgain(t *testing.T) {
	r := newRotation(t)
	expect := func(when string, refused bool, wantReads, wantPosts int64) {
		t.Helper()
		reads, posts, err := r.send(t)
		var auth *mailgun.AuthError
		if errors.As(err, &auth) != refused || err != nil && !refused || reads != wantReads || posts != wantPosts {
			t.Errorf("%s: %v after %d reads of the key and %d requests, want %d and %d", when, err, reads, posts, wantReads, wantPosts)
		}
	}
	expect("the first mail", false, 1, 1)
	expect("a second", false, 0, 1)

	r.atMailgun.Store("second")
	r.now = r.now.Add(time.Minute)
	expect("changed at Mailgun only", true, 1, 1)
	r.inSSM.Store("second")
	expect("changed in SSM a moment later", true, 0, 1)
	r.now = r.now.Add(renew)
	expect("half a minute later", false, 1, 2)

	r.inSSM.Store("third")
	r.atMailgun.Store("third")
	r.now = r.now.Add(keepKey)
	expect("changed in both, five minutes later", false, 1, 1)
}

// TestARotatedSigningKeyIsReadAgain: the same for webhooks, where forged signatures come
// from anywhere.
func TestARotatedSigningKeyIsReadAgain(t *testing.T) {
	r := newRotation(t)
	r.inSSM.Store("old")
	site := &hookSite{Surroundings: r.s, t: t, at: r.now}
	h := site.Webhook()
	post := func(when, token string, want int, wantReads int64) {
		t.Helper()
		before := r.reads.Load()
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhooks/mailgun",
			strings.NewReader(site.signed(r.now, token, `{"event":"delivered","id":"e"}`)))
		status, _ := visit(t, h, q)
		if reads := r.reads.Load() - before; status != want || reads != wantReads {
			t.Errorf("%s: %d after %d reads of the key, want %d after %d", when, status, reads, want, wantReads)
		}
	}
	post("signed with another key", "a", http.StatusNotAcceptable, 1)
	post("and again", "b", http.StatusNotAcceptable, 0)
	r.inSSM.Store("key") // what signed() signs with
	post("set a moment ago", "c", http.StatusNotAcceptable, 0)
	r.now = r.now.Add(renew)
	post("half a minute later", "d", http.StatusOK, 1)
	post("from then on", "e", http.StatusOK, 0)
}
