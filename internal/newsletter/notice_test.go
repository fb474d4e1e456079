package newsletter

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
)

// heardPlace is a place whose author wants mails.
func heardPlace(t *testing.T) *place {
	p := newPlace(t)
	p.settings += "author:\n  name: Ada\n  email: ada@home.example\n"
	p.save()
	p.subscribe("ann", audience.Each)
	return p
}

// letters are the mails to the author so far.
func (p *place) letters() []delivery {
	var own []delivery
	for _, d := range p.box.got {
		if d.to == "ada@home.example" {
			own = append(own, d)
		}
	}
	return own
}

var authorLink = regexp.MustCompile(`https://notes\.example/author\?t=([^&\s]+)&do=([a-z]+)`)

// link finds the link for an action in a mail to the author.
func (p *place) link(d delivery, a Action) (token string) {
	p.t.Helper()
	for _, m := range authorLink.FindAllStringSubmatch(d.text, -1) {
		if m[2] == string(a) {
			token, err := url.QueryUnescape(m[1])
			if err != nil {
				p.t.Fatal(err)
			}
			return token
		}
	}
	p.t.Fatalf("no link to %s in\n%s", a, d.text)
	return ""
}

func TestTheAuthorIsToldOnceAndCanCancel(t *testing.T) {
	p := heardPlace(t)
	n := p.engine()
	p.ticks(n)
	p.write("beta")
	p.write("alpha") // the newest is told of first
	p.announce(n, "alpha", "beta")
	p.ticks(n)
	p.ticks(p.engine())
	got := p.letters()
	if len(got) != 1 || got[0].subject != "What becomes of 2 of your posts" {
		t.Fatalf("mails to the author: %+v", got)
	}
	for _, want := range []string{"The alpha piece", "The beta piece", "1 subscriber who chose each post: at 14:10"} {
		if !strings.Contains(strings.Join(strings.Fields(got[0].text), " "), want) {
			t.Errorf("the mail does not say %q:\n%s", want, got[0].text)
		}
	}
	ctx := t.Context()
	token := p.link(got[0], ActCancel)
	view, err := n.AuthorPage(ctx, token)
	if err != nil || view.Title != "The alpha piece" || len(view.Actions) != 2 || view.State != Waiting {
		t.Fatalf("%+v, %v", view, err)
	}
	if err := n.AuthorAct(ctx, token, ActCancel); err != nil {
		t.Fatal(err)
	}
	if view, err = n.AuthorPage(ctx, token); err != nil || view.State != Cancelled || len(view.Actions) != 0 {
		t.Fatalf("%+v, %v", view, err)
	}
	var refusal *Refusal
	if err := n.AuthorAct(ctx, token, ActSend); !errors.As(err, &refusal) {
		t.Errorf("sending what was cancelled: %v", err)
	}
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	got = p.letters()
	if len(got) != 2 || got[1].subject != "Mailed: The beta piece" {
		t.Errorf("mails to the author: %+v", got)
	}
	if each := p.box.each(); each["ann@readers.example beta"] != 1 || each["ann@readers.example alpha"] != 0 {
		t.Errorf("mailed %v", each)
	}
}

func TestTheAuthorReleasesByLink(t *testing.T) {
	p := heardPlace(t)
	n := p.engine()
	p.ticks(n)
	p.write("old", func(e *catalog.Entry) { e.Late = true })
	p.announce(n, "old")
	p.ticks(n)
	got := p.letters()
	if len(got) != 1 || got[0].subject != "Held for you: The old piece" {
		t.Fatalf("mails to the author: %+v", got)
	}
	if err := n.AuthorAct(t.Context(), p.link(got[0], ActRelease), ActRelease); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	if each := p.box.each(); each["ann@readers.example old"] != 1 {
		t.Errorf("mailed %v", each)
	}
}

