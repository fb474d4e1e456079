package newsletter

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/store"
)

// everything is the whole state bucket, but for what a restore leaves alone.
func (p *place) everything() map[string][]byte {
	p.t.Helper()
	all := map[string][]byte{}
	for after, more := "", true; more; {
		var objects []store.Object
		var err error
		if objects, more, err = p.state().List(p.t.Context(), "", after, 1000); err != nil {
			p.t.Fatal(err)
		}
		for _, o := range objects {
			if after = o.Key; o.Key == audience.KeysKey || strings.HasPrefix(o.Key, "left/") {
				continue
			}
			_, body, err := p.state().Get(p.t.Context(), o.Key, store.Cond{})
			if err != nil {
				p.t.Fatal(err)
			}
			all[o.Key] = body
		}
	}
	return all
}

// goBack restores the whole state bucket, and publishes what the site has since.
func (p *place) goBack(to map[string][]byte) {
	p.t.Helper()
	ctx := p.t.Context()
	for key, body := range p.everything() {
		if bytes.Equal(body, to[key]) {
			continue
		}
		o, err := p.state().Head(ctx, key)
		if err == nil {
			err = p.state().Delete(ctx, key, o.ETag)
		}
		if err != nil {
			p.t.Fatal(err)
		}
	}
	for key, body := range to {
		if _, err := p.state().Head(ctx, key); err == nil {
			continue
		}
		if _, err := p.state().Create(ctx, key, body, store.Header{}); err != nil {
			p.t.Fatal(err)
		}
	}
	o, err := p.state().Head(ctx, catalog.Key)
	if err != nil {
		p.t.Fatal(err)
	}
	p.etag = o.ETag
	p.save() // the sweep finds all posts again
}

