package audience

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// halfMoved is somebody whose move died between its halves: both records are there.
func halfMoved(t *testing.T, a *Audience, c *clock, from, to string) (old Subscriber, q Ask) {
	t.Helper()
	if status(t, a, from) == "" {
		confirm(t, a, ask(c, from, Weekly))
	}
	old, err := a.Get(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	c.turn(time.Hour)
	q = ask(c, to, Each)
	ring, err := a.keys(t.Context(), keysFor)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.setOut(t.Context(), old, ring.fingerprint(to).String()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.settleAt(t.Context(), ring.fingerprint(to), old, q); err != nil {
		t.Fatal(err)
	}
	c.turn(time.Hour)
	return old, q
}

func save(cadence Cadence) func(*Subscriber) error {
	return func(s *Subscriber) error { s.Cadence = cadence; return nil }
}

// active are the records of some addresses that may be mailed.
func active(t *testing.T, a *Audience, addresses ...string) (all []Subscriber) {
	t.Helper()
	for _, address := range addresses {
		switch r, err := a.Get(t.Context(), address); {
		case err == nil && r.Status == Active:
			all = append(all, r)
		case err != nil && !errors.Is(err, ErrNotFound):
			t.Fatal(err)
		}
	}
	return all
}

// A move dies at each of its requests, or goes on, and there its owner chooses something
// else: by a link to either half, by asking anew at the new address, or by moving to a
// third one. What they chose last holds, for whoever is left to be mailed. An address that
// was given up again is not moved to by an older link.
func TestWhatIsChosenInTheMiddleOfAMoveHolds(t *testing.T) {
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
	ways := map[string]func(from, to, third string, src Subscriber) error{
		"by the old link": func(_, _, _ string, src Subscriber) error {
			_, err := a.Update(ctx, src.UID, save(Monthly))
			return err
		},
		"by the new link": func(_, to, _ string, src Subscriber) error {
			uid := src.UID
			if dst, err := a.Get(ctx, to); err == nil {
				uid = dst.UID
			}
			_, err := a.Update(ctx, uid, save(Monthly))
			return err
		},
		"anew at the new address": func(_, to, _ string, _ Subscriber) error {
			_, err := a.Confirm(ctx, ask(c, to, Monthly))
			return err
		},
		"by moving on": func(_, _, third string, src Subscriber) error {
			_, err := a.Move(ctx, src.UID, ask(c, third, Each))
			return err
		},
	}
	n := 0
	for name, choose := range ways {
		for at := int64(1); at <= calm.count.Load(); at++ {
			for _, how := range []*power{{}, {after: true}, {goesOn: true}} {
				n++
				what := fmt.Sprintf("%s at %d, after its effect: %t, going on: %t", name, at, how.after, how.goesOn)
				from, to, third := fmt.Sprintf("old%d@example.org", n), fmt.Sprintf("new%d@example.com", n), fmt.Sprintf("third%d@example.net", n)
				src := confirm(t, a, ask(c, from, Weekly))
				q := ask(c, to, Each)
				q.At = c.turn(time.Hour)
				c.turn(time.Hour)
				chosen := func() {
					if err := choose(from, to, third, src); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					c.turn(time.Hour)
				}
				how.at, how.happens = at, chosen
				_, err := how.over(good, c.now).Move(ctx, src.UID, q)
				fine := func(err error) bool {
					return err == nil || name == "by moving on" && refused(err) == Moved
				}
				if how.goesOn && !fine(err) {
					t.Errorf("%s: %v", what, err)
				}
				if !how.goesOn {
					chosen()
				}
				again := how.goesOn || n%2 == 0
				if again {
					if _, err := a.Move(ctx, src.UID, q); !fine(err) {
						t.Errorf("%s, pressed again: %v", what, err)
					}
				}
				left := active(t, a, from, to, third)
				if again || name == "by moving on" {
					if len(left) != 1 || !slices.Contains(left[0].Former, src.UID) {
						t.Errorf("%s: there are %d to be mailed, %#v", what, len(left), left)
					}
				}
				for _, r := range left {
					if wants := map[bool]Cadence{true: Weekly, false: Monthly}[name == "by moving on"]; r.Cadence != wants && (again || name != "anew at the new address" || r.Email == to) {
						t.Errorf("%s: %s is mailed %s", what, r.Email, r.Cadence)
					}
				}
			}
		}
	}
}

// What was chosen at the old address between the halves comes across with the moment at
// which it was chosen, so that a digest knows from when on it holds.
func TestAChoiceComesAcross(t *testing.T) {
	a, c := newAudience(t)
	old, q := halfMoved(t, a, c, "anna@example.org", "lee@example.org")
	at := c.turn(time.Hour)
	until := at.Add(1000 * time.Hour)
	moved, err := a.Update(t.Context(), old.UID, func(s *Subscriber) error {
		s.Cadence, s.Name, s.Topics, s.Paused = Monthly, "Anna", []string{"books"}, until
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Move(t.Context(), old.UID, q)
	if err != nil || moved.UID != again.UID || moved.Email != "lee@example.org" {
		t.Errorf("%#v, %#v, %v", moved, again, err)
	}
	if again.Name != "Anna" || !slices.Equal(again.Topics, []string{"books"}) || !again.Paused.Equal(until) ||
		again.CadenceAt(at.Add(-time.Second)) != Weekly || again.CadenceAt(at) != Monthly {
		t.Errorf("%+v", again)
	}
}

// A subscription that the new address had of its own goes on with its own choices, but
// what is changed between the halves is changed there.
func TestHalfMovedOntoASubscription(t *testing.T) {
	for _, changes := range []bool{false, true} {
		a, c := newAudience(t)
		confirm(t, a, ask(c, "lee@example.org", Monthly))
		c.turn(time.Hour)
		confirm(t, a, ask(c, "anna@example.org", Weekly))
		c.turn(time.Hour)
		old, q := halfMoved(t, a, c, "anna@example.org", "lee@example.org")
		wants := Monthly
		if changes {
			wants = Each
			if _, err := a.Update(t.Context(), old.UID, save(Each)); err != nil {
				t.Fatal(err)
			}
		}
		if moved, err := a.Move(t.Context(), old.UID, q); err != nil || moved.Cadence != wants {
			t.Errorf("changes: %t: %#v, %v", changes, moved, err)
		}
	}
}

// A half that bounced is no place to go: the old record goes on, until the move is asked
// for anew.
func TestTheNewHalfBounces(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	old, q := halfMoved(t, a, c, "anna@example.org", "lee@example.org")
	if err := a.Bounce(ctx, "lee@example.org", c.turn(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if s, err := a.Update(ctx, old.UID, save(Monthly)); err != nil || s.UID != old.UID {
		t.Errorf("changed by the old link: %v, %v", s, err)
	}
	if _, err := a.Move(ctx, old.UID, q); refused(err) != Bounced || status(t, a, "anna@example.org") != Active {
		t.Errorf("pressed again: %v, and the old one is %s", err, status(t, a, "anna@example.org"))
	}
	c.turn(time.Hour)
	if s, err := a.Move(ctx, old.UID, ask(c, "lee@example.org", Each)); err != nil || s.Email != "lee@example.org" || s.Status != Active || s.Cadence != Monthly {
		t.Errorf("asked anew: %#v, %v", s, err)
	}
	if n := len(active(t, a, "anna@example.org", "lee@example.org")); n != 1 {
		t.Errorf("%d are mailed", n)
	}
}

// Whoever left between the halves and came back at the old address can move again.
func TestLeavesAndComesBackBetweenTheHalves(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	old, q := halfMoved(t, a, c, "anna@example.org", "lee@example.org")
	if err := a.Leave(ctx, old.UID, c.turn(time.Hour)); err != nil {
		t.Fatal(err)
	}
	c.turn(time.Hour)
	confirm(t, a, ask(c, "anna@example.org", Monthly))
	if _, err := a.Move(ctx, old.UID, q); refused(err) != Left || status(t, a, "anna@example.org") != Active {
		t.Errorf("the link from before they left: %v, and the old one is %s", err, status(t, a, "anna@example.org"))
	}
	c.turn(time.Hour)
	if s, err := a.Move(ctx, old.UID, ask(c, "lee@example.org", Each)); err != nil || s.Status != Active || s.Email != "lee@example.org" || s.Cadence != Monthly {
		t.Errorf("asked anew: %#v, %v", s, err)
	}
}

// From a half-done move its owner moves on by a link to the new half: to a third address,
// or back to the old one. There is one record then, and the oldest link ends it.
func TestMovesOnFromTheNewHalf(t *testing.T) {
	for _, third := range []string{"third@example.org", "anna@example.org"} {
		a, c := newAudience(t)
		ctx := t.Context()
		old, _ := halfMoved(t, a, c, "anna@example.org", "lee@example.org")
		half, err := a.Get(ctx, "lee@example.org")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Move(ctx, half.UID, ask(c, third, Each)); err != nil {
			t.Fatal(err)
		}
		all := active(t, a, "anna@example.org", "lee@example.org", "third@example.org")
		if len(all) != 1 || all[0].Email != third || !slices.Contains(all[0].Former, old.UID) || slices.Contains(all[0].Former, all[0].UID) {
			t.Fatalf("to %s: %#v", third, all)
		}
		if err := a.Leave(ctx, old.UID, c.turn(time.Hour)); err != nil || status(t, a, third) != Left {
			t.Errorf("left by the first link: %v, %s", err, status(t, a, third))
		}
	}
}

// The new half moved on by a run that did not know of the old one yet. Who then leaves by
// the old link has left where it moved on to, and its uid is remembered there.
func TestTheNewHalfMovedOnUnawares(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		t.Fatal(err)
	}
	other := confirm(t, a, ask(c, "lee@example.org", Monthly)) // as that run read it
	c.turn(time.Hour)
	old, _ := halfMoved(t, a, c, "anna@example.org", "lee@example.org")
	q := ask(c, "third@example.org", Each)
	third, err := a.settleAt(ctx, ring.fingerprint(q.Address), other, q)
	if err != nil {
		t.Fatal(err)
	}
	if third, err = a.depart(ctx, ring.fingerprint(other.Email), other, third); err != nil || !slices.Contains(third.Former, old.UID) {
		t.Errorf("moved on to %#v, %v", third, err)
	}
	if err := a.Leave(ctx, old.UID, c.turn(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if all := active(t, a, "anna@example.org", "lee@example.org", "third@example.org"); len(all) != 0 {
		t.Errorf("who left is still mailed as %v", all)
	}
}

// Two subscriptions of one person move to each other's address at once: one stays.
func TestMovesThatCross(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		t.Fatal(err)
	}
	one, two := confirm(t, a, ask(c, "anna@example.org", Weekly)), confirm(t, a, ask(c, "lee@example.org", Monthly))
	c.turn(time.Hour)
	f, g := ring.fingerprint(one.Email), ring.fingerprint(two.Email)
	if err := errors.Join(a.setOut(ctx, one, g.String()), a.setOut(ctx, two, f.String())); err != nil {
		t.Fatal(err)
	}
	atTwo, err := a.settleAt(ctx, g, one, ask(c, two.Email, Each))
	if err != nil {
		t.Fatal(err)
	}
	atOne, err := a.settleAt(ctx, f, two, ask(c, one.Email, Each))
	if err != nil {
		t.Fatal(err)
	}
	_, errOne := a.depart(ctx, f, one, atTwo)
	_, errTwo := a.depart(ctx, g, two, atOne)
	if (errOne == nil) == (errTwo == nil) {
		t.Errorf("%v, %v", errOne, errTwo)
	}
	if all := active(t, a, one.Email, two.Email); len(all) != 1 || slices.Contains(all[0].Former, all[0].UID) {
		t.Errorf("%#v", all)
	}
}
