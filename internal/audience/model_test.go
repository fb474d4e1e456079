package audience

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// model is what one address's state should be, told in as few words as possible.
type model struct {
	exists, never bool
	asked, ended  time.Time // the wish that holds, and the last ending of any kind
	cadence       Cadence
}

func (m *model) active() bool { return m.exists && !m.never && m.ended.Before(m.asked) }

// Whatever happens to an address in whatever order, it ends in the state that the
// last legitimate wish demands, and who left is never mailed without asking again.
func TestAnyOrderOfEvents(t *testing.T) {
	a, c := newAudience(t)
	ctx := t.Context()
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		address := fmt.Sprintf("reader%d@example.org", run)
		var m model
		var asks []Ask
		var uid string
		end := func(at time.Time) {
			if at.After(m.ended) {
				m.ended = at
			}
		}
		check := func(err error, allowed ...error) {
			if err == nil {
				return
			}
			for _, ok := range allowed {
				if errors.Is(err, ok) {
					return
				}
			}
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 14).Draw(r, "steps") {
			now := c.turn(time.Minute)
			late := now.Add(-time.Duration(rapid.IntRange(0, 4).Draw(r, "late")) * time.Minute)
			switch what := rapid.SampledFrom([]string{"ask", "ask", "confirm", "confirm", "confirm", "change", "leave", "unsubscribed", "bounce", "complain", "import", "erase"}).Draw(r, "event"); what {
			case "ask":
				asks = append(asks, ask(c, address, rapid.SampledFrom(Cadences[:]).Draw(r, "cadence")))
			case "confirm":
				if len(asks) == 0 {
					continue
				}
				q := rapid.SampledFrom(asks).Draw(r, "which")
				s, err := a.Confirm(ctx, q)
				// An old link does nothing to what was asked for later, and says it is fine.
				takes := !m.never && (q.At.After(m.ended) || m.active() && !q.At.After(m.asked))
				if takes != (err == nil) {
					r.Fatalf("confirming what was asked at %v: %v; %+v", q.At, err, m)
				}
				if !takes {
					continue
				}
				uid = s.UID
				if !m.active() || q.At.After(m.asked) {
					m.cadence = q.Cadence
					m.asked = q.At
				}
				m.exists = true
			case "change":
				if uid == "" {
					continue
				}
				cadence := rapid.SampledFrom(Cadences[:]).Draw(r, "cadence")
				_, err := a.Update(ctx, uid, func(s *Subscriber) error { s.Cadence = cadence; return nil })
				if m.active() != (err == nil) {
					r.Fatalf("changing: %v; %+v", err, m)
				}
				if err == nil {
					m.cadence = cadence
				}
			case "leave":
				if uid == "" {
					continue
				}
				check(a.Leave(ctx, uid, now), ErrNotFound)
				if m.exists {
					end(now)
				}
			case "unsubscribed", "bounce", "complain":
				f := map[string]func() error{
					"unsubscribed": func() error { return a.LeaveAddress(ctx, address, late) },
					"bounce":       func() error { return a.Bounce(ctx, address, late) },
					"complain":     func() error { return a.Complain(ctx, address, late) },
				}[what]
				for range rapid.IntRange(1, 2).Draw(r, "repeats") {
					check(f())
				}
				if what == "complain" {
					m.never = true
				}
				end(late)
			case "import":
				list := "email,cadence\n" + strings.ToUpper(address) + ",weekly\n"
				report, err := a.Import(ctx, strings.NewReader(list), ImportOptions{Source: "import of list.csv"})
				check(err)
				takes := !m.exists && !m.never && m.ended.IsZero()
				if takes != (report.Added == 1) {
					r.Fatalf("import: %+v; %+v", report, m)
				}
				if takes {
					m.exists, m.asked, m.cadence = true, now, Weekly
					s, err := a.Get(ctx, address)
					check(err)
					uid = s.UID
				}
			case "erase":
				_, err := a.Erase(ctx, address)
				check(err)
				m.exists = false
				end(now)
			}
			got, err := a.Get(ctx, address)
			check(err, ErrNotFound)
			if exists := err == nil; exists != m.exists {
				r.Fatalf("there is a record: %t; %+v", exists, m)
			}
			if m.exists && (got.Status == Active) != m.active() || m.active() && got.Cadence != m.cadence {
				r.Fatalf("%s %s; %+v", got.Status, got.Cadence, m)
			}
			left, err := a.Left(ctx, time.Time{})
			check(err)
			if m.active() && left.Has(&got) {
				r.Fatalf("active, but among the leavings; %+v", m)
			}
		}
	})
}