func TestTheAuthorIsToldWhatStopped(t *testing.T) {
	p := heardPlace(t)
	n := p.engine(noUndo)
	p.box.fate = func(_ int, r Request) (bool, Outcome) {
		if r.To[0].Address == "ada@home.example" {
			return true, Accepted{}
		}
		return false, Stopped{Reason: "the key is not valid"}
	}
	p.write("alpha")
	p.announce(n, "alpha")
	p.ticks(n)
	got := p.letters()
	if len(got) != 1 || got[0].subject != "Stopped while being mailed: The alpha piece" {
		t.Fatalf("mails to the author: %+v", got)
	}
	p.box.fate = nil
	if err := n.AuthorAct(t.Context(), p.link(got[0], ActResume), ActResume); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	if each := p.box.each(); each["ann@readers.example alpha"] != 1 {
		t.Errorf("mailed %v", each)
	}
}

// Nobody got it: that is not called mailed, in the mail or in the receipt.
func TestTheAuthorIsToldWhatReachedNobody(t *testing.T) {
	p := heardPlace(t)
	n := p.engine(noUndo)
	p.box.fate = func(_ int, r Request) (bool, Outcome) {
		if r.To[0].Address == "ada@home.example" {
			return true, Accepted{}
		}
		return false, Failed{"Mailgun refused the message (400): o:tag is too long"}
	}
	p.write("alpha")
	p.announce(n, "alpha")
	p.ticks(n)
	if got := p.letters(); len(got) != 1 || got[0].subject != "Not mailed: The alpha piece" {
		t.Fatalf("mails to the author: %+v", got)
	}
	p.expects(n, "alpha", "1 subscriber who chose each post: mailed to nobody (1 failed: Mailgun refused the message (400): o:tag is too long)")
}

// What she has to decide stands before what is over.
func TestWhatIsHeldComesFirstInAMail(t *testing.T) {
	p := heardPlace(t)
	n := p.engine(noUndo)
	p.write("old", func(e *catalog.Entry) { e.Late = true })
	p.write("alpha")
	p.announce(n, "old", "alpha")
	p.ticks(n)
	got := p.letters()
	if len(got) != 1 || got[0].subject != "Held for you: 1 mailing, and news of 1 more" {
		t.Fatalf("mails to the author: %+v", got)
	}
	if old, alpha := strings.Index(got[0].text, "The old piece"), strings.Index(got[0].text, "The alpha piece"); old < 0 || alpha < old {
		t.Errorf("the mail says\n%s", got[0].text)
	}
}

func TestAMailToTheAuthorWaitsWhileMailgunIsShut(t *testing.T) {
	p := heardPlace(t)
	n := p.engine()
	p.ticks(n)
	p.box.fate = func(int, Request) (bool, Outcome) { return false, Throttled{} }
	p.write("alpha")
	p.announce(n, "alpha")
	p.ticks(n)
	if p.box.calls != 1 {
		t.Errorf("%d tries at once", p.box.calls)
	}
	p.box.fate = nil
	p.clock.forward(5 * time.Minute)
	p.ticks(n)
	if got := p.letters(); len(got) != 1 {
		t.Errorf("mails to the author: %+v", got)
	}
}

func TestForeignAndOldLinksAreRefused(t *testing.T) {
	p := heardPlace(t)
	n := p.engine()
	ctx := t.Context()
	p.write("alpha")
	p.announce(n, "alpha")
	link, err := n.AuthorLink(ctx, "post-alpha")
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimPrefix(link, "/author?t=")
	if _, err := n.AuthorPage(ctx, token); err != nil {
		t.Fatal(err)
	}
	tokens, err := p.people().Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty":               "",
		"cut":                 token[:len(token)-2],
		"a subscriber's":      tokens.Sign(audience.ForSubscriber, p.subscribe("eve", audience.Each)),
		"for no issue":        tokens.Seal(audience.ForAuthor, []byte("\xff\xff\xff\xff../outbox")),
		"too short a payload": tokens.Seal(audience.ForAuthor, []byte("\xff")),
	} {
		if _, err := n.AuthorPage(ctx, bad); !errors.Is(err, ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
		if err := n.AuthorAct(ctx, bad, ActCancel); !errors.Is(err, ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.clock.forward(36 * 24 * time.Hour)
	if _, err := n.AuthorPage(ctx, token); !errors.Is(err, ErrLink) {
		t.Errorf("after 36 days: %v", err)
	}
}
