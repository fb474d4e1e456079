package newsletter

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestProgressLosesAndDoublesNobody lets any outcomes, dead runs and answers of the
// log happen to a list, and follows every place: at the end each one was posted by
// an accepted request exactly once, or failed once.
func TestProgressLosesAndDoublesNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []part
		total := 0
		for range rapid.IntRange(1, 4).Draw(t, "groups") {
			n := rapid.IntRange(1, 40).Draw(t, "people")
			parts = append(parts, part{From: total, To: total + n})
			total += n
		}
		p := &progress{Freeze: "f", Total: total}
		now := time.Unix(1000, 0)
		accepted := make([]int, total)
		failed := make([]int, total)
		type key struct{ from, to, attempt int }
		keyOf := func(c claim) key { return key{c.From, c.To, c.Attempt} }
		arrived := map[key]bool{}

		step := func(last bool) {
			batch := rapid.IntRange(1, 12).Draw(t, "batch")
			allowed := rapid.IntRange(1, 30).Draw(t, "allowed")
			if last {
				batch, allowed = 12, 1000
			}
			for _, c := range p.take(parts, rapid.IntRange(1, 5).Draw(t, "most"), batch, allowed, now, "call", "me") {
				in, ok := partAt(parts, c.From)
				if !ok || c.To > in.To || c.len() > batch {
					t.Fatalf("claim %+v leaves its part %+v or batch %d", c, in, batch)
				}
				fate := rapid.IntRange(0, 6).Draw(t, "fate")
				if last {
					fate = 0
				}
				mark := func(to []int) {
					for at := c.From; at < c.To; at++ {
						to[at]++
					}
				}
				switch fate {
				case 0:
					mark(accepted)
					p.apply(result{claim: c, outcome: Accepted{}, sent: c.len()}, now)
				case 1:
					p.apply(result{claim: c, outcome: Throttled{}}, now)
				case 2:
					mark(failed)
					p.apply(result{claim: c, outcome: Failed{"no"}, sent: c.len()}, now)
				case 3, 4: // the answer is lost
					if fate == 3 {
						mark(accepted)
						arrived[keyOf(c)] = true
					}
					p.apply(result{claim: c, outcome: Uncertain{"?"}, sent: c.len()}, now)
				case 5, 6: // the run dies before or after it posted
					if fate == 5 {
						mark(accepted)
						arrived[keyOf(c)] = true
					}
				}
			}
			p.abandon(func(claim) bool { return true }, now)
			for _, c := range append([]claim(nil), p.Uncertain...) {
				if !last && rapid.Bool().Draw(t, "rest") {
					continue
				}
				p.Uncertain, _ = remove(p.Uncertain, c)
				if arrived[keyOf(c)] {
					p.Counts.Sent += c.addressed()
				} else {
					p.again(c.span, true)
				}
			}
			if err := p.check(); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			step(false)
		}
		for range 1000 {
			if p.done() {
				break
			}
			step(true)
		}
		if !p.done() {
			t.Fatalf("never done: %+v", p)
		}
		for at := range total {
			if accepted[at]+failed[at] != 1 {
				t.Fatalf("place %d: accepted %d times, failed %d times", at, accepted[at], failed[at])
			}
		}
		if p.Counts.Sent+p.Counts.Failed != total {
			t.Fatalf("counts %+v for %d people", p.Counts, total)
		}
	})
}

func TestTakeKeepsAFixedRangeWhole(t *testing.T) {
	parts := []part{{From: 0, To: 100}}
	p := &progress{Freeze: "f", Total: 100, Cursor: 100, Todo: []span{{From: 0, To: 50, Attempt: 1, Fixed: true}, {From: 50, To: 100}}}
	now := time.Unix(0, 0)
	got := p.take(parts, 4, 50, 20, now, "a", "me")
	if len(got) != 1 || got[0].From != 50 || got[0].To != 70 {
		t.Fatalf("with an allowance of 20: %+v; the fixed range must wait whole", got)
	}
	got = p.take(parts, 1, 10, 100, now, "b", "me")
	if len(got) != 1 || got[0].From != 0 || got[0].To != 10 {
		t.Fatalf("with a smaller limit: %+v; then it must be cut", got)
	}
	if err := p.check(); err != nil {
		t.Fatal(err)
	}
}

func TestProgressRefusesDamage(t *testing.T) {
	for name, text := range map[string]string{
		"twice":            `{"version":1,"freeze":"f","total":10,"cursor":10,"todo":[{"from":0,"to":5}],"inflight":[{"from":4,"to":6}]}`,
		"beyond cursor":    `{"version":1,"freeze":"f","total":10,"cursor":5,"todo":[{"from":4,"to":6}]}`,
		"backwards":        `{"version":1,"freeze":"f","total":10,"cursor":5,"todo":[{"from":4,"to":4}]}`,
		"cursor past end":  `{"version":1,"freeze":"f","total":10,"cursor":11}`,
		"negative":         `{"version":1,"freeze":"f","total":10,"cursor":5,"failed":[{"from":-3,"to":2}]}`,
		"no freeze":        `{"version":1,"total":10,"cursor":5}`,
		"newer":            `{"version":2,"freeze":"f","total":10,"cursor":5}`,
		"no version":       `{"freeze":"f","total":10,"cursor":5}`,
		"cut":              `{"version":1,"freeze":"f","tot`,
		"number for array": `{"version":1,"freeze":"f","total":10,"cursor":5,"todo":7}`,
		"negative counts":  `{"version":1,"freeze":"f","total":10,"cursor":5,"counts":{"sent":-1}}`,
	} {
		if err := decode("progress.json", []byte(text), &progress{}); err == nil {
			t.Errorf("%s: %s is accepted", name, text)
		}
	}
	if err := decode("progress.json", []byte(`{"version":1,"freeze":"f","total":10,"cursor":5,"todo":[{"from":0,"to":5}],"later":true}`), &progress{}); err != nil {
		t.Errorf("a field of a later minor change is refused: %v", err)
	}
}
