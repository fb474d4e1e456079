package audience

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

func TestSomebodyWhoLeftStaysAway(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	old := ask(c, "anna@example.org", Each)
	s := confirm(t, a, old)
	c.turn(time.Hour)
	for range 2 { // twice is fine
		if err := a.Leave(ctx, s.UID, c.now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := status(t, a, "anna@example.org"); got != Left {
		t.Fatalf("after leaving: %s", got)
	}
	if _, err := a.Confirm(ctx, old); refused(err) != Left {
		t.Errorf("the old link again: %v", err)
	}
	if _, err := a.Add(ctx, ask(c, "anna@example.org", Each)); refused(err) != Left {
		t.Errorf("the author adds them: %v", err)
	}
	if _, err := a.Update(ctx, s.UID, func(s *Subscriber) error { s.Cadence = Weekly; s.Status = Active; return nil }); refused(err) != Left {
		t.Errorf("changing preferences: %v", err)
	}
	c.turn(time.Hour)
	if again := confirm(t, a, ask(c, "anna@example.org", Monthly)); again.Status != Active || again.UID != s.UID {
		t.Errorf("coming back: %#v", again)
	}
	// A leaving that was delayed on its way is older than that wish.
	if err := a.LeaveAddress(ctx, "anna@example.org", c.now().Add(-time.Minute)); err != nil || status(t, a, "anna@example.org") != Active {
		t.Errorf("a late leaving: %v, %s", err, status(t, a, "anna@example.org"))
	}
}

func TestBouncesAndComplaints(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	confirm(t, a, ask(c, "anna@example.org", Each))
	confirm(t, a, ask(c, "bert@example.org", Each))
	c.turn(time.Hour)
	if err := errors.Join(a.Bounce(ctx, "Anna@example.org", c.now()), a.Complain(ctx, "bert@example.org", c.now()), a.Complain(ctx, "carl@example.org", c.now())); err != nil {
		t.Fatal(err)
	}
	if got := status(t, a, "anna@example.org"); got != Bounced {
		t.Errorf("after a bounce: %s", got)
	}
	c.turn(time.Hour)
	if s := confirm(t, a, ask(c, "anna@example.org", Each)); s.Status != Active {
		t.Errorf("a mailbox that works again: %s", s.Status)
	}
	for _, address := range []string{"bert@example.org", "carl@example.org"} {
		if _, err := a.Confirm(ctx, ask(c, address, Each)); refused(err) != Complained {
			t.Errorf("confirming after a complaint: %v", err)
		}
		if how, err := a.Standing(ctx, address); err != nil || !how.Never {
			t.Errorf("Standing = %+v, %v", how, err)
		}
	}
	if status(t, a, "carl@example.org") != "" {
		t.Error("a complaint made a record")
	}
}

func TestLeavingsOutliveARestoredBackup(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	anna := confirm(t, a, ask(c, "anna@example.org", Each))
	bert := confirm(t, a, ask(c, "bert@example.org", Each))
	cora := confirm(t, a, ask(c, "cora@example.org", Each))
	start := c.now()
	c.turn(time.Hour)
	if err := errors.Join(a.Leave(ctx, anna.UID, c.now()), a.Complain(ctx, "bert@example.org", c.now())); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Erase(ctx, "cora@example.org"); err != nil {
		t.Fatal(err)
	}
	left, err := a.Left(ctx, time.Time{})
	if err != nil || left.Len() != 3 {
		t.Fatalf("%d leavings, %v", left.Len(), err)
	}
	// The records as they were before are what a backup would bring back.
	for _, s := range []Subscriber{anna, bert, cora} {
		if !left.Has(&s) {
			t.Errorf("%v would be mailed", s)
		}
	}
	c.turn(time.Hour)
	back := confirm(t, a, ask(c, "anna@example.org", Each))
	if left.Has(&back) {
		t.Error("somebody who confirmed again would not be mailed")
	}
	if later, err := a.Left(ctx, start.Add(90*time.Minute)); err != nil || later.Len() != 0 {
		t.Errorf("%d leavings since, %v", later.Len(), err)
	}
	if some, err := a.Left(ctx, start); err != nil || some.Len() != 3 {
		t.Errorf("%d leavings since the start, %v", some.Len(), err)
	}
}

// A move would carry somebody out of reach of the note of their leaving, which says also
// which kind of ending it was.
func TestMoveAfterALeavingThatABackupForgot(t *testing.T) {
	for how, end := range map[Status]func(ctx context.Context, a *Audience, at time.Time) error{
		Left:       func(ctx context.Context, a *Audience, at time.Time) error { return a.LeaveAddress(ctx, ann, at) },
		Bounced:    func(ctx context.Context, a *Audience, at time.Time) error { return a.Bounce(ctx, ann, at) },
		Complained: func(ctx context.Context, a *Audience, at time.Time) error { return a.Complain(ctx, ann, at) },
	} {
		t.Run(string(how), func(t *testing.T) {
			a, c := newAudience(t)
			ctx := t.Context()
			s := confirm(t, a, ask(c, ann, Each))
			n, err := ShardOf(s.UID)
			if err != nil {
				t.Fatal(err)
			}
			_, backup, err := a.state.Get(ctx, ShardKey(n), store.Cond{})
			if err != nil {
				t.Fatal(err)
			}
			c.turn(time.Hour)
			wish := ask(c, lee, Each)
			c.turn(time.Hour)
			if err := end(ctx, a, c.now()); err != nil {
				t.Fatal(err)
			}
			o, err := a.state.Head(ctx, ShardKey(n))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.state.Replace(ctx, ShardKey(n), backup, store.Header{}, o.ETag); err != nil {
				t.Fatal(err)
			}
			c.turn(time.Hour)
			if _, err := a.Move(ctx, s.UID, wish); refused(err) != how || status(t, a, lee) != "" || status(t, a, ann) != how {
				t.Errorf("Move: %v; %s", err, status(t, a, ann))
			}
			// Whoever asks anew may move again, but for those who complained.
			again, err := a.Confirm(ctx, ask(c, ann, Each))
			if how == Complained {
				if refused(err) != how {
					t.Errorf("Confirm: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Move(ctx, again.UID, ask(c, lee, Each)); err != nil || status(t, a, lee) != Active {
				t.Errorf("Move: %v", err)
			}
		})
	}
}

// A bounce that is reported late is as old as it is: it does not undo what was
// asked for before the report came.
func TestLateReports(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	confirm(t, a, ask(c, "anna@example.org", Each))
	bounced := c.turn(time.Minute)
	c.turn(time.Minute)
	again := ask(c, "anna@example.org", Weekly)
	c.turn(time.Minute)
	if err := a.Bounce(ctx, "anna@example.org", bounced); err != nil {
		t.Fatal(err)
	}
	s := confirm(t, a, again)
	left, err := a.Left(ctx, time.Time{})
	if err != nil || left.Len() != 1 || left.Has(&s) || s.Status != Active {
		t.Errorf("%#v is %s; %d leavings, among them: %t, %v", s, s.Status, left.Len(), left.Has(&s), err)
	}
}
