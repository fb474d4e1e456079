package newsletter

import (
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/receipt"
)

func TestBatchesAreAsLargeAsTheSettingsSay(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n")
	p.ticks(n)
	p.once("alpha", 25, 0)
	if p.box.calls != 3 {
		t.Errorf("%d requests for 25 people in batches of 10", p.box.calls)
	}
}

// takesAtMost is a Mailgun that takes so many recipients a request, and says so in its way.
func takesAtMost(most int, says Limit) func(int, Request) (bool, Outcome) {
	return func(_ int, r Request) (bool, Outcome) {
		if len(r.To) > most {
			return false, says
		}
		return true, Accepted{}
	}
}

func TestALimitThatMailgunNamesIsLearned(t *testing.T) {
	p, n := due(t, 25, "")
	p.box.fate = takesAtMost(10, Limit{Max: 10})
	p.ticks(n)
	p.once("alpha", 25, 0)
	if p.box.calls != 4 {
		t.Errorf("%d requests; one to learn, three to send", p.box.calls)
	}
	// The next issue knows the limit from the start; days later it tries more.
	p.write("beta")
	p.announce(n, "beta")
	p.clock.forward(10 * time.Minute)
	p.ticks(p.engine())
	p.once("beta", 25, 0)
	if p.box.calls != 7 {
		t.Errorf("%d requests: the limit was forgotten", p.box.calls)
	}
	p.box.fate = nil
	p.clock.forward(48 * time.Hour)
	p.write("gamma")
	p.announce(n, "gamma")
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
	p.once("gamma", 25, 0)
	if p.box.calls != 8 {
		t.Errorf("%d requests: the limit never grows", p.box.calls)
	}
}

func TestALimitWithoutANumberIsFound(t *testing.T) {
	p, n := due(t, 25, "")
	p.box.fate = takesAtMost(7, Limit{})
	p.ticks(n)
	p.once("alpha", 25, 0)
}

func TestThrottledWaitsUntilTheTimeNamed(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n")
	until := p.clock.now().Add(42 * time.Minute)
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		if call > 1 && p.clock.now().Before(until) {
			return false, Throttled{Until: until}
		}
		return true, Accepted{}
	}
	p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
	n.Workers = 1
	p.ticks(n)
	p.once("alpha", 25, 15)
	calls := p.box.calls
	p.clock.set(until.Add(-time.Second))
	p.ticks(n)
	if p.box.calls != calls {
		t.Error("it asked again before the time Mailgun named")
	}
	p.clock.set(until)
	p.ticks(n)
	p.once("alpha", 25, 0)
}

func TestTheReceiptSaysWhenTheRestIsSent(t *testing.T) {
	p, n := due(t, 25, "  batch: 10\n")
	p.upload("receipts/posts/alpha.md.txt", "Published: its page is on the site.\n")
	until := p.clock.now().Add(42 * time.Minute)
	p.box.fate = func(call int, _ Request) (bool, Outcome) {
		return call == 1, map[bool]Outcome{true: Accepted{}, false: Throttled{Until: until}}[call == 1]
	}
	n.Workers = 1
	p.work(n)
	text := p.read("receipts/posts/alpha.md.txt")
	want := "25 subscribers who chose each post: being mailed now, 10 of 25 done, the rest is queued until 14:52, when Mailgun takes more"
	if lines := receipt.Mail([]byte(text)); len(lines) != 1 || lines[0] != want {
		t.Errorf("the receipt says\n%s\nwant\n%s", text, want)
	}
}

// Not every pause is Mailgun's wish, and not every wish has a time.
func TestTheReceiptSaysWhyTheRestWaits(t *testing.T) {
	for why, o := range map[string]Throttled{
		"the key for Mailgun cannot be read": {Reason: "the key for Mailgun cannot be read"},
		"Mailgun wants no more for now":      {},
	} {
		t.Run(why, func(t *testing.T) {
			p, n := due(t, 25, "")
			p.box.fate = func(int, Request) (bool, Outcome) { return false, o }
			p.work(n)
			p.expects(n, "alpha", "25 subscribers who chose each post: being mailed now, 0 of 25 done, the rest is tried again at 14:15: "+why)
		})
	}
}

func TestNeverMoreThanTheHourAllows(t *testing.T) {
	p, n := due(t, 25, "  batch: 4\n  per_hour: 10\n")
	others := []*Newsletter{n, p.engine(), p.engine()}
	last := 0
	for range 200 {
		for _, o := range others {
			p.work(o)
		}
		if sent := len(p.box.got); sent != last {
			last = sent
		}
		if p.issue("post-alpha").State == Closed {
			break
		}
		p.clock.forward(time.Minute)
		hour := 0
		for _, at := range p.box.times {
			if p.clock.now().Sub(at) < time.Hour {
				hour++
			}
		}
		if hour > 10 {
			t.Fatalf("%d messages within an hour", hour)
		}
	}
	p.once("alpha", 25, 0)
	if spent := p.clock.now().Sub(monday); spent < 2*time.Hour {
		t.Errorf("25 messages at 10 an hour took %s", spent)
	}
}