// A month is lived through, and at each of its moments the state of each earlier one
// is put back. Nobody is mailed a post twice, nobody who left is mailed, what was
// cancelled stays so, and what had been begun is held until the author resumes it.
func TestAnyRestoredStateMailsNobodyTwice(t *testing.T) {
	const people = 6
	// moments are what happens, one after the other. A batch is two people, and Mailgun
	// takes one an hour.
	moments := []struct {
		name string
		do   func(p *place, n *Newsletter)
	}{
		{"quiet", func(p *place, n *Newsletter) { p.ticks(n) }},
		{"alpha and beta wait", func(p *place, n *Newsletter) {
			p.write("alpha")
			p.write("beta")
			p.announce(n, "alpha", "beta")
			p.ticks(n)
		}},
		{"beta is cancelled, alpha frozen", func(p *place, n *Newsletter) {
			if err := n.Cancel(p.t.Context(), "post-beta"); err != nil {
				p.t.Fatal(err)
			}
			p.clock.forward(10 * time.Minute)
			p.ticks(n)
		}},
		{"one leaves, a second batch", func(p *place, n *Newsletter) {
			if err := p.people().LeaveAddress(p.t.Context(), "reader1@readers.example", p.clock.now()); err != nil {
				p.t.Fatal(err)
			}
			p.clock.forward(time.Hour)
			p.ticks(n)
		}},
		{"alpha is over", func(p *place, n *Newsletter) {
			p.clock.forward(time.Hour)
			p.ticks(n)
			p.clock.forward(time.Hour)
			p.ticks(n)
		}},
		{"the digest", func(p *place, n *Newsletter) {
			p.clock.set(friday)
			p.ticks(n)
		}},
		{"gamma", func(p *place, n *Newsletter) {
			p.write("gamma")
			p.announce(n, "gamma")
			p.clock.forward(10 * time.Minute)
			p.ticks(n)
		}},
	}
	for now := range moments {
		for then := range now {
			t.Run(fmt.Sprintf("%s, back to %s", moments[now].name, moments[then].name), func(t *testing.T) {
				p := newPlace(t)
				p.settings = "author:\n  email: ada@home.example\n" + p.settings + "  batch: 2\n"
				p.save()
				p.crowdOf(people)
				p.subscribe("wim", audience.Weekly)
				hour := time.Time{}
				p.box.fate = func(_ int, r Request) (bool, Outcome) {
					if strings.HasPrefix(r.MessageID, "notice.") {
						return true, Accepted{}
					}
					if next := hour.Add(time.Hour); p.clock.now().Before(next) {
						return false, Throttled{Until: next}
					}
					hour = p.clock.now()
					return true, Accepted{}
				}
				n := p.engine(func(o *Options) { o.Workers = 1 })
				var old map[string][]byte
				known := map[string]State{} // by the state that is put back
				for k := range now + 1 {
					moments[k].do(p, n)
					if k == then {
						old = p.everything()
						all, err := n.List(t.Context())
						if err != nil {
							t.Fatal(err)
						}
						for _, i := range all {
							known[i.ID] = i.State
						}
					}
				}
				had := p.box.each()
				begun, err := n.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}

				p.goBack(old)
				n = p.engine(func(o *Options) { o.Workers = 1 })
				rest := func() {
					for id := range p.catalog.Posts {
						p.announce(n, id) // publishing owes them as far as it knows
					}
					for range 4 {
						p.ticks(n)
						p.clock.forward(time.Hour)
					}
				}
				rest()
				for _, before := range begun {
					after := p.issue(before.ID)
					if before.State == Sending && after.State != Held && after.State != Closed {
						t.Errorf("%s had been begun, and is %s", before.ID, after.State)
					}
					if before.State == Sending && of(had, before.Post) != of(p.box.each(), before.Post) {
						t.Errorf("%s went on by itself", before.ID)
					}
					if before.over() && (after.State != before.State || after.Counts != before.Counts) {
						t.Errorf("%s was %s with %+v, and is %s with %+v: %s", before.ID, before.State, before.Counts, after.State, after.Counts, after.Reason)
					}
				}
				// The author hears which posts it affects, and of none anew that it was mailed.
				news := ""
				for _, l := range p.letters() {
					if l.subject == restoredTitle {
						news += strings.Join(strings.Fields(l.text), " ")
					}
				}
				for _, before := range begun {
					name := "The " + before.Post + " piece"
					if before.Kind != Instant {
						name = "The " + string(before.Kind) + " digest"
					}
					if changed := known[before.ID] != before.State || before.State == Sending; changed && before.begun() && !strings.Contains(news, name) {
						t.Errorf("%s was %s, is known as %q, and the author is told nothing of it: %s", before.ID, before.State, known[before.ID], news)
					}
				}
				all, err := n.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range all {
					if i.State == Held && i.begun() {
						var refusal *Refusal
						err := n.Resume(t.Context(), i.ID)
						if i.Lost && errors.As(err, &refusal) { // nobody knows who is left
							err = n.Cancel(t.Context(), i.ID)
						}
						if err != nil {
							t.Error(err)
						}
					}
				}
				for _, at := range []time.Time{friday, nextFriday} {
					if p.clock.now().Before(at) {
						p.clock.set(at)
					}
					rest()
				}
				if now == 3 && then == 2 {
					if of(p.box.each(), "alpha") <= of(had, "alpha") {
						t.Error("nobody else was mailed after the author went on")
					}
				}
				subjects := map[string]int{}
				for _, l := range p.letters() {
					if subjects[l.subject]++; strings.HasPrefix(l.subject, "Mailed: ") && subjects[l.subject] > 1 {
						t.Errorf("the author hears %d times %q", subjects[l.subject], l.subject)
					}
				}
				for who, times := range p.box.each() {
					switch {
					case strings.HasPrefix(who, "ada@"):
					case times > 1:
						t.Errorf("mailed %d times: %s", times, who)
					case strings.HasSuffix(who, " beta") && now >= 2:
						t.Errorf("cancelled, and mailed: %s", who)
					case strings.HasPrefix(who, "reader1@") && now >= 3 && had[who] == 0:
						t.Errorf("left, and mailed: %s", who)
					}
				}
				all, err = n.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range all {
					if sum := i.Counts.Sent + i.Counts.Failed + i.Counts.Left; i.State == Closed && sum != i.Recipients {
						t.Errorf("%s: %+v of %d: somebody was skipped silently", i.ID, i.Counts, i.Recipients)
					}
					if i.State == Sending {
						t.Errorf("%s is still being sent", i.ID)
					}
				}
			})
		}
	}
}

