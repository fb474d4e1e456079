package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/store/storetest"
)

// model is what one address's state should be, told in as few words as possible.
type model struct {
	exists, never bool
	asked, ended  time.Time // the wish that holds, and the last ending of any kind
	forgotten     time.Time // when it was erased as a former address, while it had a record of its own
	cadence       Cadence
	paused        time.Time
}

func (m *model) active() bool { return m.exists && !m.never && m.ended.Before(m.asked) }

func (m *model) end(at time.Time) {
	if at.After(m.ended) {
		m.ended = at
	}
}

// gone is the end of a record.
func (m *model) gone(at time.Time) {
	m.end(at)
	m.end(m.forgotten)
	m.exists, m.paused = false, time.Time{}
}

// person is somebody with two addresses.
type person struct {
	t         *rapid.T
	born      time.Time
	ctx       context.Context
	client    *s3.Client
	list      *Audience
	clock     *clock
	addresses [2]string
	is        [2]model
	// links are the uids in mails, oldest first; was is the address each had. leads says
	// which one it stands for now; nothing if its record was erased.
	links      []string
	leads, was map[string]int
	asks       [2][]Ask
}

func (p *person) ok(err error, allowed ...error) {
	if err == nil || slices.ContainsFunc(allowed, func(a error) bool { return errors.Is(err, a) }) {
		return
	}
	p.t.Fatal(err)
}

// took notes that there is a record at address i now, and its uid.
func (p *person) took(i int) {
	s, err := p.list.Get(p.ctx, p.addresses[i])
	p.ok(err)
	p.leads[s.UID] = i
	if _, known := p.was[s.UID]; !known {
		p.was[s.UID] = i
		p.links = append(p.links, s.UID)
	}
}

// successors are the addresses that carry on for one that was given up.
func (p *person) successors(i int) map[int]bool {
	all := map[int]bool{}
	for uid, now := range p.leads {
		if p.was[uid] == i && now != i && !p.is[i].exists {
			all[now] = true
		}
	}
	return all
}

func (p *person) confirm(i int, q Ask) {
	m := &p.is[i]
	_, err := p.list.Confirm(p.ctx, q)
	// An old link does nothing to what was asked for later, and says it is fine.
	takes := !m.never && (q.At.After(m.ended) || m.active() && !q.At.After(m.asked))
	if takes != (err == nil) {
		p.t.Fatalf("confirming what was asked at %v: %v; %+v", q.At, err, m)
	}
	if !takes {
		return
	}
	if !m.active() || q.At.After(m.asked) {
		m.cadence, m.asked, m.paused = q.Cadence, q.At, time.Time{}
	}
	m.exists = true
	p.took(i)
}

func (p *person) add(i int, add func() bool, cadence Cadence) {
	m := &p.is[i]
	takes := !m.exists && !m.never && m.ended.IsZero()
	if took := add(); took != takes {
		p.t.Fatalf("took it: %t; %+v", took, m)
	}
	if takes {
		m.exists, m.asked, m.cadence = true, p.clock.now(), cadence
		p.took(i)
	}
}

// move follows a link from any mail, and confirms at address i.
func (p *person) move(uid string, i int) {
	src, alive := p.leads[uid]
	at := p.clock.now()
	q := ask(p.clock, p.addresses[i], Each)
	from, to := &p.is[src], &p.is[i]
	if dies := rapid.IntRange(-6, 14).Draw(p.t, "dies at"); dies > 0 {
		line := &power{at: int64(dies), after: rapid.Bool().Draw(p.t, "after its effect")}
		_, _ = line.over(p.client, p.clock.now).Move(p.ctx, uid, q)
		// A choice that is made between the halves is the last one.
		if c := rapid.SampledFrom(Cadences[:]).Draw(p.t, "meanwhile"); alive && src != i && from.active() && !to.active() && rapid.Bool().Draw(p.t, "chooses") {
			_, err := p.list.Update(p.ctx, uid, func(s *Subscriber) error { s.Cadence = c; return nil })
			p.ok(err)
			from.cadence = c
		}
	}
	moved, err := p.list.Move(p.ctx, uid, q)
	switch {
	case !alive:
		if !errors.Is(err, ErrNotFound) {
			p.t.Fatalf("moving somebody erased: %v", err)
		}
		return
	case src == i:
		p.ok(err)
		return
	}
	if takes := from.active() && !to.never && to.ended.Before(at); takes != (err == nil) {
		p.t.Fatalf("moving: %v; from %+v to %+v", err, from, to)
	}
	if err != nil {
		return
	}
	if !to.active() {
		to.cadence, to.paused = from.cadence, from.paused
	}
	to.exists, to.asked = true, at
	from.gone(from.asked)
	for u, now := range p.leads {
		if now == src {
			p.leads[u] = i
		}
	}
	p.took(i)
	if moved.UID == uid {
		p.t.Fatal("moved nowhere")
	}
}

