package newsletter

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAllowanceHoldsInEverySlidingWindow: whatever is reserved and given back, no
// hour and no day sees more messages than allowed, and the allowance comes back.
func TestAllowanceHoldsInEverySlidingWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		perHour, perDay := rapid.IntRange(0, 50).Draw(t, "an hour"), rapid.IntRange(0, 300).Draw(t, "a day")
		type mail struct {
			at time.Time
			n  int
		}
		var sent []mail
		s := &sending{}
		now := monday.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "start")) * time.Second)
		within := func(d time.Duration) int {
			sum := 0
			for _, m := range sent {
				if now.Sub(m.at) < d {
					sum += m.n
				}
			}
			return sum
		}
		for range 40 {
			n := min(rapid.IntRange(1, 60).Draw(t, "wanted"), s.allowance(perHour, perDay, now))
			if n > 0 {
				s.reserve(n, now)
				back := rapid.IntRange(0, n).Draw(t, "refused")
				s.refund(back, now)
				sent = append(sent, mail{now, n - back})
			}
			if h, d := within(time.Hour), within(24*time.Hour); perHour > 0 && h > perHour || perDay > 0 && d > perDay {
				t.Fatalf("%d within an hour (%d allowed), %d within a day (%d allowed)", h, perHour, d, perDay)
			}
			if next := s.next(perHour, perDay, now); s.allowance(perHour, perDay, next) == 0 {
				t.Fatalf("at %s nothing is allowed, though it was announced", next)
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 3*3600).Draw(t, "pause")) * time.Second)
		}
		if err := s.check(); err != nil {
			t.Fatal(err)
		}
		if len(s.Minutes) > 62 || len(s.Hours) > 26 {
			t.Fatalf("%d minutes and %d hours are kept", len(s.Minutes), len(s.Hours))
		}
	})
}

func TestALearnedLimitGrowsByTheDay(t *testing.T) {
	s := &sending{}
	if got := s.batch(500, monday); got != 500 {
		t.Errorf("nothing learned: %d", got)
	}
	if got := s.batch(5000, monday); got != 1000 {
		t.Errorf("more than Mailgun takes: %d", got)
	}
	s.learn(10, monday)
	for days, want := range []int{10, 20, 40, 80, 160, 320, 500, 500} {
		if got := s.batch(500, monday.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days: %d, want %d", days, got, want)
		}
	}
	s.learn(0, monday)
	if got := s.batch(500, monday); got != 1 {
		t.Errorf("a limit of nothing: %d", got)
	}
}
