package inbox

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// program is what the inbox was told to do wrong; it is the JSON of /control.
// What a POST leaves out stays as it is, and {"reset":true} clears all first.
type program struct {
	Reset bool `json:"reset,omitempty"`
	// Next are the coming answers, each for so many requests.
	Next []step `json:"next,omitempty"`
	// Limit is how many recipients a request may name (0: Mailgun's 1,000), PerHour
	// how many recipients an hour are taken (0: any number).
	Limit   *int `json:"limit,omitempty"`
	PerHour *int `json:"per_hour,omitempty"`
	// Delay is how long each answer takes ("200ms").
	Delay *string `json:"delay,omitempty"`
	// Chances are probabilities of steps by name, drawn from Seed, once Next is used up.
	Chances map[string]float64 `json:"chances,omitempty"`
	Seed    uint64             `json:"seed,omitempty"`
	// Log is what GET …/events answers: "" as Mailgun, "empty", or a status ("401", "500").
	Log *string `json:"log,omitempty"`
}

// counter names what is counted.
type counter int

const (
	refused counter = iota
	lied            // accepted, but not said so
)

type control struct {
	mu      sync.Mutex
	next    []step
	limit   int
	perHour int
	delay   time.Duration
	chances map[string]float64
	random  *rand.Rand
	log     string
	taken   []taken // in the last hour, kept only while perHour is set

	counts              [2]int
	requests, addresses int // accepted
}

type taken struct {
	at time.Time
	n  int
}

func newControl() *control { return &control{random: rand.New(rand.NewPCG(1, 1))} }

func (c *control) set(p program) error {
	for _, st := range p.Next {
		if err := st.valid(); err != nil {
			return err
		}
	}
	for name := range p.Chances {
		if err := (step{Do: name}).valid(); err != nil {
			return err
		}
	}
	var delay time.Duration
	if p.Delay != nil {
		var err error
		if delay, err = time.ParseDuration(*p.Delay); err != nil {
			return fmt.Errorf("delay: %w", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.Reset {
		c.next, c.limit, c.perHour, c.delay, c.chances, c.log, c.taken = nil, 0, 0, 0, nil, "", nil
	}
	c.next = append(c.next, p.Next...)
	if p.Limit != nil {
		c.limit = *p.Limit
	}
	if p.PerHour != nil {
		c.perHour, c.taken = *p.PerHour, nil
	}
	if p.Delay != nil {
		c.delay = delay
	}
	if p.Log != nil {
		c.log = *p.Log
	}
	if p.Chances != nil {
		c.chances, c.random = p.Chances, rand.New(rand.NewPCG(p.Seed, 1))
	}
	return nil
}

// allows checks the limits of the account.
func (c *control) allows(n int, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limit > 0 && n > c.limit {
		return tooMany(c.limit)
	}
	if c.perHour == 0 {
		return nil
	}
	sum, free := n, now
	for _, t := range c.taken {
		if t.at.Add(time.Hour).After(now) {
			if sum == n {
				free = t.at.Add(time.Hour)
			}
			sum += t.n
		}
	}
	if sum > c.perHour {
		return refuse(statusEnhanceYourCalm, "%s", recipientLimit(free))
	}
	return nil
}

func (c *control) accepted(n int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.addresses += n
	if c.perHour > 0 {
		c.taken = append(c.taken, taken{now, n})
	}
}

func (c *control) count(what counter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[what]++
}

func (s *Server) showControl(w http.ResponseWriter, _ *http.Request) {
	c := s.control
	c.mu.Lock()
	defer c.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{
		"next": c.next, "limit": c.limit, "per_hour": c.perHour, "delay": c.delay.String(),
		"chances": c.chances, "log": c.log,
		"accepted": c.requests, "recipients": c.addresses, "refused": c.counts[refused], "lied": c.counts[lied],
	})
}

func (s *Server) setControl(w http.ResponseWriter, r *http.Request) {
	var p program
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	in.DisallowUnknownFields()
	if err := in.Decode(&p); err != nil && err != io.EOF {
		say(w, http.StatusBadRequest, "not understood: "+err.Error())
		return
	}
	if err := s.control.set(p); err != nil {
		say(w, http.StatusBadRequest, err.Error())
		return
	}
	s.showControl(w, r)
}
