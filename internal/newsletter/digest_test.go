package newsletter

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

var (
	friday      = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC) // 09:00 in Berlin
	firstOfDec  = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	nextFriday  = friday.AddDate(0, 0, 7)
	firstOfJan  = time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC)
	halfAMinute = 30 * time.Second
)

// published writes a post and sees its instant issue through.
func (p *place) published(n *Newsletter, id string, change ...func(*catalog.Entry)) {
	p.t.Helper()
	p.write(id, change...)
	p.announce(n, id)
	p.clock.forward(10 * time.Minute)
	p.ticks(n)
}

// weekly is a place where bob gets the weekly digest, and some posts were published.
func weekly(t *testing.T, ids ...string) (*place, *Newsletter) {
	t.Helper()
	p := newPlace(t)
	p.subscribe("bob", audience.Weekly)
	n := p.engine()
	p.ticks(n)
	for _, id := range ids {
		p.published(n, id)
	}
	return p, n
}

func TestDigestsByTheClock(t *testing.T) {
	p := newPlace(t)
	p.subscribe("bob", audience.Weekly)
	p.subscribe("cleo", audience.Monthly)
	n := p.engine()
	p.ticks(n)
	p.published(n, "one")
	p.clock.forward(24 * time.Hour)
	p.published(n, "two")
	p.clock.set(friday.Add(-time.Second))
	p.ticks(n)
	p.mails()
	p.clock.set(friday.Add(halfAMinute))
	p.ticks(n)
	p.mails("bob: one+two")
	p.published(n, "three")
	p.clock.set(firstOfDec)
	p.ticks(n)
	p.mails("bob: one+two", "cleo: one+three+two")
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("bob: one+two three", "cleo: one+three+two")
	// A week with nothing in it mails nobody, but its issue was opened and closed.
	p.clock.set(nextFriday.AddDate(0, 0, 7))
	p.ticks(n)
	p.mails("bob: one+two three", "cleo: one+three+two")
	if i := p.issue("weekly-2026-W50"); i.State != Closed || i.Recipients != 0 {
		t.Errorf("the empty week is %s with %d recipients", i.State, i.Recipients)
	}
}

func TestMissedPeriodsAreCaughtUpOnce(t *testing.T) {
	p, n := weekly(t, "one")
	// Nothing runs for two and a half weeks; it comes back an hour after a Friday's time.
	p.clock.set(friday.AddDate(0, 0, 14).Add(time.Hour))
	p.ticks(n)
	p.mails("bob: one")
	p.ticks(p.engine())
	p.mails("bob: one")

	// More than a day late, the author is asked; what is asked about is not lost.
	p.published(n, "two")
	p.clock.set(friday.AddDate(0, 0, 24))
	p.ticks(n)
	p.mails("bob: one")
	held := p.issue("weekly-2026-W51")
	if held.State != Held || !strings.Contains(held.Reason, "more than a day ago") {
		t.Fatalf("the issue is %s: %s", held.State, held.Reason)
	}
	if err := n.Release(t.Context(), held.ID); err != nil {
		t.Fatal(err)
	}
	p.ticks(n)
	p.mails("bob: one two")
}

func TestAPostInItsUndoWindowGoesIntoTheNextDigest(t *testing.T) {
	p, n := weekly(t, "one")
	p.clock.set(friday.Add(-5 * time.Minute))
	p.write("two")
	p.announce(n, "two")
	p.clock.set(friday)
	p.ticks(n)
	p.mails("bob: one")
	p.expects(n, "two", "1 weekly subscriber: Friday 4 December, 09:00")
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("bob: one two")
}

// A digest's freeze writes into its issue twice, first that it is under way and then that it
// is begun. Whichever answer is lost, what it left to the next digest is in that.
func TestALostAnswerInAFreezeLosesNoPost(t *testing.T) {
	for at := range int64(2) {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			p, n := weekly(t, "one")
			p.clock.set(friday.Add(-5 * time.Minute))
			p.write("two") // which may be undone until five minutes after the digest
			p.announce(n, "two")
			p.clock.set(friday)
			f := &flaky{at: at + 1, after: true, only: func(r *http.Request) bool {
				return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/issues/weekly-") && strings.HasSuffix(r.URL.Path, "/issue.json") && r.Header.Get("If-Match") != ""
			}}
			m := p.over(f)
			if err := m.OpenDigests(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := m.Work(t.Context()); err == nil {
				t.Fatal("no answer was lost")
			}
			p.clock.forward(time.Hour)
			for range 3 {
				p.ticks(n)
			}
			p.mails("bob: one")
			p.clock.set(nextFriday)
			for range 3 {
				p.ticks(n)
			}
			p.mails("bob: one two")
		})
	}
}

