package newsletter

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/store"
)

func TestAPostIsMailedOnceToThoseWhoChoseEachPost(t *testing.T) {
	p, n := annAndBob(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.expects(n, "alpha",
		"1 subscriber who chose each post: at 14:10 (undo window of 10 minutes)",
		"1 weekly subscriber: Friday 27 November, 09:00")
	p.ticks(n)
	p.mails()
	p.clock.forward(10*time.Minute - time.Second)
	p.ticks(n)
	p.mails()
	p.clock.forward(time.Second)
	p.ticks(n)
	p.mails("ann: alpha")
	p.expects(n, "alpha",
		"1 subscriber who chose each post: mailed at 14:10",
		"1 weekly subscriber: Friday 27 November, 09:00")
	if want := []string{"mailing 1 subscriber", "mailed 1 subscriber"}; !slices.Equal(p.said, want) {
		t.Errorf("said %q, want %q", p.said, want)
	}

	// Announcing again, a restart, an edit: none of them mails anybody.
	n = p.engine()
	p.announce(n, "alpha")
	p.edit("alpha", func(e *catalog.Entry) { e.Title = "The alpha piece, mended" })
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.mails("ann: alpha")

	p.clock.set(time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC))
	p.ticks(n)
	p.mails("ann: alpha", "bob: alpha")
	p.expects(n, "alpha",
		"1 subscriber who chose each post: mailed on Monday 23 November, 14:10",
		"1 weekly subscriber: mailed in the digest of Friday 27 November, 09:00")
	if o, err := n.loadOutbox(t.Context()); err != nil || len(o.Issues) != 0 {
		t.Errorf("the outbox still holds %v, %v", o.Issues, err)
	}
}

func TestWithoutAnUndoWindowTheNextTickSends(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	n := p.engine(func(o *Options) { o.Undo = 0 })
	p.write("alpha")
	p.announce(n, "alpha")
	p.expects(n, "alpha", "1 subscriber who chose each post: now")
	p.work(n)
	p.mails("ann: alpha")
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts.Sent != 1 {
		t.Errorf("after one tick the issue is %s with %+v", i.State, i.Counts)
	}
}

func TestTheMailIsWhatThePostSaysAtTheEndOfTheWindow(t *testing.T) {
	p, n := annAlone(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(11 * time.Minute)
	// The file changed, and publishing has not seen it yet: the mail waits for it.
	etag := p.upload("posts/alpha.md", "---\ntitle: The gamma piece\n---\n\nBetter words.\n")
	p.ticks(n)
	p.mails()
	p.expects(n, "alpha", "1 subscriber who chose each post: as soon as it can be sent: the file was just changed; what it says then is sent")
	p.edit("alpha", func(e *catalog.Entry) { e.ETag, e.Title = etag, "The gamma piece" })
	p.ticks(n)
	p.mails("ann: gamma")
}

func TestAwayMeansDormantAndReturnReArms(t *testing.T) {
	for name, away := range map[string]func(*catalog.Entry){
		"draft":       func(e *catalog.Entry) { e.Draft, e.Live = true, false },
		"email: none": func(e *catalog.Entry) { e.Mailing = post.MailNone },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.subscribe("ann", audience.Each)
			n := p.engine()
			p.write("alpha")
			p.announce(n, "alpha")
			p.clock.forward(9 * time.Minute)
			p.edit("alpha", away)
			p.work(n)
			if i := p.issue("post-alpha"); i.State != Dormant {
				t.Fatalf("the issue is %s", i.State)
			}
			p.clock.forward(30 * time.Minute)
			p.ticks(n)
			p.mails()
			p.edit("alpha", func(e *catalog.Entry) { e.Draft, e.Live, e.Mailing = false, true, "" })
			p.work(n)
			p.expects(n, "alpha", "1 subscriber who chose each post: at 14:49 (undo window of 10 minutes)")
			p.clock.forward(9 * time.Minute)
			p.ticks(n)
			p.mails()
			p.clock.forward(time.Minute)
			p.ticks(n)
			p.mails("ann: alpha")
		})
	}
}

func TestADeletedPostIsNotMailed(t *testing.T) {
	p, n := annAlone(t)
	e := p.write("alpha")
	p.announce(n, "alpha")
	p.catalog = p.catalog.Clone()
	delete(p.catalog.Posts, "alpha")
	file := p.catalog.Files[e.Key]
	delete(p.catalog.Files, e.Key)
	p.catalog.Tombstones["alpha"] = catalog.Tombstone{Gone: p.clock.now(), Entry: *e}
	p.save()
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.mails()
	p.catalog = p.catalog.Clone()
	p.catalog.Posts["alpha"] = e
	p.catalog.Files[e.Key] = file
	delete(p.catalog.Tombstones, "alpha")
	p.save()
	p.ticks(n)
	p.mails()
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	p.mails("ann: alpha")
}

func TestPagesAndEmailNoneAreNeverMailed(t *testing.T) {
	p, n := annAndBob(t)
	p.write("page", func(e *catalog.Entry) { e.Kind = post.Page })
	p.write("quiet", func(e *catalog.Entry) { e.Mailing = post.MailNone })
	p.announce(n, "page", "quiet")
	p.expects(n, "page")
	p.expects(n, "quiet", "nobody: the post says email: none")
	for range 9 {
		p.clock.forward(24 * time.Hour)
		p.ticks(n)
	}
	p.mails()
}

