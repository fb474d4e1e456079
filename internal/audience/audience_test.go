package audience

import (
	"context"
	"errors"
	"fmt"
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

// Two programs that need the keys first end with the same ones.
func TestKeysAreCreatedOnce(t *testing.T) {
	bucket := newBucket(t)
	var wg sync.WaitGroup
	tokens := make([]string, 16)
	for i := range tokens {
		wg.Go(func() {
			got, err := Open(Options{State: bucket}).Tokens(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			tokens[i] = got.Sign(ForSubscriber, "000000000000")
		})
	}
	wg.Wait()
	for _, other := range tokens {
		if other != tokens[0] {
			t.Fatalf("%s and %s are signed by different keys", other, tokens[0])
		}
	}
}

func TestRotatedKeysReachOthers(t *testing.T) {
	bucket, c := newBucket(t), newClock()
	one, other := Open(Options{State: bucket, Now: c.now}), Open(Options{State: bucket, Now: c.now})
	ctx := t.Context()
	first, err := one.Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	oldToken := first.Sign(ForSubscriber, "000000000000")
	if _, err := other.Verify(ctx, ForSubscriber, oldToken); err != nil {
		t.Fatal(err)
	}
	before, _ := other.Fingerprint(ctx, "", "anna@example.org")
	if err := one.RotateTokens(ctx); err != nil {
		t.Fatal(err)
	}
	c.turn(time.Minute)
	second, err := one.Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{oldToken, second.Sign(ForSubscriber, "000000000000")} {
		if uid, err := other.Verify(ctx, ForSubscriber, token); err != nil || uid != "000000000000" {
			t.Errorf("Verify = %q, %v", uid, err)
		}
	}
	if after, _ := one.Fingerprint(ctx, "", "anna@example.org"); after != before {
		t.Error("rotating changed the identity of addresses")
	}
}

// newBucket is an empty bucket on a real S3 server.
func newBucket(t testing.TB) *store.Bucket {
	t.Helper()
	return store.New(storetest.Server(t), "state")
}
