package mailgun

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever an answer says, it becomes one typed error without an address in it,
// a limit that is smaller than the batch, and a time within a month.
func FuzzAnswer(f *testing.F) {
	f.Add(420, []byte(`{"message":"recipient limit exceeded, try again after Wed, 22 Feb 2023 10:04:01 UTC"}`), "90")
	f.Add(400, []byte(`{"message":"Too many recipients; max is 10"}`), "")
	f.Add(400, []byte(`{"message":"ann@example.org is not yours"}`), "")
	f.Add(429, []byte("Try again in 20 minutes"), "Wed, 22 Feb 2023 10:04:01 GMT")
	f.Add(502, []byte("<html>"), "x")
	f.Add(233, []byte(`a@"b"@c`), "")
	f.Add(233, []byte(strings.Repeat("x ", longestReason/2-1)+`o@"cut between the two`), "")
	f.Fuzz(func(t *testing.T, status int, body []byte, after string) {
		now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		x := &exchange{}
		if after != "" {
			x.retryAfter.Store(&after)
		}
		const n = 25
		err := judge(status, body, x, n, now)
		text := err.Error()
		if !utf8.ValidString(text) || Scrub(text) != text || len(text) > longestReason+100 {
			t.Errorf("%q", text)
		}
		if e := new(LimitError); errors.As(err, &e) && (e.Max < 1 || e.Max >= n) {
			t.Errorf("a limit of %d for %d recipients", e.Max, n)
		}
		if e := new(ThrottledError); errors.As(err, &e) && e.Until.After(now.Add(longestWait)) {
			t.Errorf("until %v", e.Until)
		}
	})
}
