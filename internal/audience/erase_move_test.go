package audience

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// A move dies at each of its requests, or goes on, and there its owner is erased, by the
// old address or by the new one if it stands already. Then nothing is left at either, no
// import brings one back, and a restored backup mails nobody.
func TestEraseInTheMiddleOfAMove(t *testing.T) {
	good := storetest.Server(t)
	c := newClock()
	a := Open(Options{State: store.New(good, "state"), Now: c.now})
	ctx := t.Context()
	calm := &power{}
	first := confirm(t, a, ask(c, "first@example.org", Weekly))
	c.turn(time.Hour)
	if _, err := calm.over(good, c.now).Move(ctx, first.UID, ask(c, "first@example.com", Each)); err != nil {
		t.Fatal(err)
	}
	n := 0
	for at := int64(1); at <= calm.count.Load(); at++ {
		for _, how := range []*power{{}, {after: true}, {goesOn: true}} {
			for _, byNew := range []bool{false, true} {
				n++
				what := fmt.Sprintf("at %d, after its effect: %t, going on: %t, by the new address: %t", at, how.after, how.goesOn, byNew)
				from, to := fmt.Sprintf("old%d@example.org", n), fmt.Sprintf("new%d@example.com", n)
				src := confirm(t, a, ask(c, from, Weekly))
				q := ask(c, to, Each)
				q.At = c.turn(time.Hour)
				c.turn(time.Hour)
				var backup []Subscriber
				stood := false
				erase := func() {
					backup = append(active(t, a, from, to), src)
					name := from
					if stood = status(t, a, to) != ""; byNew && stood {
						name = to
					}
					if _, err := a.Erase(ctx, name); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
				}
				line := &power{at: at, after: how.after, goesOn: how.goesOn, happens: erase}
				_, _ = line.over(good, c.now).Move(ctx, src.UID, q)
				if !how.goesOn {
					erase()
				}
				c.turn(time.Hour)
				if _, err := a.Move(ctx, src.UID, q); err == nil {
					t.Errorf("%s: it moved afterwards", what)
				}
				left, err := a.Left(ctx, time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range backup {
					if !left.Has(&r) {
						t.Errorf("%s: a restored backup mails %s", what, r.Email)
					}
				}
				for _, address := range []string{from, to} {
					if _, err := a.Get(ctx, address); !errors.Is(err, ErrNotFound) {
						t.Errorf("%s: %s is there: %v", what, address, err)
					}
					if _, err := a.Add(ctx, ask(c, address, Each)); err == nil && (address == from || stood) {
						t.Errorf("%s: %s can be brought back", what, address)
					}
				}
			}
		}
	}
}
