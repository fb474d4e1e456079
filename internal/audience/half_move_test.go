package audience

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// power is a line on which something happens at one request: after it, if it is to take
// effect, else in its place. Then the line is dead, unless it goes on.
type power struct {
	at      int64
	after   bool
	goesOn  bool
	happens func()
	count   atomic.Int64
}

var errPower = errors.New("the power is gone")

func (p *power) Do(r *http.Request) (*http.Response, error) {
	k := p.count.Add(1)
	switch {
	case k == p.at && p.goesOn:
		p.happens()
		return http.DefaultTransport.RoundTrip(r)
	case k < p.at || p.at == 0 || k > p.at && p.goesOn:
		return http.DefaultTransport.RoundTrip(r)
	case k == p.at && p.after:
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			_ = answer.Body.Close()
		}
	}
	return nil, errPower
}

// over is an audience on such a line.
func (p *power) over(good *s3.Client, now func() time.Time) *Audience {
	client := s3.New(good.Options(), func(o *s3.Options) { o.HTTPClient, o.Retryer = p, aws.NopRetryer{} })
	return Open(Options{State: store.New(client, "state"), Now: now})
}

// A move dies at each of its requests, or goes on, and there its owner leaves: by a link
// that the old address was mailed, by one that the new address was mailed, or by a report
// about either address. Then they have left at both, whether the button is pressed again
// or not, and however a restored backup of the list would look.
func TestWhoLeavesInTheMiddleOfAMoveHasLeft(t *testing.T) {
	good := storetest.Server(t)
	c := newClock()
	a := Open(Options{State: store.New(good, "state"), Now: c.now})
	calm := &power{}
	first := confirm(t, a, ask(c, "first@example.org", Weekly))
	c.turn(time.Hour)
	if _, err := calm.over(good, c.now).Move(t.Context(), first.UID, ask(c, "first@example.com", Each)); err != nil {
		t.Fatal(err)
	}
	total := calm.count.Load()
	t.Logf("a move takes %d requests", total)

	ways := map[string]func(from, to string, src Subscriber) error{
		"by the old link": func(_, _ string, src Subscriber) error { return a.Leave(t.Context(), src.UID, c.now()) },
		"by the new link": func(_, to string, src Subscriber) error {
			dst, err := a.Get(t.Context(), to)
			if err != nil {
				return a.Leave(t.Context(), src.UID, c.now()) // nobody was mailed there yet
			}
			return a.Leave(t.Context(), dst.UID, c.now())
		},
		"by a report of the old address": func(from, _ string, _ Subscriber) error { return a.LeaveAddress(t.Context(), from, c.now()) },
		"by a complaint":                 func(from, _ string, _ Subscriber) error { return a.Complain(t.Context(), from, c.now()) },
	}
	n := 0
	for name, leave := range ways {
		for at := int64(1); at <= total; at++ {
			for _, how := range []*power{{}, {after: true}, {goesOn: true}} {
				n++
				from, to := fmt.Sprintf("old%d@example.org", n), fmt.Sprintf("new%d@example.com", n)
				src := confirm(t, a, ask(c, from, Weekly))
				q := ask(c, to, Each)
				q.At = c.turn(time.Hour)
				c.turn(time.Hour)
				left := func() {
					if err := leave(from, to, src); err != nil {
						t.Fatalf("%s at %d: %v", name, at, err)
					}
				}
				how.at, how.happens = at, left
				_, _ = how.over(good, c.now).Move(t.Context(), src.UID, q)
				if !how.goesOn {
					left()
				}
				what := fmt.Sprintf("%s at %d, after its effect: %t, going on: %t", name, at, how.after, how.goesOn)
				nobodyAt(t, a, what, from, to)
				if n%2 == 0 {
					_, _ = a.Move(t.Context(), src.UID, q)
					nobodyAt(t, a, what+", and again", from, to)
				}
			}
		}
	}
}

// nobodyAt fails the test if mail may go to an address, by its record or by the leavings.
func nobodyAt(t *testing.T, a *Audience, what string, addresses ...string) {
	t.Helper()
	gone, err := a.Left(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		r, err := a.Get(t.Context(), address)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.Status == Active || !gone.Has(&r) {
			t.Errorf("%s: %s is %s, its leaving is noted: %t", what, address, r.Status, gone.Has(&r))
		}
	}
}

// Whoever does not leave is on the list once after the button was pressed again, wherever
// the move died, and before that has not fallen out of it.
func TestAMoveThatDiesAnywhere(t *testing.T) {
	good := storetest.Server(t)
	c := newClock()
	a := Open(Options{State: store.New(good, "state"), Now: c.now})
	active := func(address string) bool {
		r, err := a.Get(t.Context(), address)
		return err == nil && r.Status == Active
	}
	for at := int64(1); ; at++ {
		ended := false
		for _, after := range []bool{false, true} {
			from, to := fmt.Sprintf("old%d%t@example.org", at, after), fmt.Sprintf("new%d%t@example.com", at, after)
			src := confirm(t, a, ask(c, from, Weekly))
			c.turn(time.Hour)
			q := ask(c, to, Each)
			line := &power{at: at, after: after}
			_, _ = line.over(good, c.now).Move(context.Background(), src.UID, q)
			ended = line.count.Load() < at
			if !active(from) && !active(to) {
				t.Errorf("at %d: they are on no list", at)
			}
			if _, err := a.Move(t.Context(), src.UID, q); err != nil {
				t.Errorf("at %d: pressed again: %v", at, err)
			}
			if active(from) || !active(to) {
				t.Errorf("at %d: active at the old address: %t, at the new one: %t", at, active(from), active(to))
			}
		}
		if ended {
			return
		}
	}
}

// A move that died half done is finished before another one begins.
func TestOneMoveAfterTheOther(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	src := confirm(t, a, ask(c, "anna@example.org", Weekly))
	c.turn(time.Hour)
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		t.Fatal(err)
	}
	q := ask(c, "lee@example.org", Each)
	if err := a.setOut(ctx, src, ring.fingerprint(q.Address).String()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.settleAt(ctx, ring.fingerprint(q.Address), src, q); err != nil {
		t.Fatal(err)
	}
	c.turn(time.Hour)
	if _, err := a.Move(ctx, src.UID, ask(c, "third@example.org", Each)); err != nil {
		t.Fatal(err)
	}
	if n, err := a.Count(ctx); err != nil || n != (Counts{Weekly: 1}) || status(t, a, "third@example.org") != Active {
		t.Errorf("%+v, %v", n, err)
	}
}
