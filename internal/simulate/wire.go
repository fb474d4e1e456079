package simulate

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// wire is what lies between the handlers and everybody else. Each call waits on it
// until the storm decides what becomes of it.
type wire struct {
	mu    sync.Mutex
	calls []*call
	rang  chan struct{} // something came in since the last look
}

// call is one request on the wire.
type call struct {
	by     *invocation
	line   string // "PUT state/outbox.json if-match": what it is, for the order and the trace
	req    *http.Request
	body   []byte
	answer chan answer
	gone   bool         // nobody waits for the answer any more; the request may still arrive; guarded by the wire's mutex
	lost   bool         // it was gone when the simulator last looked
	sent   bool         // the request has left the client
	at     time.Time    // when it was sent
	plan   int64        // the generation of the catalog that its sender works from
	mail   *mailRequest // of a POST to Mailgun that can be read
}

type answer struct {
	resp *http.Response
	err  error
}

var (
	errDied  = errors.New("the process died")
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

// timeout is how Go's transport says that a connection gave no sign for too long.
type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func newWire() *wire { return &wire{rang: make(chan struct{}, 1)} }

func (w *wire) ring() {
	select {
	case w.rang <- struct{}{}:
	default:
	}
}

// road is a container's way to the wire.
type road struct {
	wire *wire
	from *container
}

// Do implements the HTTP client of the AWS SDK.
func (r road) Do(req *http.Request) (*http.Response, error) { return r.RoundTrip(req) }

// RoundTrip implements http.RoundTripper.
func (r road) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := memory.Body(req)
	if err != nil {
		return nil, err
	}
	ctx := req.Context()
	c := &call{line: lineOf(req), req: req, body: body, answer: make(chan answer, 1), at: time.Now(), sent: true}
	if req.URL.Host == mailHost {
		// Requests side by side must be told apart, or chance would not decide their order.
		c.line += " " + req.URL.Query().Get("message-id")
		if m, err := readMail(c); err == nil {
			c.mail = &m
			c.line += m.id
		}
	}
	r.wire.mu.Lock()
	if r.from.dead {
		r.wire.mu.Unlock()
		return nil, errDied
	}
	c.by = r.from.serving
	c.plan = c.by.plan
	r.wire.calls = append(r.wire.calls, c)
	r.wire.mu.Unlock()
	r.wire.ring()
	select {
	case a := <-c.answer:
		if c.sent {
			wroteHeaders(ctx)
		}
		return a.resp, a.err
	case <-r.from.died:
		err = errDied
	case <-ctx.Done():
		wroteHeaders(ctx) // it may arrive yet
		err = ctx.Err()
	}
	r.wire.mu.Lock()
	c.gone = true
	r.wire.mu.Unlock()
	return nil, err
}

// wroteHeaders tells a client that asked for it that its request went out.
func wroteHeaders(ctx context.Context) {
	if t := httptrace.ContextClientTrace(ctx); t != nil && t.WroteHeaders != nil {
		t.WroteHeaders()
	}
}

// lineOf says what a request is, without anything that may differ between two calls
// that mean the same.
func lineOf(r *http.Request) string {
	line := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/")
	if r.URL.Host != s3Host {
		return line
	}
	if q := r.URL.Query(); q.Has("list-type") {
		line = "LIST " + strings.TrimPrefix(r.URL.Path, "/") + "/" + q.Get("prefix") + "*"
		if after := q.Get("start-after"); after != "" {
			line += " after " + after
		}
	}
	for _, name := range []string{"If-Match", "If-None-Match"} {
		if r.Header.Get(name) != "" {
			line += " " + strings.ToLower(name)
		}
	}
	return line
}

// group is calls that cannot be told apart. They share their fate, so that it does not
// matter which goroutine came first.
type group []*call

// waiting lists the calls on the wire in an order that only depends on what they are.
func (w *wire) waiting() []group {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := slices.Clone(w.calls)
	slices.SortStableFunc(calls, func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.by.n, b.by.n), cmp.Compare(a.line, b.line), compareBools(a.gone, b.gone))
	})
	var groups []group
	for i, c := range calls {
		c.lost = c.gone
		if i > 0 && calls[i-1].by == c.by && calls[i-1].line == c.line && calls[i-1].gone == c.gone {
			groups[len(groups)-1] = append(groups[len(groups)-1], c)
			continue
		}
		groups = append(groups, group{c})
	}
	return groups
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// off takes a call from the wire.
func (w *wire) off(c *call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = slices.DeleteFunc(w.calls, func(other *call) bool { return other == c })
}

// cut shortens an answer as a connection that breaks in the middle does.
func cut(r *http.Response) *http.Response {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(body[:len(body)/2])), broken{}))
	return r
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
