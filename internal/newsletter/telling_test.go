package newsletter

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/receipt"
)

// A run that dies anywhere between the news and the mail that tells them, or does not
// learn what became of it, leaves an author who hears of them once.
func TestTheAuthorHearsOnceWhereverARunDies(t *testing.T) {
	tell := func(p *place, f *flaky) {
		n := p.over(f, noUndo)
		_ = n.Announce(t.Context(), "old")
		for range 3 {
			_ = n.Work(t.Context())
			p.clock.forward(time.Minute)
		}
	}
	tale := func(t *testing.T) *place {
		p := heardPlace(t)
		p.write("old", func(e *catalog.Entry) { e.Late = true })
		return p
	}
	calm := &flaky{}
	tell(tale(t), calm)
	total := calm.count.Load()
	t.Logf("the tale takes %d requests", total)
	for at := int64(1); at <= total; at++ {
		for _, how := range []*flaky{{kills: true}, {kills: true, after: true}, {}, {after: true}} {
			t.Run(fmt.Sprintf("at %d, for good: %t, after its effect: %t", at, how.kills, how.after), func(t *testing.T) {
				p := tale(t)
				tell(p, &flaky{at: at, after: how.after, kills: how.kills})
				n := p.engine(noUndo)
				p.announce(n, "old") // publishing still owes it, if it was not done
				for range 3 {
					p.ticks(n)
					p.clock.forward(31 * time.Minute)
				}
				if got := p.letters(); len(got) != 1 || got[0].subject != "Held for you: The old piece" {
					t.Errorf("mails to the author: %+v", got)
				}
				if o, err := n.loadOutbox(t.Context()); err != nil || len(o.News) > 0 || o.Telling != nil {
					t.Errorf("still to be told: %v, under way %+v, %v", o.News, o.Telling, err)
				}
			})
		}
	}
}

// during is a Mailgun that takes its time: meanwhile something happens.
type during struct {
	*mailbox
	happens func()
}

func (d during) Send(ctx context.Context, r Request) Outcome {
	d.happens()
	return d.mailbox.Send(ctx, r)
}

// Runs that overlap find more news while one is telling some: these are told once.
func TestOverlappingRunsDoNotTellTwice(t *testing.T) {
	p := heardPlace(t)
	slow, other := p.engine(noUndo), p.engine(noUndo)
	p.ticks(other)
	p.write("one", func(e *catalog.Entry) { e.Late = true })
	p.write("two", func(e *catalog.Entry) { e.Late = true })
	p.announce(other, "one")
	meanwhile := false
	slow.Sender = during{p.box, func() {
		if meanwhile {
			return
		}
		meanwhile = true
		p.announce(other, "two")
		p.work(other)
	}}
	p.work(slow)
	p.ticks(other)
	got := p.letters()
	if len(got) != 2 || got[0].subject != "Held for you: The one piece" || got[1].subject != "Held for you: The two piece" {
		t.Errorf("mails to the author: %+v", got)
	}
}

// An address that comes within the hour after the news is told of them; one that comes
// later is told what happens from then on.
func TestNewsWaitAWhileForAnAddress(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		want  int
	}{"soon": {50 * time.Minute, 1}, "late": {2 * time.Hour, 0}} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.subscribe("ann", audience.Each)
			n := p.engine(noUndo)
			p.write("old", func(e *catalog.Entry) { e.Late = true })
			p.announce(n, "old")
			p.ticks(n)
			p.clock.forward(c.after)
			p.ticks(n)
			p.settings += "author:\n  email: ada@home.example\n"
			p.save()
			p.ticks(n)
			if got := p.letters(); len(got) != c.want {
				t.Errorf("mails to the author: %+v", got)
			}
		})
	}
}

// Of hundreds of posts the newest are told of in full and all by name, in a mail that no
// inbox clips.
func TestAMailToTheAuthorNamesEveryPost(t *testing.T) {
	p := heardPlace(t)
	w, err := p.engine().look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const posts = 400
	ids, what := []string{}, map[string]news{}
	for k := range posts {
		id := fmt.Sprintf("p%d", k)
		w.catalog.Posts[id] = &catalog.Entry{ID: id, Seq: int64(k)}
		w.catalog.Posts[id].Title = fmt.Sprintf("A story of middling length, number %d.", k)
		ids, what[InstantID(id)] = append(ids, InstantID(id)), news{State: Held}
	}
	s := w.namesOnly(w.newestFirst(ids), what, "https://notes.example/author?t=x")
	text := strings.Join(s.Lines, "\n")
	for k := range posts {
		if !strings.Contains(text, w.catalog.Posts[fmt.Sprintf("p%d", k)].Title) {
			t.Errorf("%d is not named", k)
		}
	}
	if len(s.Actions) != 1 || s.Actions[0].URL != "https://notes.example/author?t=x" {
		t.Errorf("it leads to %+v", s.Actions)
	}
	for id := range what {
		post, _ := instantPost(id)
		w.catalog.Posts[post].Title = strings.Repeat("long ", 100)
	}
	s = w.namesOnly(ids, what, "https://notes.example/author?t=x")
	text = strings.Join(s.Lines, "\n")
	if named := strings.Count(text, "· "); len(text) > namesMost+1000 || !strings.Contains(text, fmt.Sprintf("%d more have no room here", posts-named)) {
		t.Errorf("%d bytes name %d: %s", len(text), named, text[len(text)-200:])
	}
}

// Whatever a tick finds in the middle of the author's resuming an issue, she hears of
// nothing twice, and the receipt says how it ended.
func TestATickInTheMiddleOfACommand(t *testing.T) {
	resume := func(t *testing.T, f *flaky) *place {
		p := heardPlace(t)
		tick := p.engine(noUndo)
		p.ticks(tick)
		p.box.fate = func(_ int, r Request) (bool, Outcome) {
			if strings.HasPrefix(r.MessageID, "notice.") {
				return true, Accepted{}
			}
			return false, Stopped{Reason: "the key is not valid"}
		}
		p.write("alpha")
		p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
		p.announce(tick, "alpha")
		p.ticks(tick)
		p.box.fate = nil
		f.happens = func() { p.work(tick) }
		if err := p.over(f, noUndo).Resume(t.Context(), "post-alpha"); err != nil {
			t.Fatal(err)
		}
		p.ticks(tick)
		return p
	}
	calm := &flaky{}
	resume(t, calm)
	for at := int64(1); at <= calm.count.Load(); at++ {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			p := resume(t, &flaky{at: at})
			got := p.letters()
			if len(got) != 2 || got[0].subject != "Stopped while being mailed: The alpha piece" || got[1].subject != "Mailed: The alpha piece" {
				t.Errorf("mails to the author: %+v", got)
			}
			lines := receipt.Mail([]byte(p.read("receipts/posts/alpha.md.txt")))
			if len(lines) != 1 || lines[0] != "1 subscriber who chose each post: mailed at 14:00" {
				t.Errorf("the receipt says %q", lines)
			}
		})
	}
}
