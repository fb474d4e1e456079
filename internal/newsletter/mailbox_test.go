package newsletter

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// mailbox is a Mailgun that remembers what it accepted. fate may decide otherwise.
type mailbox struct {
	mu     sync.Mutex
	got    []delivery
	ids    map[string]int // accepted requests by Message-Id
	calls  int
	fate   func(call int, r Request) (accept bool, o Outcome) // nil: all is accepted
	silent error                                              // what the log says instead of an answer
	now    func() time.Time
	times  []time.Time // when each mail was accepted
}

type delivery struct {
	to, text, subject, token, id string
}

func newMailbox() *mailbox { return &mailbox{ids: map[string]int{}} }

func (m *mailbox) Send(_ context.Context, r Request) Outcome {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	accept, outcome := true, Outcome(Accepted{})
	if m.fate != nil {
		accept, outcome = m.fate(m.calls, r)
	}
	if accept {
		m.ids[r.MessageID]++
		for _, to := range r.To {
			m.times = append(m.times, m.now())
			m.got = append(m.got, delivery{to.Address, r.Message.Text, r.Message.Subject, to.Vars["t"], r.MessageID})
		}
	}
	return outcome
}

func (m *mailbox) Accepted(_ context.Context, _, _, id string) (bool, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent != nil {
		return false, false, m.silent
	}
	return m.ids[id] > 0, true, nil
}

// summary says for each recipient which posts their mails brought, in order.
func (m *mailbox) summary() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	by := map[string][]string{}
	for _, d := range m.got {
		name, _, _ := strings.Cut(d.to, "@")
		by[name] = append(by[name], piecesIn(d.text+"\n"+d.subject))
	}
	var lines []string
	for name, mails := range by {
		lines = append(lines, name+": "+strings.Join(mails, " "))
	}
	slices.Sort(lines)
	return lines
}

// piecesIn names the posts a mail is about, joined by "+".
func piecesIn(text string) string {
	var ids []string
	words := strings.Fields(text)
	for k := 2; k < len(words); k++ {
		if strings.HasPrefix(words[k], "piece") && strings.HasSuffix(words[k-2], "The") && !slices.Contains(ids, words[k-1]) {
			ids = append(ids, words[k-1])
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, "+")
}

// each counts how often everybody got every post.
func (m *mailbox) each() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[string]int{}
	for _, d := range m.got {
		for _, id := range strings.Split(piecesIn(d.text+"\n"+d.subject), "+") {
			counts[d.to+" "+id]++
		}
	}
	return counts
}
