package audience

import (
	"errors"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// Whoever asks to be forgotten may name the address they had before.
func TestEraseByAFormerAddress(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	s := confirm(t, a, ask(c, "anna@example.org", Each))
	for _, address := range []string{"anna@example.com", "lee@example.com"} {
		c.turn(time.Hour)
		if _, err := a.Move(ctx, s.UID, ask(c, address, Each)); err != nil {
			t.Fatal(err)
		}
	}
	c.turn(time.Hour)
	if found, err := a.Erase(ctx, "anna@example.org"); err != nil || !found {
		t.Fatalf("Erase = %t, %v", found, err)
	}
	if _, err := a.ByUID(ctx, s.UID); !errors.Is(err, ErrNotFound) {
		t.Errorf("the first link leads to %v", err)
	}
	for _, address := range []string{"anna@example.org", "anna@example.com", "lee@example.com"} {
		if got := status(t, a, address); got != "" {
			t.Errorf("a record is left: %s", got)
		}
		if _, err := a.Add(ctx, ask(c, address, Each)); refused(err) != Erased {
			t.Errorf("it can be brought back: %v", err)
		}
	}
}

// Whoever moved away from an address, back to it and away again left two signposts there.
func TestEraseByAnAddressLeftTwice(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	s := confirm(t, a, ask(c, "anna@example.org", Each))
	for _, address := range []string{"anna@example.com", "anna@example.org", "anna@example.com"} {
		c.turn(time.Hour)
		if _, err := a.Move(ctx, s.UID, ask(c, address, Each)); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := a.Erase(ctx, "anna@example.org"); err != nil || !found || status(t, a, "anna@example.com") != "" {
		t.Errorf("Erase = %t, %v", found, err)
	}
}

// What was asked for long ago is erased too, should it be there still: a bucket may
// expire late, and a data folder never does.
func TestEraseWhatWasAskedForLongAgo(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	var others []string
	for _, name := range []string{"anna@example.org", "bert@example.org"} {
		for _, use := range []string{"", UseLink} {
			hash, err := a.Fingerprint(ctx, use, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, day := range []int{-1, 0, 8, 9, 400} {
				key := SignupKey(c.now().AddDate(0, 0, -day), hash)
				if _, err := a.state.Create(ctx, key, []byte("{}"), store.Header{}); err != nil {
					t.Fatal(err)
				}
				if name == "bert@example.org" {
					others = append(others, key)
				}
			}
		}
	}
	if _, err := a.Erase(ctx, "Anna@example.org"); err != nil {
		t.Fatal(err)
	}
	left, _, err := a.state.List(ctx, signupPrefix, "", 0)
	if err != nil || len(left) != len(others) {
		t.Errorf("%d of what others asked for is left, want %d; %v", len(left), len(others), err)
	}
}

// Every way of leaving is written to left/ before anything else, also by those who
// have no record, and a complaint so that no newer wish overtakes it.
func TestEveryLeavingIsNoted(t *testing.T) {
	for name, leave := range map[string]func(a *Audience, s Subscriber, c *clock) error{
		"button":    func(a *Audience, s Subscriber, c *clock) error { return a.Leave(t.Context(), s.UID, c.now()) },
		"report":    func(a *Audience, s Subscriber, c *clock) error { return a.LeaveAddress(t.Context(), s.Email, c.now()) },
		"bounce":    func(a *Audience, s Subscriber, c *clock) error { return a.Bounce(t.Context(), s.Email, c.now()) },
		"complaint": func(a *Audience, s Subscriber, c *clock) error { return a.Complain(t.Context(), s.Email, c.now()) },
		"old complaint": func(a *Audience, s Subscriber, c *clock) error {
			return a.Complain(t.Context(), s.Email, s.Asked.Add(-time.Hour))
		},
		"erasing": func(a *Audience, s Subscriber, c *clock) error { _, err := a.Erase(t.Context(), s.Email); return err },
		"moving": func(a *Audience, s Subscriber, c *clock) error {
			_, err := a.Move(t.Context(), s.UID, ask(c, "lee@example.com", Each))
			return err
		},
		"stranger's bounce": func(a *Audience, s Subscriber, c *clock) error {
			return a.Bounce(t.Context(), "lee@example.com", c.now())
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, c := newAudience(t)
			s := confirm(t, a, ask(c, "anna@example.org", Each))
			c.turn(time.Hour)
			for range 2 {
				if err := leave(a, s, c); err != nil && name != "moving" {
					t.Fatal(err)
				}
			}
			left, err := a.Left(t.Context(), time.Time{})
			if err != nil || left.Len() != 1 {
				t.Fatalf("%d leavings, %v", left.Len(), err)
			}
			if stranger := name == "stranger's bounce"; left.Has(&s) == stranger {
				t.Errorf("the record of a backup would be mailed: %t", stranger)
			}
		})
	}
}