func TestADigestCoversOnlyWhatIsOut(t *testing.T) {
	p, n := weekly(t, "one")
	p.write("two")
	p.write("three")
	p.catalog = p.catalog.Clone()
	p.catalog.Pending["blog/two/index.html"] = catalog.Pending{Digest: "d"}
	p.save()
	p.announce(n, "three")
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.clock.set(friday)
	p.ticks(n)
	p.mails("bob: one") // three comes after two, whose page is not written
	p.catalog = p.catalog.Clone()
	delete(p.catalog.Pending, "blog/two/index.html")
	p.save()
	p.announce(n, "two")
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("bob: one three+two")
}

func TestAPageThatCannotBeWrittenHoldsUpNobodyElse(t *testing.T) {
	p, n := weekly(t, "broken", "sound")
	const page = "blog/broken/index.html"
	p.catalog = p.catalog.Clone()
	p.catalog.Pending[page] = catalog.Pending{Digest: "d", Fails: 3}
	p.save()
	p.clock.set(friday)
	p.ticks(n)
	p.mails("bob: sound")
	p.catalog = p.catalog.Clone()
	delete(p.catalog.Pending, page)
	p.catalog.Outputs[page] = catalog.Output{Digest: "d", ETag: "e"}
	p.save()
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("bob: sound broken")
}

func TestTopicsMakeGroups(t *testing.T) {
	p := newPlace(t)
	p.settings += "topics:\n  - id: books\n    title: Book reviews\n    books: true\n  - id: garden\n    title: The garden\n    tags: [Garden]\n  - id: rest\n    title: Everything else\n"
	p.save()
	p.subscribe("all", audience.Weekly)
	p.subscribe("books", audience.Weekly, "books")
	p.subscribe("both", audience.Weekly, "books", "garden")
	p.subscribe("garden", audience.Weekly, "garden")
	p.subscribe("rest", audience.Weekly, "rest")
	p.subscribe("now", audience.Each, "garden")
	n := p.engine()
	p.ticks(n)
	p.published(n, "review", func(e *catalog.Entry) { e.Book = &post.Book{Title: "Emma"} })
	p.clock.forward(time.Hour)
	p.published(n, "roses", func(e *catalog.Entry) { e.Tags = []string{"garden"} })
	p.clock.forward(time.Hour)
	p.published(n, "thoughts")
	p.clock.set(friday)
	p.ticks(n)
	p.mails("all: review+roses+thoughts", "books: review", "both: review+roses", "garden: roses", "now: roses", "rest: thoughts")
	// Equal mails are one message, however many get them.
	l, err := n.readList(t.Context(), "weekly-2026-W48", p.issue("weekly-2026-W48").Freeze)
	if err != nil || len(l.head.Groups) != 5 {
		t.Errorf("%d groups, %v", len(l.head.Groups), err)
	}
}

func TestACancelledPostIsInNoDigest(t *testing.T) {
	p, n := weekly(t)
	p.write("one")
	p.announce(n, "one")
	if err := n.Cancel(t.Context(), "post-one"); err != nil {
		t.Fatal(err)
	}
	p.clock.set(friday)
	p.ticks(n)
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails()
}

func TestADigestLeadsWithTheNewest(t *testing.T) {
	p, n := weekly(t)
	for _, id := range []string{"oldest", "middle", "newest"} {
		p.published(n, id)
		p.clock.forward(2 * time.Hour)
	}
	p.clock.set(friday)
	p.ticks(n)
	if len(p.box.got) != 1 {
		t.Fatalf("mailed %v", p.box.summary())
	}
	text := p.box.got[0].text
	at := []int{strings.Index(text, "The newest piece"), strings.Index(text, "The middle piece"), strings.Index(text, "The oldest piece")}
	if slices.Contains(at, -1) || !slices.IsSorted(at) {
		t.Errorf("the order is %v in\n%s", at, text)
	}
}

func TestTheScheduleMayChange(t *testing.T) {
	p, n := weekly(t, "one")
	p.settings += "  weekly: Wednesday 18:30\n"
	p.save()
	p.clock.set(time.Date(2026, 11, 25, 17, 29, 59, 0, time.UTC))
	p.ticks(n)
	p.mails()
	p.clock.forward(time.Second)
	p.ticks(n)
	p.mails("bob: one")
	// Back to Friday of the same week: that week has had its digest.
	p.published(n, "two")
	p.settings = strings.ReplaceAll(p.settings, "Wednesday 18:30", "Friday 09:00")
	p.save()
	p.clock.set(friday)
	p.ticks(n)
	p.mails("bob: one")
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("bob: one two")
}

