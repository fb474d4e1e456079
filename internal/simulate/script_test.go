package simulate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// scenario plays a story in which the test, and not chance, says what happens when. At
// its end the storm is over, and every oracle looks at what is there.
func scenario(t *testing.T, play func(*script)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		chance := rand.New(rand.NewPCG(1, 1))
		w := newWorldIn(1, chance, weather{founded: true, mail: true, plain: true, gentle: true, handlers: 8, sticks: []float64{1}, stall: time.Second})
		s := &script{World: w, t: t}
		play(s)
		w.end()
		if len(w.failures) > 0 {
			t.Errorf("%s\n%s", strings.Join(w.failures, "\n"), w.trace)
		}
	})
}

type script struct {
	*World
	t *testing.T
}

// upload puts up a plain text, with more front matter if wanted.
func (s *script) upload(key, matter string) *sheet {
	s.desk.marks++
	n := s.desk.marks
	text := &sheet{mark: n, slug: slugs[key], body: fmt.Sprintf("---\ntitle: \"mt%dx\"\ndescription: \"md%dx\"\n%s---\n\nText mb%dx.\n", n, n, matter, n)}
	if _, slug, ok := strings.Cut(matter, "slug: "); ok {
		text.slug = strings.TrimSpace(slug)
	}
	if _, email, ok := strings.Cut(matter, "email: "); ok {
		text.email = strings.TrimSpace(email)
	}
	text.garden = strings.Contains(matter, "tags: [garden]\n")
	s.say("the author uploads %s", key)
	s.desk.put(key, text)
	return text
}

func (s *script) remove(key string) {
	s.say("the author deletes %s", key)
	s.desk.remove(key)
}

// publish wakes a publish function with all events that there are.
func (s *script) publish() *invocation {
	s.wait(4 * time.Second)
	due := s.due()
	if len(due) == 0 {
		s.t.Fatal("there is no event to tell of")
	}
	return s.hand(due)
}

// published puts up a post and lets it be published.
func (s *script) published(key string) {
	s.upload(key, "")
	s.finish(s.publish())
}

// ripe puts up a post, publishes it, and waits until its mail may go.
func (s *script) ripe(key string) {
	s.published(key)
	s.wait(undo + time.Minute)
}

// until carries the calls of one invocation, and of nobody else, until it is about to
// make one whose line holds a text.
func (s *script) until(in *invocation, text string) {
	s.t.Helper()
	for {
		s.settleDown()
		if s.ended(in) {
			s.t.Fatalf("%s ended before it came to %q\n%s", in, text, s.trace)
		}
		for _, g := range s.own(in) {
			if strings.Contains(g[0].line, text) {
				s.say("%s is stalled before: %s", in, g[0].line)
				return
			}
		}
		s.step(in)
	}
}

// finish carries the calls of one invocation until it is over.
func (s *script) finish(in *invocation) {
	for {
		s.settleDown()
		if s.ended(in) {
			return
		}
		s.step(in)
	}
}

// die ends the process of an invocation where it is.
func (s *script) die(in *invocation) {
	s.say("%s: its process dies", in)
	s.end1(in)
}

func (s *script) step(in *invocation) {
	if own := s.own(in); len(own) > 0 {
		s.carry(own[0], fine)
		return
	}
	s.pass(time.Second)
}

func (s *script) own(in *invocation) (own []group) {
	for _, g := range s.wire.waiting() {
		if g[0].by == in && !g[0].lost {
			own = append(own, g)
		}
	}
	return own
}

func (s *script) ended(in *invocation) bool {
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	return in.over
}

// frozen makes the next invocations those of a process without a deadline.
func (s *script) frozen(start func() *invocation) *invocation {
	s.weather.frozen = 1
	in := start()
	s.weather.frozen = 0
	return in
}

// errandsDone lets people do all that they are about to do.
func (s *script) errandsDone() {
	s.rest()
	for len(s.errands) > 0 {
		if s.run() {
			s.rest()
			continue
		}
		s.wait(time.Minute)
	}
}

// quiet lets everything come to rest and asks the oracles about the site.
func (s *script) quiet() {
	s.calm()
	s.judge()
}

// mailed is how often somebody got a file's post.
func (s *script) mailed(key string) (people, mails int) {
	for _, p := range s.people {
		if n := s.got[p.address][key]; n > 0 {
			people++
			mails += n
		}
	}
	return people, mails
}