// erase forgets an address with all that it came from and went to.
func (p *person) erase(i int) {
	found, err := p.list.Erase(p.ctx, p.addresses[i])
	p.ok(err)
	now := p.clock.now()
	all := p.successors(i)
	if found != (p.is[i].exists || len(all) > 0) {
		p.t.Fatalf("found: %t; %+v", found, p.is[i])
	}
	all[i] = true
	for j := range all {
		p.is[j].gone(now)
	}
	for uid, at := range p.leads {
		if !all[at] {
			continue
		}
		former := &p.is[p.was[uid]]
		if former.exists {
			former.forgotten = now
		} else {
			former.end(now)
		}
		delete(p.leads, uid)
	}
}

// left is who left since this person was born.
func (p *person) left() Leavings {
	left, err := p.list.Left(p.ctx, p.born.Add(-time.Hour))
	p.ok(err)
	return left
}

// check compares everything with the model.
func (p *person) check() {
	left := p.left()
	for i, address := range p.addresses {
		m := &p.is[i]
		got, err := p.list.Get(p.ctx, address)
		p.ok(err, ErrNotFound)
		if exists := err == nil; exists != m.exists {
			p.t.Fatalf("there is a record: %t; %+v", exists, m)
		}
		if m.exists && (got.Status == Active) != m.active() || m.active() && (got.Cadence != m.cadence || !got.Paused.Equal(m.paused)) {
			p.t.Fatalf("%s %s, paused until %v; %+v", got.Status, got.Cadence, got.Paused, m)
		}
		if m.active() && left.Has(&got) {
			p.t.Fatalf("active, but among the leavings; %+v", m)
		}
	}
	for uid := range p.was {
		got, err := p.list.ByUID(p.ctx, uid)
		at, alive := p.leads[uid]
		if alive != (err == nil) || alive && got.Email != p.addresses[at] {
			p.t.Fatalf("a link leads to %v, %v; expected: %d, %t", got, err, at, alive)
		}
	}
}

// shards are the stored shards, as a backup has them.
func (p *person) shards() map[int][]byte {
	all := map[int][]byte{}
	found, err := p.list.list(p.ctx)
	p.ok(err)
	for _, f := range found {
		_, all[f.n], err = p.list.state.Get(p.ctx, ShardKey(f.n), store.Cond{})
		p.ok(err)
	}
	return all
}

// Whatever happens to somebody's addresses in whatever order, it ends in the state
// that the last legitimate wish demands, and who left is never mailed without asking
// again: not even if a backup of the shards from any moment is brought back.
func TestAnyOrderOfEvents(t *testing.T) {
	client, c := storetest.Server(t), newClock()
	a := Open(Options{State: store.New(client, "state"), Now: c.now})
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		p := &person{t: r, born: c.turn(24 * time.Hour), ctx: t.Context(), client: client, list: a, clock: c, leads: map[string]int{}, was: map[string]int{}}
		for i := range p.addresses {
			p.addresses[i] = fmt.Sprintf("reader%d-%d@example.org", run, i)
		}
		steps := rapid.IntRange(4, 18).Draw(r, "steps")
		backupAt := rapid.IntRange(0, steps-1).Draw(r, "backup")
		var backup map[int][]byte
		for step := range steps {
			if step == backupAt {
				backup = p.shards()
			}
			p.step()
			if step%4 == 3 || step == steps-1 {
				p.check()
			}
		}
		for n, body := range backup {
			s, err := decodeShard(n, body)
			p.ok(err)
			left := p.left()
			for i := range s.Subscribers {
				x := &s.Subscribers[i]
				j := slices.Index(p.addresses[:], x.Email)
				if j >= 0 && x.Mailable(c.now()) && !left.Has(x) && !p.is[j].active() {
					r.Fatalf("a restored backup mails somebody who is gone: %+v", p.is[j])
				}
			}
		}
	})
}

