package audience

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// badLine is a network on which requests and answers get lost, and a server that is
// busy at times.
type badLine struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (b *badLine) Do(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	fate := b.r.IntN(100)
	b.mu.Unlock()
	switch {
	case fate < 4:
		return nil, errors.New("the request was lost")
	case fate < 8:
		return &http.Response{StatusCode: 500, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
	case fate < 11 && r.Method == http.MethodPut:
		body := `<Error><Code>ConditionalRequestConflict</Code><Message>busy</Message></Error>`
		return &http.Response{StatusCode: 409, Proto: "HTTP/1.1", Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && fate >= 92 {
		answer.Body.Close()
		return nil, errors.New("the answer was lost")
	}
	return answer, err
}

// On a bad line, with everybody pressing their button until it says that it is
// done, everybody is on the list once, and who left has left.
func TestABadLine(t *testing.T) {
	good := storetest.Server(t)
	line := &badLine{r: rand.New(rand.NewPCG(1, 2))}
	bad := s3.New(good.Options(), func(o *s3.Options) {
		o.HTTPClient = line
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxBackoff, o.RateLimiter = 5*time.Millisecond, noLimit{}
		})
	})
	c := newClock()
	insist := func(do func() error) {
		for range 50 {
			if do() == nil {
				return
			}
		}
		t.Error("it did not work in fifty tries")
	}
	const writers, subscribers = 8, 240
	var wg sync.WaitGroup
	for w := range writers {
		a := Open(Options{State: store.New(bad, "state"), Now: c.now})
		wg.Go(func() {
			for i := w; i < subscribers; i += writers / 2 { // everybody presses twice
				q := ask(c, fmt.Sprintf("reader%d@example.org", i), Cadences[i%3])
				insist(func() error { _, err := a.Confirm(t.Context(), q); return err })
			}
		})
	}
	wg.Wait()
	c.turn(time.Hour)
	for w := range writers {
		a := Open(Options{State: store.New(bad, "state"), Now: c.now})
		wg.Go(func() {
			for i := w; i < subscribers; i += writers {
				address := fmt.Sprintf("reader%d@example.org", i)
				var uid string
				insist(func() error { s, err := a.Get(t.Context(), address); uid = s.UID; return err })
				switch i % 4 {
				case 0:
					insist(func() error { return a.Leave(t.Context(), uid, c.now()) })
				case 1:
					insist(func() error { return a.Bounce(t.Context(), address, c.now()) })
				case 2:
					q := ask(c, fmt.Sprintf("moved%d@example.org", i), Each)
					insist(func() error { _, err := a.Move(t.Context(), uid, q); return err })
				}
			}
		})
	}
	wg.Wait()
	a := Open(Options{State: store.New(good, "state"), Now: c.now})
	seen := map[string]Status{}
	for records, err := range a.Shards(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range records {
			if s.Status == Moved {
				continue
			}
			if _, twice := seen[s.Email]; twice {
				t.Errorf("%v is there twice", s)
			}
			seen[s.Email] = s.Status
		}
	}
	left, err := a.Left(t.Context(), time.Time{})
	if err != nil || left.Len() != subscribers*3/4 {
		t.Errorf("%d leavings, %v", left.Len(), err)
	}
	for i := range subscribers {
		address, want := fmt.Sprintf("reader%d@example.org", i), []Status{Left, Bounced, Active, Active}[i%4]
		if i%4 == 2 {
			address = fmt.Sprintf("moved%d@example.org", i)
		}
		if seen[address] != want {
			t.Errorf("subscriber %d is %q, not %q", i, seen[address], want)
		}
	}
	if len(seen) != subscribers {
		t.Errorf("%d subscribers", len(seen))
	}
}

// noLimit lets the SDK repeat as often as it likes.
type noLimit struct{}

func (noLimit) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (noLimit) AddTokens(uint) error { return nil }
