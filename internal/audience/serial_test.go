package audience

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// serialStep makes the test below play every n-th pair only, because all of them take minutes.
var serialStep = flag.Int("serial-step", 601, "play every n-th pair of happenings")

const (
	ann   = "ann@example.org"
	lee   = "lee@example.com"
	third = "third@example.net"
)

// scene is a list on which somebody has one to three addresses, and two things happen.
type scene struct {
	client *s3.Client
	clock  *clock
	list   *Audience
	uid    string    // of the first mail
	at     time.Time // when what is done was wished, however late it is done
}

func (s *scene) move(ctx context.Context, a *Audience, to string) error {
	q := Ask{Address: to, Cadence: Each, At: s.at, Consent: Consent{At: s.at, Source: "form"}}
	_, err := a.Move(ctx, s.uid, q)
	return err
}

func (s *scene) confirm(ctx context.Context, a *Audience, address string, c Cadence) error {
	_, err := a.Confirm(ctx, Ask{Address: address, Cadence: c, At: s.at, Consent: Consent{At: s.at, Source: "form"}})
	return err
}

// scenes are what was before.
var scenes = map[string]func(t *testing.T, s *scene){
	"ann is on the list": func(*testing.T, *scene) {},
	"ann moved to lee": func(t *testing.T, s *scene) {
		if err := s.move(t.Context(), s.list, lee); err != nil {
			t.Fatal(err)
		}
	},
	"ann is on the way to lee": func(t *testing.T, s *scene) {
		ring, err := s.list.keys(t.Context(), keysFor)
		if err != nil {
			t.Fatal(err)
		}
		src, err := s.list.ByUID(t.Context(), s.uid)
		if err != nil {
			t.Fatal(err)
		}
		f := ring.fingerprint(lee)
		if err := s.list.setOut(t.Context(), src, f.String()); err != nil {
			t.Fatal(err)
		}
		q := Ask{Address: lee, Cadence: Each, At: s.at, Consent: Consent{At: s.at, Source: "form"}}
		if _, err := s.list.settleAt(t.Context(), f, src, q); err != nil {
			t.Fatal(err)
		}
	},
	"lee is on the list too": func(t *testing.T, s *scene) {
		if err := s.confirm(t.Context(), s.list, lee, Monthly); err != nil {
			t.Fatal(err)
		}
	},
	"ann left": func(t *testing.T, s *scene) {
		if err := s.list.Leave(t.Context(), s.uid, s.at); err != nil {
			t.Fatal(err)
		}
	},
}

// happenings are what may happen to them.
var happenings = map[string]func(ctx context.Context, s *scene, a *Audience) error{
	"ann asks again":   func(ctx context.Context, s *scene, a *Audience) error { return s.confirm(ctx, a, ann, Monthly) },
	"lee asks":         func(ctx context.Context, s *scene, a *Audience) error { return s.confirm(ctx, a, lee, Weekly) },
	"leaving":          func(ctx context.Context, s *scene, a *Audience) error { return a.Leave(ctx, s.uid, s.at) },
	"leaving as lee":   func(ctx context.Context, s *scene, a *Audience) error { return a.LeaveAddress(ctx, lee, s.at) },
	"ann complains":    func(ctx context.Context, s *scene, a *Audience) error { return a.Complain(ctx, ann, s.at) },
	"lee complains":    func(ctx context.Context, s *scene, a *Audience) error { return a.Complain(ctx, lee, s.at) },
	"ann bounces":      func(ctx context.Context, s *scene, a *Audience) error { return a.Bounce(ctx, ann, s.at) },
	"lee bounces":      func(ctx context.Context, s *scene, a *Audience) error { return a.Bounce(ctx, lee, s.at) },
	"moving to lee":    func(ctx context.Context, s *scene, a *Audience) error { return s.move(ctx, a, lee) },
	"moving to third":  func(ctx context.Context, s *scene, a *Audience) error { return s.move(ctx, a, third) },
	"moving back":      func(ctx context.Context, s *scene, a *Audience) error { return s.move(ctx, a, ann) },
	"choosing monthly": func(ctx context.Context, s *scene, a *Audience) error { return s.choose(ctx, a, Monthly) },
	"choosing each":    func(ctx context.Context, s *scene, a *Audience) error { return s.choose(ctx, a, Each) },
	"ann is erased":    func(ctx context.Context, _ *scene, a *Audience) error { _, err := a.Erase(ctx, ann); return err },
	"lee is erased":    func(ctx context.Context, _ *scene, a *Audience) error { _, err := a.Erase(ctx, lee); return err },
	"an import": func(ctx context.Context, _ *scene, a *Audience) error {
		_, err := a.Import(ctx, strings.NewReader("email\n"+lee+"\n"+third+"\n"), ImportOptions{Source: "a list"})
		return err
	},
}

