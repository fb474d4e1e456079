package s3disk

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rclone/gofakes3"
)

// Handler serves the buckets as S3 does, path style, to whoever signs with any
// credentials or none.
//
// In front of gofakes3 stands what it does not do: conditions are handed to the
// step that swaps the object, also for COPY and DELETE; `+` in a copy's source means
// itself; bodies in signed chunks are unpacked; keys that are not UTF-8 are refused; and browsers are turned away, because
// any web page could otherwise read and write the buckets of its visitor.
func (d *Disk) Handler() http.Handler {
	// No skew limit: the local clock may have been started at any time.
	inner := gofakes3.New(d, gofakes3.WithTimeSkewLimit(0), gofakes3.WithTimeSource(clock{d.now})).Server()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" && r.Header.Get("Sec-Fetch-Site") != "none" {
			http.Error(w, "web pages may not use this endpoint", http.StatusForbidden)
			return
		}
		if !utf8.ValidString(r.URL.Path) {
			http.Error(w, "keys are UTF-8", http.StatusBadRequest)
			return
		}
		if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
			// gofakes3 unpacks two of the kinds of chunked bodies, and would store the
			// others as they are sent. They differ in signatures, which it skips.
			r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
		}
		if source := r.Header.Get("X-Amz-Copy-Source"); source != "" {
			r.Header.Set("X-Amz-Copy-Source", copySource(source))
		}
		ctx := context.WithValue(r.Context(), causeKey{}, causeOf(r))
		if c := requested(r); c != (conditions{}) {
			ctx = context.WithValue(ctx, conditionsKey{}, c)
		}
		inner.ServeHTTP(w, r.WithContext(ctx))
	})
}

type causeKey struct{}

// causeOf names the event a writing request leads to.
func causeOf(r *http.Request) string {
	switch {
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		return CreatedCopy
	case r.Method == http.MethodPost && r.URL.Query().Has("uploadId"):
		return CreatedMultipart
	case r.Method == http.MethodPost:
		return CreatedPost
	}
	return CreatedPut
}

func cause(ctx context.Context) string {
	if name, ok := ctx.Value(causeKey{}).(string); ok {
		return name
	}
	return CreatedPut
}

// copySource makes "bucket/key" of a copy's source readable for gofakes3: it takes
// `+` for a blank, and does not see a slash that is encoded.
func copySource(s string) string {
	version := ""
	if i := strings.IndexByte(s, '?'); i >= 0 {
		s, version = s[:i], s[i:]
	}
	plain, err := url.PathUnescape(s)
	if err != nil {
		return s + version // gofakes3 says what is wrong with it
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(plain, "/"), "/")
	return bucket + "/" + url.QueryEscape(key) + version
}

// clock lets gofakes3 read our time.
type clock struct{ now func() time.Time }

// Now implements gofakes3.TimeSource.
func (c clock) Now() time.Time { return c.now() }

// Since implements gofakes3.TimeSource.
func (c clock) Since(t time.Time) time.Duration { return c.now().Sub(t) }
