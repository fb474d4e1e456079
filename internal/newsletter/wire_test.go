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

// Send does what the functions do with what Mailgun answers; package functions, which
// imports this one, cannot be asked to.
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
		return Throttled{Until: throttled.Until}
	case errors.As(err, &auth):
		return Stopped{Reason: auth.Error()}
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

// TestANewAccountWarmsUp: Mailgun lets a new account name ten recipients a request and
// thirty an hour, and more the next day. Nothing of that is configured: the batches and
// the pace follow what it says, nobody is lost, and hardly a request is made in vain.
func TestANewAccountWarmsUp(t *testing.T) {
	p := newPlace(t)
	const readers = 80
	p.crowdOf(readers)
	mailgunServer, err := inbox.New(inbox.Options{Dir: t.TempDir(), Now: p.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mailgunServer)
	defer server.Close()
	w := wire{server.URL, p.clock.now}
	n := p.engine(noUndo, func(o *Options) { o.Sender, o.Events = w, w })
	// sent announces a post, lets the minutes pass until it is closed, and says how
	// long that took and what it cost.
	sent := func(id, program string) (took time.Duration, cost account) {
		t.Helper()
		control(t, server.URL, program)
		before, began := accountOf(t, server.URL), p.clock.now()
		p.write(id)
		p.announce(n, id)
		for p.work(n); p.issue("post-"+id).State != Closed; p.work(n) {
			if p.clock.forward(time.Minute); p.clock.now().Sub(began) > 12*time.Hour {
				t.Fatalf("never done:\n%s", p.debug())
			}
		}
		if i := p.issue("post-" + id); i.Counts != (Counts{Sent: readers}) {
			t.Errorf("%s: %+v", id, i.Counts)
		}
		now := accountOf(t, server.URL)
		return p.clock.now().Sub(began), account{now.Accepted - before.Accepted, now.Recipients - before.Recipients, now.Refused - before.Refused}
	}
	took, cost := sent("alpha", `{"limit":10,"per_hour":30}`)
	// Thirty at once, thirty after an hour, the rest after another; each time some
	// requests learn that the hour is used up, and one that there is a limit.
	if took < 2*time.Hour || took > 2*time.Hour+5*time.Minute || cost.Accepted != 8 || cost.Recipients != readers || cost.Refused > 1+2*n.Workers {
		t.Errorf("the first day: %+v in %s", cost, took)
	}
	p.clock.forward(24*time.Hour - took)
	took, cost = sent("beta", `{"reset":true,"limit":20,"per_hour":1000}`)
	if took > time.Minute || cost.Accepted != 4 || cost.Recipients != readers || cost.Refused != 0 {
		t.Errorf("the second day: %+v in %s", cost, took)
	}
	p.clock.forward(24 * time.Hour)
	took, cost = sent("gamma", `{"reset":true}`)
	if took > time.Minute || cost.Accepted != 2 || cost.Recipients != readers || cost.Refused != 0 {
		t.Errorf("the third day: %+v in %s", cost, took)
	}
}

// account is what an inbox has counted.
type account struct{ Accepted, Recipients, Refused int }

func accountOf(t *testing.T, url string) (a account) {
	t.Helper()
	resp, err := http.Get(url + "/control")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}
