package signup

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// When S3 does not answer, a mail program is told to try again, and nobody is told
// that something was done.
func TestS3DoesNotAnswer(t *testing.T) {
	nobody := httptest.NewServer(nil)
	nobody.Close()
	state := store.New(s3.New(storetest.Client(nobody.URL).Options(), func(o *s3.Options) { o.RetryMaxAttempts = 1 }), "state")
	var log bytes.Buffer
	h := New(Options{Audience: audience.Open(audience.Options{State: state}), State: state, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", "/subscribe", nil),
		httptest.NewRequest("POST", "/subscribe", strings.NewReader("email=anna@example.org")),
		httptest.NewRequest("POST", "/unsubscribe?t=EQEsh9HzbBc_WlQ5x2nEIvMxEt_hkJ31", strings.NewReader("List-Unsubscribe=One-Click")),
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: %d %v", r.Method, r.URL.Path, w.Code, w.Header())
		}
		if strings.Contains(w.Body.String(), "127.0.0.1") {
			t.Errorf("the answer tells of our insides: %s", w.Body)
		}
	}
	if text := log.String(); !strings.Contains(text, "/unsubscribe") || strings.Contains(text, "@") || strings.Contains(text, "EQEsh9") {
		t.Errorf("the log says %s", text)
	}
}

func TestScrub(t *testing.T) {
	for in, want := range map[string]string{
		"no address": "no address",
		`550 <anna@example.org>: mailbox is full`: "550 (address) mailbox is full",
		"to=anna@example.org,x":                   "(address)",
	} {
		if got := scrub(in); got != want {
			t.Errorf("scrub(%q) = %q, want %q", in, got, want)
		}
	}
}

// An answer that sends no mail takes as long as one that does, whether the address may
// not be written to or had its mail today.
func TestHowLongAMailTakes(t *testing.T) {
	var l lastSend
	if got := l.last(); got != usualSend {
		t.Errorf("before the first: %v", got)
	}
	for took, want := range map[time.Duration]time.Duration{0: 1, 5 * time.Millisecond: 5 * time.Millisecond, time.Minute: 2 * time.Second} {
		l.took(took)
		if got := l.last(); got != want {
			t.Errorf("after one of %v: %v, want %v", took, got, want)
		}
	}
}

// What was done before counts, so that all answers end at the same time.
func TestAnswersEndAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lastSend
		l.took(500 * time.Millisecond)
		for before, want := range map[time.Duration]time.Duration{0: 500, 200 * time.Millisecond: 500, 700 * time.Millisecond: 700} {
			start := time.Now()
			time.Sleep(before)
			l.imitate(t.Context(), start)
			if got := time.Since(start); got != want*time.Millisecond {
				t.Errorf("after %v of work: %v", before, got)
			}
		}
	})
}
