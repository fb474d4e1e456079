package newsletter

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pennypost/pennypost/internal/audience"
)

// wishes are what readers may do while their mail is on its way, and the addresses under
// which they get the post in the end: once, or never if they may come too late or leave.
var wishes = map[string]struct {
	who   []string
	never bool
	do    func(ctx context.Context, p *place, people *audience.Audience) error
}{
	"ann leaves": {[]string{"ann"}, true, func(ctx context.Context, p *place, people *audience.Audience) error {
		return people.LeaveAddress(ctx, "ann@readers.example", p.clock.now())
	}},
	"cem moves":                {[]string{"cem", "jim"}, false, moves("cem", "jim")},
	"wim moves":                {[]string{"wim", "tim"}, false, moves("wim", "tim")},
	"cem moves to ann":         {[]string{"cem", "ann"}, false, moves("cem", "ann")},
	"ann turns to the digest":  {[]string{"ann"}, false, chooses("ann", audience.Weekly)},
	"wim turns to each post":   {[]string{"wim"}, false, chooses("wim", audience.Each)},
	"wim turns to each month":  {[]string{"wim"}, true, chooses("wim", audience.Monthly)},
	"zoe comes for each post":  {[]string{"zoe"}, true, joins("zoe", audience.Each)},
	"zoe comes for the digest": {[]string{"zoe"}, true, joins("zoe", audience.Weekly)},
}

func moves(from, to string) func(context.Context, *place, *audience.Audience) error {
	return func(ctx context.Context, p *place, people *audience.Audience) error {
		s, err := people.Get(ctx, from+"@readers.example")
		if err == nil {
			_, err = people.Move(ctx, s.UID, audience.Ask{Address: to + "@readers.example", Cadence: s.Cadence, At: p.clock.now()})
		}
		return err
	}
}

func chooses(name string, c audience.Cadence) func(context.Context, *place, *audience.Audience) error {
	return func(ctx context.Context, _ *place, people *audience.Audience) error {
		s, err := people.Get(ctx, name+"@readers.example")
		if err == nil {
			_, err = people.Update(ctx, s.UID, func(s *audience.Subscriber) error { s.Cadence = c; return nil })
		}
		return err
	}
}

func joins(name string, c audience.Cadence) func(context.Context, *place, *audience.Audience) error {
	return func(ctx context.Context, p *place, people *audience.Audience) error {
		_, err := people.Confirm(ctx, audience.Ask{Address: name + "@readers.example", Cadence: c, At: p.clock.now()})
		return err
	}
}

// visit is a wish that comes in between two requests of a run.
type visit struct {
	standpoint, run, wish string
	at                    int64 // the request before which it comes; 0: never
	last                  int64 // the write after which its run dies; 0: it does not
}

func (v visit) String() string {
	return fmt.Sprintf("%s, %s, %s before request %d, dying after write %d", v.standpoint, v.run, v.wish, v.at, v.last)
}

// play lets it happen, and tells how many requests the run made and how many writes the wish.
func (v visit) play(t *testing.T) (requests, writes int64) {
	p, n := pairPlace(t)
	standpoints[v.standpoint](p, n)
	p.box.fate = nil
	var wrote atomic.Int64
	f := &flaky{at: v.at}
	f.happens = func() {
		g := &flaky{last: func(r *http.Request) bool { return r.Method == http.MethodPut && wrote.Add(1) == v.last }}
		_ = wishes[v.wish].do(t.Context(), p, p.peopleOver(g))
	}
	_ = doings[v.run](t.Context(), p.over(f))
	n = p.engine()
	p.hours(n)
	p.rest(n)
	got := p.box.each()
	who, total, most := wishes[v.wish].who, 0, 1
	for _, name := range []string{"ann", "ben", "cem", "wim", "jim", "tim", "zoe"} {
		times := got[name+"@readers.example alpha"]
		if !slices.Contains(who, name) {
			if had := !slices.Contains([]string{"jim", "tim", "zoe"}, name); times != 1 && had || times > 0 && !had {
				t.Errorf("%s got it %d times", name, times)
			}
			continue
		}
		if total += times; times > 1 {
			t.Errorf("%s got it %d times", name, times)
		}
	}
	if v.wish == "cem moves to ann" {
		most = 2 // they had a subscription each
	}
	if total > most || total == 0 && !wishes[v.wish].never {
		t.Errorf("%v got it %d times", who, total)
	}
	return f.count.Load(), wrote.Load()
}

// TestAReaderComesInBetween: whatever a reader does between two requests of a run, whole or
// dying after one of its writes, they get the post once, and so does everybody else. All of
// them take hours: go test -run AReaderComes -timeout 0 ./internal/newsletter -crash-step 1
func TestAReaderComesInBetween(t *testing.T) {
	runs := []string{"a tick", "sending it now", "releasing", "releasing the digest", "resuming"}
	var (
		mu               sync.Mutex // guards what follows
		requests, writes = map[string]int64{}, map[string]int64{}
	)
	t.Run("alone", func(t *testing.T) {
		for s := range standpoints {
			for _, run := range runs {
				t.Run(s+", "+run, func(t *testing.T) {
					r, _ := visit{s, run, "ann leaves", 0, 0}.play(t)
					mu.Lock()
					defer mu.Unlock()
					requests[s+run] = r
				})
			}
		}
		for wish := range wishes {
			t.Run(wish, func(t *testing.T) {
				_, w := visit{"the post is due", "a tick", wish, 1, 0}.play(t)
				mu.Lock()
				defer mu.Unlock()
				writes[wish] = w
			})
		}
	})
	nth := 0
	for _, s := range slices.Sorted(maps.Keys(standpoints)) {
		for _, run := range runs {
			for _, wish := range slices.Sorted(maps.Keys(wishes)) {
				for at := range requests[s+run] {
					for last := range writes[wish] + 1 {
						if nth++; nth%(max(1, 12**crashStep-11)) != 0 {
							continue
						}
						v := visit{s, run, wish, at + 1, last}
						t.Run(v.String(), func(t *testing.T) { v.play(t) })
					}
				}
			}
		}
	}
	t.Logf("%d visits in all", nth)
}
