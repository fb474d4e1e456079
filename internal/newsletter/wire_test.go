package newsletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/local/inbox"
	"github.com/pennypost/pennypost/internal/mailgun"
)

// wire sends through the real client to an inbox that can misbehave as Mailgun does.
type wire struct {
	url string
	now func() time.Time
}

func (w wire) client(domain string) *mailgun.Client {
	return mailgun.New(mailgun.Config{Base: w.url, Domain: domain, Key: "key", EventsKey: "key", Now: w.now})
}

func (w wire) Send(ctx context.Context, r Request) Outcome {
	b := mailgun.Batch{Message: r.Message, MessageID: r.MessageID}
	for _, to := range r.To {
		b.To = append(b.To, mailgun.Recipient{Address: to.Address, Vars: to.Vars})
	}
	_, err := w.client(r.Domain).Send(ctx, b)
	var (
		limit     *mailgun.LimitError
		throttled *mailgun.ThrottledError
		auth      *mailgun.AuthError
		refused   *mailgun.RefusedError
		unsent    *mailgun.UnsentError
	)
	switch {
	case err == nil:
		return Accepted{}
	case errors.As(err, &limit):
		return Limit{limit.Max}
	case errors.As(err, &throttled):
		return Throttled{throttled.Until}
	case errors.As(err, &auth):
		return Stopped{auth.Error()}
	case errors.As(err, &refused):
		return Failed{refused.Error()}
	case errors.As(err, &unsent):
		return Throttled{}
	}
	return Uncertain{err.Error()}
}

func (w wire) Accepted(ctx context.Context, domain, _, id string) (bool, bool, error) {
	found, err := w.client(domain).Found(ctx, id)
	return found, err == nil, err
}

// TestAMisbehavingMailgun: the real client, an inbox that refuses, breaks off, lies
// and limits at random, and runs that die: everybody gets the post once.
func TestAMisbehavingMailgun(t *testing.T) {
	p := newPlace(t)
	p.settings += "  batch: 25\n"
	p.save()
	const readers = 300
	p.crowdOf(readers)
	mailgunServer, err := inbox.New(inbox.Options{Dir: t.TempDir(), Now: p.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mailgunServer)
	defer server.Close()
	control(t, server.URL, `{"limit":20,"seed":5,"chances":{"500":0.12,"503":0.05,"cut":0.12,"drop":0.08,"garbage":0.05,"420":0.05,"429":0.05}}`)
	w := wire{server.URL, p.clock.now}

	p.write("alpha")
	r := rand.New(rand.NewPCG(3, 3))
	for round := 0; ; round++ {
		if round == 60 {
			control(t, server.URL, `{"reset":true}`)
		}
		if round == 100 {
			t.Fatalf("never done:\n%s", p.debug())
		}
		f := &flaky{at: r.Int64N(60), after: r.IntN(2) == 0, kills: true}
		if round > 60 {
			f.at = 0
		}
		n := p.over(f, noUndo, func(o *Options) { o.Sender, o.Events, o.Alone = w, w, true })
		_ = n.Announce(t.Context(), "alpha")
		for range 3 {
			_ = n.Work(t.Context())
		}
		p.clock.forward(12 * time.Minute)
		if i, err := p.engine().loadIssue(t.Context(), "post-alpha"); err == nil && i.State == Closed {
			if i.Counts != (Counts{Sent: readers}) {
				t.Errorf("counts %+v", i.Counts)
			}
			break
		} else if err == nil && i.State == Held {
			t.Fatalf("held: %s", i.Reason)
		}
	}
	var got []struct {
		To      string            `json:"to"`
		Headers map[string]string `json:"headers"`
		Text    string            `json:"text"`
	}
	resp, err := http.Get(server.URL + "/api/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, m := range got {
		count[m.To]++
		if !strings.Contains(m.Text, "Words of alpha.") || strings.Contains(m.Text, "%recipient") || !strings.Contains(m.Headers["List-Unsubscribe"], "https://notes.example/unsubscribe?t=") {
			t.Fatalf("a mail is not whole: %+v", m)
		}
	}
	for k := range readers {
		if c := count[fmt.Sprintf("reader%d@readers.example", k)]; c != 1 {
			t.Errorf("reader %d got %d mails", k, c)
		}
	}
}

func control(t *testing.T, url, body string) {
	t.Helper()
	resp, err := http.Post(url+"/control", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		t.Fatalf("control answers %s", resp.Status)
	}
}