// step lets one thing happen to one of the addresses.
func (p *person) step() {
	r := p.t
	i := rapid.IntRange(0, len(p.addresses)-1).Draw(r, "address")
	m, address := &p.is[i], p.addresses[i]
	now := p.clock.turn(time.Minute)
	late := now.Add(-time.Duration(rapid.IntRange(0, 4).Draw(r, "late")) * time.Minute)
	cadence := rapid.SampledFrom(Cadences[:]).Draw(r, "cadence")
	uid := ""
	if n := len(p.links); n > 0 {
		uid = p.links[n-1-rapid.IntRange(0, n-1).Draw(r, "link")]
	}
	at, alive := p.leads[uid]

	what := rapid.SampledFrom([]string{"subscribe", "move", "ask", "confirm", "leave", "change", "pause", "unsubscribed", "bounce", "import", "add",
		"subscribe", "move", "ask", "confirm", "subscribe", "move", "confirm", "move", "erase", "complain"}).Draw(r, "event")
	switch what {
	case "subscribe":
		q := ask(p.clock, address, cadence)
		p.clock.turn(time.Second)
		p.confirm(i, q)
	case "ask":
		p.asks[i] = append(p.asks[i], ask(p.clock, address, cadence))
	case "confirm":
		if len(p.asks[i]) > 0 {
			p.confirm(i, rapid.SampledFrom(p.asks[i]).Draw(r, "which"))
		}
	case "change", "pause":
		until := time.Time{}
		if what == "pause" {
			until = now.Add(time.Hour)
		}
		_, err := p.list.Update(p.ctx, uid, func(s *Subscriber) error {
			s.Cadence, s.Paused = cadence, until
			return nil
		})
		if takes := alive && p.is[at].active(); takes != (err == nil) {
			r.Fatalf("changing: %v", err)
		} else if takes {
			p.is[at].cadence, p.is[at].paused = cadence, until
		}
	case "leave":
		p.ok(p.list.Leave(p.ctx, uid, now), ErrNotFound)
		if alive {
			p.is[at].end(now)
		}
	case "move":
		if uid != "" {
			p.move(uid, i)
		}
	case "unsubscribed", "bounce", "complain":
		do := map[string]func() error{
			"unsubscribed": func() error { return p.list.LeaveAddress(p.ctx, address, late) },
			"bounce":       func() error { return p.list.Bounce(p.ctx, address, late) },
			"complain":     func() error { return p.list.Complain(p.ctx, address, late) },
		}[what]
		all := map[int]bool{}
		if what != "bounce" {
			all = p.successors(i)
		}
		all[i] = true
		for range rapid.IntRange(1, 2).Draw(r, "repeats") {
			p.ok(do())
		}
		for j := range all {
			p.is[j].never = p.is[j].never || what == "complain"
			p.is[j].end(late)
		}
	case "import":
		p.add(i, func() bool {
			list := "email,cadence\n" + strings.ToUpper(address) + "," + string(cadence) + "\n"
			report, err := p.list.Import(p.ctx, strings.NewReader(list), ImportOptions{Source: "import of list.csv"})
			p.ok(err)
			return report.Added == 1
		}, cadence)
		if m.exists {
			s, err := p.list.Get(p.ctx, address)
			p.ok(err)
			p.addresses[i] = s.Email // as the list spells it
		}
	case "add":
		p.add(i, func() bool {
			_, err := p.list.Add(p.ctx, ask(p.clock, address, cadence))
			var refused *RefusedError
			if err != nil && !errors.As(err, &refused) {
				r.Fatal(err)
			}
			return err == nil
		}, cadence)
	case "erase":
		p.erase(i)
	}
}