func TestEmailNowAndEmailDigest(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	p.subscribe("bob", audience.Weekly)
	p.subscribe("cleo", audience.Monthly)
	n := p.engine()
	p.ticks(n)
	p.write("urgent", func(e *catalog.Entry) { e.Mailing = post.MailNow })
	p.write("slow", func(e *catalog.Entry) { e.Mailing = post.MailDigest })
	p.announce(n, "urgent", "slow")
	p.expects(n, "urgent", "3 subscribers: at 14:10 (undo window of 10 minutes)")
	p.expects(n, "slow", "2 subscribers in the weekly digest: Friday 27 November, 09:00", "1 monthly subscriber: Tuesday 1 December, 09:00")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	p.mails("ann: urgent", "bob: urgent", "cleo: urgent")
	p.clock.set(time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC))
	p.ticks(n)
	p.mails("ann: urgent slow", "bob: urgent slow", "cleo: urgent")
	p.clock.set(time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC))
	p.ticks(n)
	p.mails("ann: urgent slow", "bob: urgent slow", "cleo: urgent slow")
}

func TestWithoutADomainIssuesWait(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	n := p.engine(func(o *Options) { o.Domain = "" })
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	p.mails()
	p.expects(n, "alpha", "nobody yet: no mail can be sent before site.yaml sets newsletter.domain")
	if i := p.issue("post-alpha"); i.State != Waiting || i.Reason == "" {
		t.Errorf("the issue is %s: %q", i.State, i.Reason)
	}
	p.settings += "  domain: mail.notes.example\n  from: Ada <ada@notes.example>\n"
	p.save()
	p.ticks(n)
	p.mails("ann: alpha")
	if !strings.HasSuffix(p.box.got[0].id, "@mail.notes.example") {
		t.Errorf("Message-Id %s", p.box.got[0].id)
	}
}

func TestTheReceiptFollowsTheIssue(t *testing.T) {
	p, n := annAlone(t)
	p.write("alpha")
	p.announce(n, "alpha")
	p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	_, text, err := p.content().Get(t.Context(), "receipts/posts/alpha.md.txt", store.Cond{})
	if err != nil || !strings.Contains(string(text), "1 subscriber who chose each post: mailed at 14:10") || !strings.HasPrefix(string(text), "Published") {
		t.Errorf("the receipt is %q, %v", text, err)
	}
}

func TestCommandsThatDoNotFitAreRefused(t *testing.T) {
	p, n := annAlone(t)
	ctx := t.Context()
	p.write("alpha")
	p.write("beta")
	p.announce(n, "alpha", "beta")
	if err := n.SendNow(ctx, "post-alpha"); err != nil {
		t.Fatal(err)
	}
	if err := n.Cancel(ctx, "post-beta"); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.mails("ann: alpha")
	for name, err := range map[string]error{
		"send now what is sent":  n.SendNow(ctx, "post-alpha"),
		"cancel what is sent":    n.Cancel(ctx, "post-alpha"),
		"release what is sent":   n.Release(ctx, "post-alpha"),
		"resume what is sent":    n.Resume(ctx, "post-alpha"),
		"release what is gone":   n.Release(ctx, "post-beta"),
		"send what is cancelled": n.SendNow(ctx, "post-beta"),
		"show what never was":    func() error { _, err := n.Show(ctx, "post-nothing"); return err }(),
		"release what never was": n.Release(ctx, "post-nothing"),
		"cancel what is no id":   n.Cancel(ctx, "../outbox.json"),
		"resume with a slash":    n.Resume(ctx, "post-a/b"),
	} {
		if err == nil {
			t.Errorf("%s: done", name)
		}
	}
	if err := n.Cancel(ctx, "post-beta"); err != nil {
		t.Errorf("cancelling twice: %v", err)
	}
	p.expects(n, "beta", "nobody: you cancelled it")
	p.clock.forward(time.Hour)
	p.announce(n, "beta")
	p.ticks(n)
	p.mails("ann: alpha")
	all, err := n.List(ctx)
	if err != nil || len(all) != 2 {
		t.Errorf("listed %v, %v", all, err)
	}
}

func TestWhoLeftAfterTheFreezeIsNotMailed(t *testing.T) {
	p := newPlace(t)
	ann, bob := p.subscribe("ann", audience.Each), p.subscribe("bob", audience.Each)
	cleo := p.subscribe("cleo", audience.Each)
	p.subscribe("dan", audience.Each)
	n := p.engine()
	p.write("alpha")
	p.announce(n, "alpha")
	p.clock.forward(10 * time.Minute)
	// Mailgun wants nothing for now, so that there is time between freeze and sending.
	p.box.fate = func(int, Request) (bool, Outcome) { return false, Throttled{Until: p.clock.now().Add(time.Hour)} }
	p.ticks(n)
	p.mails()
	p.expects(n, "alpha", "4 subscribers who chose each post: being mailed now, 0 of 4 done, the rest is queued until 15:10, when Mailgun takes more")
	people, ctx := p.people(), t.Context()
	p.clock.forward(time.Minute)
	if err := people.Leave(ctx, ann, p.clock.now()); err != nil {
		t.Fatal(err)
	}
	if _, err := people.Move(ctx, bob, audience.Ask{Address: "robert@readers.example", At: p.clock.now()}); err != nil {
		t.Fatal(err)
	}
	if err := people.Bounce(ctx, "dan@readers.example", p.clock.now()); err != nil {
		t.Fatal(err)
	}
	p.box.fate = nil
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.mails("cleo: alpha", "robert: alpha")
	if i := p.issue("post-alpha"); i.State != Closed || i.Counts != (Counts{Sent: 2, Left: 2}) {
		t.Errorf("the issue is %s, %+v", i.State, i.Counts)
	}
	tokens, err := people.Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range p.box.got {
		if uid, err := tokens.Verify(audience.ForSubscriber, d.token); err != nil || d.to[0] == 'c' && uid != cleo {
			t.Errorf("the token for %s names %s, %v", d.to, uid, err)
		}
	}
}