func (s *scene) choose(ctx context.Context, a *Audience, c Cadence) error {
	_, err := a.Update(ctx, s.uid, func(r *Subscriber) error { r.Cadence = c; return nil })
	return err
}

func newScene(t *testing.T, before string) *scene {
	s := &scene{client: storetest.Server(t), clock: newClock()}
	s.list = Open(Options{State: store.New(s.client, "state"), Now: s.clock.now})
	s.uid = confirm(t, s.list, ask(s.clock, ann, Weekly)).UID
	s.at = s.clock.turn(time.Hour)
	scenes[before](t, s)
	return s
}

// sum is all that matters of how it ends.
func (s *scene) sum(t *testing.T) string {
	t.Helper()
	gone, err := s.list.Left(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, address := range []string{ann, lee, third} {
		r, err := s.list.Get(t.Context(), address)
		switch {
		case errors.Is(err, ErrNotFound):
			parts = append(parts, "-")
		case err != nil:
			t.Fatal(err)
		case r.Status == Active && gone.Has(&r):
			parts = append(parts, "active, but among the leavings")
		case r.Status == Active:
			parts = append(parts, "active "+string(r.Cadence))
		default:
			parts = append(parts, "-")
		}
	}
	return strings.Join(parts, "; ")
}

// both are two things that happen in a scene.
type both struct{ before, first, second string }

// play lets the second happen before a request of the first, whatever happens after the
// last; or one after the other, or one of them alone. It tells what comes of it, which
// failed, and how many requests the first made.
func (b both) play(t *testing.T, order string, at int64) (sum string, failed [2]bool, requests int64) {
	s := newScene(t, b.before)
	base := s.clock.turn(3 * time.Hour)
	wished := [2]time.Time{base.Add(-2 * time.Hour), base.Add(-time.Hour)}
	do := func(i int, a *Audience) {
		own := *s
		own.at = wished[i]
		failed[i] = happenings[[2]string{b.first, b.second}[i]](t.Context(), &own, a) != nil
	}
	line := &power{at: at, goesOn: true, happens: func() { do(1, s.list) }}
	for _, c := range order {
		if c == '1' {
			do(0, line.over(s.client, s.clock.now))
		} else {
			do(1, s.list)
		}
	}
	return s.sum(t), failed, line.count.Load()
}

// judge lets the second happen before a request of the first, and compares with what comes
// of them one after the other, in either order; what failed may have had no effect.
func (b both) judge(t *testing.T, at int64) {
	got, failed, requests := b.play(t, "1", at)
	if requests < at {
		return // it never came to that
	}
	orders := []string{"12", "21"}
	if failed[0] {
		orders = append(orders, "2")
	}
	if failed[1] {
		orders = append(orders, "1")
	}
	if failed[0] && failed[1] {
		orders = append(orders, "")
	}
	var allowed []string
	for _, order := range orders {
		sum, _, _ := b.play(t, order, 0)
		if allowed = append(allowed, sum); sum == got {
			return
		}
	}
	t.Errorf("%s (failed: %v); one after the other: %q", got, failed, allowed)
}

// TestTwoAtOnceAreAsOneAfterTheOther has one thing happen between any two requests of
// another. All of them: go test -run AsOneAfter -timeout 0 ./internal/audience -serial-step 1
func TestTwoAtOnceAreAsOneAfterTheOther(t *testing.T) {
	n := 0
	for _, before := range slices.Sorted(maps.Keys(scenes)) {
		for _, first := range slices.Sorted(maps.Keys(happenings)) {
			b := both{before, first, ""}
			_, _, requests := b.play(t, "1", 0)
			for _, b.second = range slices.Sorted(maps.Keys(happenings)) {
				for at := range requests + 8 { // it may make more than alone
					if n++; n%*serialStep != 0 {
						continue
					}
					t.Run(fmt.Sprintf("%s, %s, %s before request %d", b.before, b.first, b.second, at+1), func(t *testing.T) {
						b.judge(t, at+1)
					})
				}
			}
		}
	}
	t.Logf("%d in all", n)
}

// TestAMoveComesInBetween: whoever complains, bounces or is erased at one address has done so
// for where a move that comes in between takes them.
func TestAMoveComesInBetween(t *testing.T) {
	for _, b := range []both{
		{"ann moved to lee", "ann complains", "moving to third"},
		{"ann moved to lee", "ann is erased", "moving to third"},
		{"ann is on the way to lee", "lee complains", "moving to third"},
		{"ann is on the way to lee", "lee is erased", "moving to third"},
		{"ann is on the way to lee", "ann bounces", "moving to lee"},
		{"ann is on the list", "ann is erased", "moving to lee"},
	} {
		_, _, requests := b.play(t, "1", 0)
		for at := range requests + 4 {
			t.Run(fmt.Sprintf("%s, %s, %s before request %d", b.before, b.first, b.second, at+1), func(t *testing.T) { b.judge(t, at+1) })
		}
	}
}
