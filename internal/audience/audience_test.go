package audience

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

func TestConfirmAndFind(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	q := ask(c, "Anna+News@example.org", Weekly)
	q.Name, q.Topics = "Anna", []string{"books"}
	c.turn(time.Minute)
	s := confirm(t, a, q)
	if s.Status != Active || s.Cadence != Weekly || !s.Asked.Equal(q.At) || !s.Confirmed.Equal(c.now()) || !s.Mailable(c.now()) {
		t.Errorf("confirmed: %#v", s)
	}
	for _, spelling := range []string{"Anna+News@example.org", "anna+news@EXAMPLE.org"} {
		if got, err := a.Get(ctx, spelling); err != nil || got.UID != s.UID || got.Email != "Anna+News@example.org" {
			t.Errorf("Get: %v, %v", got, err)
		}
	}
	if _, err := a.Get(ctx, "anna@example.org"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the address without its tag: %v", err)
	}
	if got, err := a.ByUID(ctx, s.UID); err != nil || got.Email != s.Email {
		t.Errorf("ByUID: %v, %v", got, err)
	}
	if _, err := a.ByUID(ctx, "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a malformed uid: %v", err)
	}

	// The same link again changes nothing, not even what was chosen since.
	c.turn(time.Minute)
	if _, err := a.Update(ctx, s.UID, func(s *Subscriber) error { s.Cadence = Monthly; return nil }); err != nil {
		t.Fatal(err)
	}
	if again := confirm(t, a, q); again.Cadence != Monthly || again.UID != s.UID {
		t.Errorf("confirmed twice: %#v", again)
	}
	// A newer wish replaces the older one, in the same record.
	if again := confirm(t, a, ask(c, "anna+news@example.org", Each)); again.Cadence != Each || again.UID != s.UID || len(again.History) != 2 {
		t.Errorf("asked anew: %#v", again)
	}
}

// Whoever comes back with another cadence is not in the digests of the one they had
// before they left.
func TestWhoComesBackBeginsAnew(t *testing.T) {
	a, c := newAudience(t)
	s := confirm(t, a, ask(c, "anna@example.org", Monthly))
	c.turn(time.Hour)
	if err := a.Leave(t.Context(), s.UID, c.now()); err != nil {
		t.Fatal(err)
	}
	gone := c.now()
	c.turn(time.Hour)
	back := confirm(t, a, ask(c, "anna@example.org", Weekly))
	if back.UID != s.UID || back.Cadence != Weekly || len(back.History) != 0 || back.CadenceAt(gone) != Weekly {
		t.Errorf("back: %#v, history %v", back, back.History)
	}
}

func TestErase(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	q := ask(c, "anna@example.org", Each)
	s := confirm(t, a, q)
	c.turn(time.Minute)
	moved, err := a.Move(ctx, s.UID, ask(c, "lee@example.com", Each))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := a.Fingerprint(ctx, "", "lee@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []int{0, 3, 7} {
		key := SignupKey(c.now().AddDate(0, 0, -day), hash)
		if _, err := a.state.Create(ctx, key, []byte(`{"email":"lee@example.com"}`), store.Header{}); err != nil {
			t.Fatal(err)
		}
	}
	c.turn(time.Minute)
	if found, err := a.Erase(ctx, "LEE@example.com"); err != nil || !found {
		t.Fatalf("Erase = %t, %v", found, err)
	}
	for _, uid := range []string{s.UID, moved.UID} {
		if _, err := a.ByUID(ctx, uid); !errors.Is(err, ErrNotFound) {
			t.Errorf("ByUID: %v", err)
		}
	}
	for _, prefix := range []string{"signups/", "audience/"} {
		objects, _, err := a.state.List(ctx, prefix, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range objects {
			_, body, err := a.state.Get(ctx, o.Key, store.Cond{})
			if err != nil || prefix == "signups/" || string(body) == "" || containsAt(body) {
				t.Errorf("%s is left: %s, %v", o.Key, body, err)
			}
		}
	}
	for _, address := range []string{"anna@example.org", "lee@example.com"} {
		if _, err := a.Add(ctx, ask(c, address, Each)); refused(err) != Erased {
			t.Errorf("an import brings an erased address back: %v", err)
		}
	}
	if _, err := a.Confirm(ctx, q); refused(err) != Erased {
		t.Errorf("an old link brings an erased address back: %v", err)
	}
	c.turn(time.Minute)
	if s := confirm(t, a, ask(c, "lee@example.com", Each)); s.Status != Active || len(s.Former) != 0 {
		t.Errorf("their own new wish: %#v", s)
	}
	if found, err := a.Erase(ctx, "nobody@example.org"); err != nil || found {
		t.Errorf("erasing a stranger: %t, %v", found, err)
	}
}

func containsAt(b []byte) bool {
	for _, c := range b {
		if c == '@' {
			return true
		}
	}
	return false
}

func TestCount(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	if n, err := a.Count(ctx); err != nil || n != (Counts{}) {
		t.Fatalf("an empty audience: %+v, %v", n, err)
	}
	for i := range 30 {
		q := ask(c, fmt.Sprintf("reader%d@example.org", i), Cadences[i%3])
		if i%2 == 0 {
			q.Topics = []string{"books"}
		}
		s := confirm(t, a, q)
		switch {
		case i%10 == 0:
			if err := a.Leave(ctx, s.UID, c.now()); err != nil {
				t.Fatal(err)
			}
		case i%10 == 1:
			if _, err := a.Update(ctx, s.UID, func(s *Subscriber) error { s.Paused = c.now().Add(time.Hour); return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := Counts{Each: 8, Weekly: 8, Monthly: 8, Paused: 3, Left: 3}
	for range 2 { // the second time from memory
		if n, err := a.Count(ctx); err != nil || n != want || n.Mailable() != 24 {
			t.Errorf("%+v, %v; want %+v", n, err, want)
		}
	}
	c.turn(2 * time.Hour) // the pauses are over
	want = Counts{Each: 9, Weekly: 9, Monthly: 9, Left: 3}
	if n, err := a.Count(ctx); err != nil || n != want {
		t.Errorf("after the pauses: %+v, %v; want %+v", n, err, want)
	}
	if topics, err := a.CountTopics(ctx); err != nil || topics["books"] != 12 || topics[""] != 15 {
		t.Errorf("by topic: %v, %v", topics, err)
	}
	seen := 0
	for records, err := range a.Shards(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		seen += len(records)
	}
	if seen != 30 {
		t.Errorf("the shards hold %d records", seen)
	}
	for range a.Shards(ctx) { // stopping early leaves nothing behind
		break
	}
}