// TestTheDayIsMovedIntoThePast: what was published since is in the digest to come, as its
// receipt says, and not in one that should have gone out before it was there.
func TestTheDayIsMovedIntoThePast(t *testing.T) {
	p, n := weekly(t, "one") // on Tuesday
	p.settings += "  weekly: Monday 08:00\n"
	p.save()
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.mails()
	if i := p.issue(week); i.State != Closed || i.After != i.To {
		t.Errorf("the digest of a day before is %s, with what came after %d up to %d", i.State, i.After, i.To)
	}
	p.clock.set(time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)) // 08:00 where the site is
	p.ticks(n)
	p.mails("bob: one")
}

// TestAScheduleComesRoundTwice: the hour is moved after a digest that had to leave a post
// to the next one, so that the same week comes round again.
func TestAScheduleComesRoundTwice(t *testing.T) {
	p, n := weekly(t, "one")
	p.edit("one", func(e *catalog.Entry) { e.Draft, e.Live = true, false })
	p.clock.set(friday)
	p.ticks(n) // must leave it to the next
	p.clock.set(nextFriday)
	p.ticks(n) // and so must this one
	p.settings += "  weekly: Friday 12:00\n"
	p.save()
	p.clock.set(nextFriday.Add(3 * time.Hour))
	p.ticks(n) // the same week once more
	p.edit("one", func(e *catalog.Entry) { e.Draft, e.Live = false, true })
	p.mails()
	p.clock.set(nextFriday.AddDate(0, 0, 7).Add(3 * time.Hour))
	p.ticks(n)
	p.mails("bob: one")
}

// TestADateChangedAfterTheMailing: who changed to each post between the mailing of one and
// its new date was on no list for it, and gets it with the digest they had chosen then.
func TestADateChangedAfterTheMailing(t *testing.T) {
	p := newPlace(t)
	p.subscribe("ann", audience.Each)
	uid := p.subscribe("bob", audience.Weekly)
	n := p.engine()
	p.ticks(n)
	p.published(n, "one")
	p.cadence(uid, audience.Each)
	p.clock.forward(time.Hour)
	p.edit("one", func(e *catalog.Entry) { e.GoLive = p.clock.now() })
	p.clock.set(friday)
	p.ticks(n)
	p.mails("ann: one", "bob: one")
}

// TestAPostThatWasGoneBeforeItWasAnnouncedReturns: a digest passed its number while it
// was gone, and nobody had told the newsletter of it yet.
func TestAPostThatWasGoneBeforeItWasAnnouncedReturns(t *testing.T) {
	p := newPlace(t)
	p.subscribe("wim", audience.Weekly)
	n := p.engine()
	if err := n.OpenDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := p.write("alpha")
	p.write("beta")
	p.catalog = p.catalog.Clone()
	file := p.catalog.Files[e.Key]
	delete(p.catalog.Files, e.Key)
	delete(p.catalog.Posts, "alpha")
	p.catalog.Tombstones["alpha"] = catalog.Tombstone{Gone: p.clock.now(), Entry: *e}
	p.save()
	p.announce(n, "beta")
	p.clock.set(friday.Add(time.Hour))
	p.digest(n)
	p.catalog = p.catalog.Clone()
	p.catalog.Files[e.Key], p.catalog.Posts["alpha"] = file, e
	delete(p.catalog.Tombstones, "alpha")
	p.save()
	p.announce(n, "alpha")
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.clock.set(nextFriday.Add(time.Hour))
	p.digest(n)
	if got := p.box.each()["wim@readers.example alpha"]; got != 1 {
		t.Errorf("the post that returned came %d times", got)
	}
}

// TestAPostThatWasADraftAgainBeforeItWasAnnounced: it went live, so that it has a number,
// and a digest passed that number while it was a draft, which has no time of going live.
func TestAPostThatWasADraftAgainBeforeItWasAnnounced(t *testing.T) {
	p := newPlace(t)
	p.subscribe("wim", audience.Weekly)
	n := p.engine()
	p.ticks(n)
	p.write("alpha")
	p.edit("alpha", func(e *catalog.Entry) { e.Draft, e.Live, e.GoLive = true, false, time.Time{} })
	p.published(n, "beta")
	p.clock.set(friday)
	p.ticks(n)
	p.mails("wim: beta")
	p.edit("alpha", func(e *catalog.Entry) { e.Draft, e.Live, e.GoLive = false, true, p.clock.now() })
	p.announce(n, "alpha")
	p.clock.forward(time.Hour)
	p.ticks(n)
	p.clock.set(nextFriday)
	p.ticks(n)
	p.mails("wim: beta alpha")
}

// digest opens the digests that are due and sends them.
func (p *place) digest(n *Newsletter) {
	p.t.Helper()
	if err := n.OpenDigests(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.ticks(n)
}
