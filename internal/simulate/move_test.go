package simulate

import (
	"testing"
	"time"
)

// Somebody gets a post at one address and moves to another, and the next mail that they
// belong to holds the post again: whoever is mailed at the new address has had it.
func TestMoveBetweenTwoMailsOfAPost(t *testing.T) {
	for name, story := range map[string]struct {
		reader int // who moves: 0 gets each post, 3 a weekly digest
		wants  string
		days   int  // from the post to the move
		before bool // they switch before they move, and not afterwards
	}{
		"from each post to weekly, then moves":     {reader: 0, wants: "weekly", before: true},
		"moves, then from each post to weekly":     {reader: 0, wants: "weekly"},
		"moves, then from each post to monthly":    {reader: 0, wants: "monthly"},
		"has the weekly, moves, then goes monthly": {reader: 3, wants: "monthly", days: 8},
	} {
		t.Run(name, func(t *testing.T) {
			scenario(t, func(s *script) {
				p := s.people[story.reader]
				s.upload("posts/a.md", "")
				s.finish(s.publish())
				for range 1 + story.days*8 {
					s.wait(3 * time.Hour)
					s.round()
				}
				if s.got[p.id()]["posts/a.md"] != 1 {
					s.t.Fatalf("%s has %v before they move\n%s", p.address, s.got[p.id()], s.trace)
				}
				if story.before {
					s.switches(p, story.wants)
				}
				s.moves(p)
				if !story.before {
					s.switches(p, story.wants)
				}
				s.upload("posts/b.md", "")
				s.quiet()
				if n := s.got[p.id()]; n["posts/a.md"] != 1 || n["posts/b.md"] != 1 {
					s.t.Errorf("%s, who was %s, has %v", p.address, p.id(), n)
				}
			})
		})
	}
}

// switches is somebody choosing another cadence.
func (s *script) switches(p *person, cadence string) {
	s.t.Helper()
	s.save(p, cadence, nil)
	s.rest()
	if soon := time.Now().Add(1); !p.is(rhythm, cadence, span{soon, soon}) {
		s.t.Fatalf("%s cannot switch\n%s", p.address, s.trace)
	}
}

// moves is somebody asking for their mail at another address, and confirming it there.
func (s *script) moves(p *person) {
	s.t.Helper()
	before := p.address
	s.relocate(p)
	s.errandsDone()
	if p.address == before || p.next != "" {
		s.t.Fatalf("%s did not move\n%s", p.address, s.trace)
	}
}

// Somebody's change of address is under way, and has given up the old address already, just
// when a mail to it is about to go.
func TestMoveWhileAMailGoes(t *testing.T) {
	scenario(t, func(s *script) {
		p := s.people[0]
		s.ripe("posts/a.md")
		send := s.wake("send")
		s.until(send, "progress.json if-match") // the list stands, and nobody is mailed yet
		s.die(send)
		s.relocate(p)
		s.finish(s.running[len(s.running)-1])
		for !s.run() { // until they press the button
			s.pass(time.Minute)
		}
		move := s.running[len(s.running)-1]
		s.until(move, "PUT state/left/")
		s.carry(s.own(move)[0], fine)
		s.finish(s.wake("send")) // by a process that reads anew who left
		s.finish(move)
		s.quiet()
		if s.tally.Moves != 1 || s.got[p.id()]["posts/a.md"] != 1 {
			s.t.Errorf("%d moves, and %s has %v\n%s", s.tally.Moves, p.address, s.got[p.id()], s.trace)
		}
	})
}
