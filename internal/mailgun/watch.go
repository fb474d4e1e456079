package mailgun

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// largestAnswer is how much of an answer is read. A page of 300 events is about 1 MB.
const largestAnswer = 16 << 20

// exchange is what mailgun-go does not tell about a request.
type exchange struct {
	// left is set once the request's header was written: before that Mailgun cannot
	// have acted on it, after that it may have.
	left       atomic.Bool
	retryAfter atomic.Pointer[string]
}

type exchangeKey struct{}

// watched adds an exchange to the context of one request.
func watched(ctx context.Context) (context.Context, *exchange) {
	x := &exchange{}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { x.left.Store(true) },
	})
	return context.WithValue(ctx, exchangeKey{}, x), x
}

// watcher notes headers in the request's exchange and bounds the answer.
type watcher struct{ next http.RoundTripper }

func (t watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	next := t.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		if after := resp.Header.Get("Retry-After"); after != "" {
			x.retryAfter.Store(&after)
		}
	}
	resp.Body = bounded{io.LimitReader(resp.Body, largestAnswer), resp.Body}
	return resp, nil
}

type bounded struct {
	io.Reader
	io.Closer
}
