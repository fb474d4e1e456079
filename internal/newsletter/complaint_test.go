package newsletter

import (
	"strings"
	"testing"
	"time"
)

func TestAComplaintJoinsOtherNews(t *testing.T) {
	p := heardPlace(t)
	n := p.engine()
	p.ticks(n)
	p.write("alpha")
	p.announce(n, "alpha")
	for range 2 {
		if err := n.TellComplaint(t.Context(), "event", p.clock.now()); err != nil {
			t.Fatal(err)
		}
	}
	p.ticks(n)
	got := p.letters()
	if len(got) != 1 || got[0].subject != "About to be mailed: The alpha piece" {
		t.Fatalf("mails to the author: %+v", got)
	}
	if text := strings.Join(strings.Fields(got[0].text), " "); !strings.Contains(text, "Somebody called your mail spam") || !strings.Contains(text, "Monday 23 November, 14:00") {
		t.Errorf("the mail does not tell of the complaint:\n%s", got[0].text)
	}
	if err := n.TellComplaint(t.Context(), "event", p.clock.now()); err != nil {
		t.Fatal(err)
	}
	p.clock.forward(time.Minute)
	p.ticks(p.engine())
	if got := p.letters(); len(got) != 1 {
		t.Errorf("%d mails to the author", len(got))
	}
}

// Whoever dies before it is noted that the author is told tells the same again.
func TestAComplaintToldAgainAfterACrash(t *testing.T) {
	p := heardPlace(t)
	n := p.engine()
	p.ticks(n)
	at := p.clock.now()
	if err := n.TellComplaint(t.Context(), "event", at); err != nil {
		t.Fatal(err)
	}
	objects, _, err := p.state().List(t.Context(), noticePrefix+"complaint-", "", 10)
	if err != nil || len(objects) != 1 {
		t.Fatal(len(objects), err)
	}
	p.ticks(n)
	if err := p.state().Delete(t.Context(), objects[0].Key, objects[0].ETag); err != nil {
		t.Fatal(err)
	}
	p.clock.forward(time.Minute)
	if err := n.TellComplaint(t.Context(), "event", at); err != nil {
		t.Fatal(err)
	}
	p.ticks(p.engine())
	if got := p.letters(); len(got) != 1 || got[0].subject != "Somebody called your mail spam" {
		t.Errorf("mails to the author: %+v", got)
	}
}

func TestAComplaintIsForgottenWithoutAnAuthor(t *testing.T) {
	p := newPlace(t)
	n := p.engine()
	if err := n.TellComplaint(t.Context(), "event", p.clock.now()); err != nil {
		t.Fatal(err)
	}
	p.clock.forward(unaddressedFor + time.Minute)
	p.ticks(n)
	o, err := n.loadOutbox(t.Context())
	if err != nil || len(o.News) != 0 || p.box.calls != 0 {
		t.Errorf("news %v, %d mails, %v", o.News, p.box.calls, err)
	}
}
