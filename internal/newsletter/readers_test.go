package newsletter

import (
	"context"
	"maps"
	"slices"
	"sync"
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

// visit is play where the second is a wish.
func (c pair) visit(t *testing.T) (requests, writes int64) {
	wish := wishes[c.second]
	p, requests, writes := c.between(t, func(ctx context.Context, p *place, g *flaky) error { return wish.do(ctx, p, p.peopleOver(g)) })
	n := p.engine()
	p.hours(n)
	p.rest(n)
	got := p.box.each()
	who, total, most := wish.who, 0, 1
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
	if c.second == "cem moves to ann" {
		most = 2 // they had a subscription each
	}
	if total > most || total == 0 && !wish.never {
		t.Errorf("%v got it %d times", who, total)
	}
	return requests, writes
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
					r, _ := pair{s, run, "ann leaves", 0, 0}.visit(t)
					mu.Lock()
					defer mu.Unlock()
					requests[s+run] = r
				})
			}
		}
		for wish := range wishes {
			t.Run(wish, func(t *testing.T) {
				_, w := pair{"the post is due", "a tick", wish, 1, 0}.visit(t)
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
						c := pair{s, run, wish, at + 1, last}
						t.Run(c.String(), func(t *testing.T) { c.visit(t) })
					}
				}
			}
		}
	}
	t.Logf("%d visits in all", nth)
}