// A digest left a post to the next one, because the post's own mail was held, and the
// restored state knows of neither. The next digest has it all the same; what the forgotten
// one held is not mailed again.
func TestWhatAForgottenDigestLeftOutIsInTheNext(t *testing.T) {
	p := newPlace(t)
	p.settings += "  batch: 1\n"
	p.save()
	p.crowdOf(2)
	p.subscribe("wim", audience.Weekly)
	n := p.engine(func(o *Options) { o.Workers = 1 })
	p.ticks(n)
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	first := p.box.calls
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call == first+2 {
			return false, Stopped{Reason: "the key is not valid"}
		}
		return true, Accepted{}
	}
	p.write("beta")
	p.announce(n, "beta")
	p.clock.forward(10 * time.Minute)
	p.ticks(n) // beta is held after its first reader
	old := p.everything()
	p.clock.set(friday)
	p.ticks(n)
	p.wants(3+1, "before the restore")

	p.goBack(old)
	n = p.engine()
	p.ticks(n)
	if err := n.Resume(t.Context(), "post-beta"); err != nil {
		t.Fatal(err)
	}
	p.clock.set(nextFriday)
	p.ticks(n)
	p.wants(3*2, "after it")
	for who, times := range p.box.each() {
		if times > 1 {
			t.Errorf("mailed %d times: %s", times, who)
		}
	}
}

// wants counts all mails of posts to readers.
func (p *place) wants(mails int, when string) {
	p.t.Helper()
	if got := p.box.summary(); of(p.box.each(), "alpha")+of(p.box.each(), "beta") != mails {
		p.t.Errorf("%s: %d mails are due, and these came:\n%s", when, mails, strings.Join(got, "\n"))
	}
}

// of counts the mails of one post.
func of(each map[string]int, post string) (mails int) {
	for who, times := range each {
		if strings.HasSuffix(who, " "+post) && !strings.HasPrefix(who, "ada@") {
			mails += times
		}
	}
	return mails
}

// A process that was there before the restore remembers the list of what it was sending.
func TestARestoreTakesTheListFromWhoeverRemembersIt(t *testing.T) {
	p := newPlace(t)
	p.settings += "  batch: 1\n"
	p.save()
	p.crowdOf(3)
	n := p.engine(func(o *Options) { o.Workers = 1 })
	p.ticks(n)
	p.write("alpha")
	p.announce(n, "alpha")
	old := p.everything()
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call > 1 {
			return false, Stopped{Reason: "the key is not valid"}
		}
		return true, Accepted{}
	}
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	p.box.fate = nil

	p.goBack(old)
	p.ticks(n)
	if i := p.issue("post-alpha"); i.State != Held || !i.Lost {
		t.Errorf("after the restore the issue is %s, its list lost: %t", i.State, i.Lost)
	}
	var refusal *Refusal
	if err := n.Resume(t.Context(), "post-alpha"); !errors.As(err, &refusal) {
		t.Errorf("it can be resumed without its list: %v", err)
	}
	if err := n.Cancel(t.Context(), "post-alpha"); err != nil {
		t.Error(err)
	}
	p.ticks(n)
	p.wants(1, "in the end")
	if i := p.issue("post-alpha"); i.State != Closed {
		t.Errorf("in the end the issue is %s", i.State)
	}
}

// TestADigestForgottenForMoreThanItsPeriod: nobody ran anything in the period of a digest
// that a restored state does not know. The next one does not cover its posts again.
func TestADigestForgottenForMoreThanItsPeriod(t *testing.T) {
	for _, k := range []audience.Cadence{audience.Weekly, audience.Monthly} {
		t.Run(string(k), func(t *testing.T) {
			p := newPlace(t)
			p.subscribe("ann", k)
			n := p.engine()
			p.ticks(n)
			p.published(n, "alpha")
			before := p.everything()
			at, next, last := friday, nextFriday, nextFriday.AddDate(0, 0, 7)
			if k == audience.Monthly {
				at, next, last = firstOfDec, firstOfJan, firstOfJan.AddDate(0, 1, 0)
			}
			p.clock.set(at)
			p.ticks(n)
			p.mails("ann: alpha")
			p.goBack(before)
			p.clock.set(next)
			n = p.engine()
			p.ticks(n)
			p.mails("ann: alpha")
			p.published(n, "beta")
			p.clock.set(last)
			p.ticks(n)
			p.mails("ann: alpha beta")
		})
	}
}

// TestTheNumbersOfAForgottenDigestCoverNothing: a restored state numbers posts anew. How far
// a digest came that it does not know says nothing of them.
func TestTheNumbersOfAForgottenDigestCoverNothing(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Weekly)
	n := p.engine()
	p.ticks(n)
	p.save()
	before := p.everything()
	for _, id := range []string{"alpha", "beta", "gamma"} {
		p.published(n, id)
	}
	p.clock.set(friday)
	p.ticks(n)
	p.mails("ann: alpha+beta+gamma")

	p.goBack(before)
	p.catalog = catalog.New("")
	p.save()
	n = p.engine()
	if err := n.Repair(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.published(n, "delta")
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("ann: alpha+beta+gamma delta")
}
