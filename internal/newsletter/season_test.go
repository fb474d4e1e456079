package newsletter

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// reader is somebody in a random year.
type reader struct {
	uid       string
	addresses []string // they had, in order
	since     time.Time
	garden    bool // wants only posts about the garden
	left      time.Time
}

// seasons is how many random seasons are lived through; each takes some seconds.
var seasons = flag.Uint64("seasons", 2, "random seasons to live through")

// TestARandomSeason lets posts of every kind appear while people join, change their
// minds, move, and leave, and then requires that everybody who was there got
// everything they were owed once, and nobody anything twice.
func TestARandomSeason(t *testing.T) {
	for seed := range *seasons {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			season(t, rand.New(rand.NewPCG(seed, 7)))
		})
	}
}

func season(t *testing.T, r *rand.Rand) {
	p := newPlace(t)
	p.settings += "  max_per_hour: 100\n  batch: 3\ntopics:\n  - id: garden\n    title: The garden\n    tags: [garden]\n  - id: rest\n    title: Everything else\n"
	p.save()
	n := p.engine()
	p.ticks(n)
	ctx := t.Context()
	var readers []*reader
	type piece struct {
		id     string
		at     time.Time
		garden bool
		mail   post.Mailing
	}
	var pieces []piece
	cadences := []audience.Cadence{audience.Each, audience.Weekly, audience.Monthly}
	join := func() {
		name := fmt.Sprintf("reader%d", len(readers))
		one := &reader{addresses: []string{name}, since: p.clock.now(), garden: r.IntN(3) == 0}
		var topics []string
		if one.garden {
			topics = []string{"garden"}
		}
		one.uid = p.subscribe(name, cadences[r.IntN(3)], topics...)
		readers = append(readers, one)
	}
	for range 6 {
		join()
	}
	p.clock.forward(time.Minute)
	end := p.clock.now().AddDate(0, 0, 40)
	for p.clock.now().Before(end) {
		switch k := r.IntN(10); {
		case k < 3:
			id := fmt.Sprintf("p%d", len(pieces))
			now := piece{id, p.clock.now(), r.IntN(3) == 0, []post.Mailing{"", "", "", post.MailNow, post.MailDigest, post.MailNone}[r.IntN(6)]}
			p.write(id, func(e *catalog.Entry) {
				e.Mailing = now.mail
				if now.garden {
					e.Tags = []string{"garden"}
				}
			})
			p.announce(n, id)
			pieces = append(pieces, now)
		case k < 6:
			one := readers[r.IntN(len(readers))]
			if one.left.IsZero() {
				p.cadence(one.uid, cadences[r.IntN(3)])
			}
		case k == 6:
			join()
		case k == 7 && r.IntN(3) == 0:
			one := readers[r.IntN(len(readers))]
			if one.left.IsZero() {
				one.left = p.clock.now()
				if err := p.people().Leave(ctx, one.uid, one.left); err != nil {
					t.Fatal(err)
				}
			}
		case k == 8:
			one := readers[r.IntN(len(readers))]
			if one.left.IsZero() {
				to := fmt.Sprintf("%s-%d", one.addresses[0], len(one.addresses))
				if _, err := p.people().Move(ctx, one.uid, audience.Ask{Address: to + "@readers.example", At: p.clock.now()}); err != nil {
					t.Fatal(err)
				}
				one.addresses = append(one.addresses, to)
			}
		}
		p.clock.forward(time.Duration(r.IntN(20*60)) * time.Minute)
		if err := n.OpenDigests(ctx); err != nil {
			t.Fatal(err)
		}
		p.work(n)
		if r.IntN(10) == 0 {
			n = p.engine() // a restart
		}
	}
	for range 80 {
		p.clock.forward(12 * time.Hour)
		if err := n.OpenDigests(ctx); err != nil {
			t.Fatal(err)
		}
		p.work(n)
	}
	got := p.box.each()
	for _, one := range readers {
		for _, piece := range pieces {
			count := 0
			for _, a := range one.addresses {
				count += got[a+"@readers.example "+piece.id]
			}
			wanted := piece.mail != post.MailNone && (piece.garden || !one.garden)
			owed := wanted && one.left.IsZero() && !piece.at.Before(one.since)
			if count > 1 || count == 1 && !wanted || count == 0 && owed {
				t.Errorf("%v got %s (%q) %d times, owed: %t", one.addresses, piece.id, piece.mail, count, owed)
			}
		}
	}
	if len(got) == 0 {
		t.Error("nobody got anything: this tries nothing")
	}
	o, err := n.loadOutbox(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for id, h := range o.Issues {
		if h.State != Dormant {
			t.Errorf("%s is left %s", id, h.State)
		}
	}
}
