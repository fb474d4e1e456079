package audience

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// clock is a clock that tests turn.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) turn(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return c.at
}

// newAudience is an empty audience on a real S3 server, and its clock.
func newAudience(t testing.TB) (*Audience, *clock) {
	t.Helper()
	c := newClock()
	return Open(Options{State: newBucket(t), Now: c.now}), c
}

// ask is what a reader asks for now.
func ask(c *clock, address string, cadence Cadence) Ask {
	return Ask{Address: address, Cadence: cadence, At: c.now(), Consent: Consent{At: c.now(), Source: "form"}}
}

func confirm(t testing.TB, a *Audience, q Ask) Subscriber {
	t.Helper()
	s, err := a.Confirm(context.Background(), q)
	if err != nil {
		t.Fatalf("confirm: %v", err)
	}
	return s
}

// status is the state an address is in.
func status(t testing.TB, a *Audience, address string) Status {
	t.Helper()
	s, err := a.Get(context.Background(), address)
	if errors.Is(err, ErrNotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.Status
}

func refused(err error) Status {
	var r *RefusedError
	if errors.As(err, &r) {
		return r.Status
	}
	return ""
}

// newBucket is an empty bucket on a real S3 server.
func newBucket(t testing.TB) *store.Bucket {
	t.Helper()
	return store.New(storetest.Server(t), "state")
}
