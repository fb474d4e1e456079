package audience

import (
	"slices"
	"testing"
	"time"
)

func TestMoveIsFollowed(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	q := ask(c, "anna@example.org", Weekly)
	q.Name, q.Topics = "Anna", []string{"books"}
	s := confirm(t, a, q)
	last := s
	for _, address := range []string{"anna@example.com", "lee@example.com", "anna@example.org"} { // and back again
		c.turn(time.Hour)
		// The link in the oldest mail goes on naming the same person.
		moved, err := a.Move(ctx, s.UID, ask(c, address, Each))
		if err != nil {
			t.Fatal(err)
		}
		if moved.Cadence != Weekly || moved.Name != "Anna" || !slices.Equal(moved.Topics, q.Topics) || !moved.Since.Equal(s.Since) || !slices.Contains(moved.Former, last.UID) {
			t.Errorf("moved to %#v", moved)
		}
		if got, err := a.ByUID(ctx, s.UID); err != nil || got.UID != moved.UID || got.Email != address {
			t.Errorf("the first uid leads to %v, %v", got, err)
		}
		// Confirming the move twice is fine.
		if again, err := a.Move(ctx, s.UID, ask(c, address, Each)); err != nil || again.UID != moved.UID {
			t.Errorf("moved twice: %v, %v", again, err)
		}
		last = moved
	}
	n, err := a.Count(ctx)
	if err != nil || n != (Counts{Weekly: 1}) {
		t.Errorf("after moving: %+v, %v", n, err)
	}
	if err := a.Leave(ctx, s.UID, c.turn(time.Hour)); err != nil || status(t, a, "anna@example.org") != Left {
		t.Errorf("leaving by the first uid: %v", err)
	}
	if _, err := a.Move(ctx, s.UID, ask(c, "other@example.org", Each)); refused(err) != Left {
		t.Errorf("moving after leaving: %v", err)
	}
}

func TestMoveToAnAddressThatIsThere(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	anna := confirm(t, a, ask(c, "anna@example.org", Weekly))
	other := confirm(t, a, ask(c, "lee@example.org", Monthly))
	gone := confirm(t, a, ask(c, "gone@example.org", Monthly))
	c.turn(time.Hour)
	if err := a.Leave(ctx, gone.UID, c.now()); err != nil {
		t.Fatal(err)
	}
	if err := a.Complain(ctx, "never@example.org", c.now()); err != nil {
		t.Fatal(err)
	}
	early := ask(c, "gone@example.org", Each)
	early.At = early.At.Add(-time.Minute)
	if _, err := a.Move(ctx, anna.UID, early); refused(err) != Left {
		t.Errorf("moving to where one left since: %v", err)
	}
	c.turn(time.Hour)
	if _, err := a.Move(ctx, anna.UID, ask(c, "never@example.org", Each)); refused(err) != Complained {
		t.Errorf("moving to where nobody may write: %v", err)
	}
	if status(t, a, "anna@example.org") != Active {
		t.Fatal("a refused move changed the record")
	}
	moved, err := a.Move(ctx, anna.UID, ask(c, "lee@example.org", Each))
	if err != nil || moved.UID != other.UID || moved.Cadence != Monthly {
		t.Errorf("moved onto a subscription: %#v, %v", moved, err)
	}
	again, err := a.Move(ctx, anna.UID, ask(c, "gone@example.org", Each))
	if err != nil || again.UID != gone.UID || again.Status != Active || !slices.Contains(again.Former, anna.UID) {
		t.Errorf("moved to where one had left before: %#v, %v", again, err)
	}
	if n, err := a.Count(ctx); err != nil || n.Mailable() != 1 {
		t.Errorf("%+v, %v", n, err)
	}
}

// A move that died after its first half is finished by pressing the button again.
func TestMoveHalfDone(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	s := confirm(t, a, ask(c, "anna@example.org", Weekly))
	c.turn(time.Hour)
	q := ask(c, "lee@example.org", Each)
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		t.Fatal(err)
	}
	half, err := a.settleAt(ctx, ring.fingerprint(q.Address), s, q)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := a.Move(ctx, s.UID, q)
	if err != nil || moved.UID != half.UID || !slices.Equal(moved.Former, []string{s.UID}) {
		t.Errorf("finished as %#v, %v", moved, err)
	}
	if n, err := a.Count(ctx); err != nil || n != (Counts{Weekly: 1}) {
		t.Errorf("%+v, %v", n, err)
	}
}

// Somebody who leaves between the halves of a move has left.
func TestLeavingDuringAMove(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	s := confirm(t, a, ask(c, "anna@example.org", Weekly))
	c.turn(time.Hour)
	q := ask(c, "lee@example.org", Each)
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		t.Fatal(err)
	}
	half, err := a.settleAt(ctx, ring.fingerprint(q.Address), s, q)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Leave(ctx, s.UID, c.turn(time.Minute)); err != nil {
		t.Fatal(err)
	}
	moved, err := a.depart(ctx, ring.fingerprint(s.Email), s, half)
	if err != nil || moved.Status != Left || status(t, a, "lee@example.org") != Left {
		t.Errorf("moved to %#v, %v", moved, err)
	}
}

func TestComplaintAtAFormerAddress(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	s := confirm(t, a, ask(c, "anna@example.org", Weekly))
	c.turn(time.Hour)
	if _, err := a.Move(ctx, s.UID, ask(c, "lee@example.org", Each)); err != nil {
		t.Fatal(err)
	}
	if err := a.Bounce(ctx, "anna@example.org", c.turn(time.Hour)); err != nil || status(t, a, "lee@example.org") != Active {
		t.Errorf("a bounce of the former address: %v, %s", err, status(t, a, "lee@example.org"))
	}
	if err := a.Complain(ctx, "anna@example.org", c.turn(time.Hour)); err != nil || status(t, a, "lee@example.org") != Complained {
		t.Errorf("a complaint at the former address: %v, %s", err, status(t, a, "lee@example.org"))
	}
}
