package simulate

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// life is what one subscriber did, as they were told that it was done.
type life struct {
	*person
	turns    []turn
	restless bool // changes their mind again and again
	acts     int  // how many more times
	wish     turn // what the form said that is still to be confirmed
	asked    time.Time
	// astray is somebody who moved on the day that the restore forgot: the old address is
	// remembered as given up, of the new one nothing is known. They do not come back.
	astray bool
}

// turn is something that somebody did. It took effect between two moments, which are one
// where nothing broke.
type turn struct {
	span
	what    what
	cadence string   // of joined and switched
	topics  []string // of joined and switched; none: all
	until   time.Time
}

type what string

const (
	joined   what = "joined"
	switched what = "switched"
	paused   what = "paused"
	resumed  what = "resumed"
	moved    what = "moved"
	left     what = "left" // or bounced, or complained
	away     what = "away" // left or moved on the day that the restore forgot
)

var yearCadences = []string{"each", "weekly", "monthly"}

// planPeople decides who comes when: some with a list that the author imports, the others
// by the form and the mail that asks to confirm it.
func (y *year) planPeople() {
	days := y.of.end.Sub(y.of.begin)
	for i := range y.of.people {
		l := &life{person: &person{address: fmt.Sprintf("reader%d@example.org", i)}, restless: i%10 == 0, acts: y.plan.IntN(3)}
		if l.restless {
			l.acts = 6 + y.plan.IntN(6)
		} else if y.plan.IntN(2) == 0 {
			l.acts = 0
		}
		y.lives = append(y.lives, l)
		y.people = append(y.people, l.person)
		y.by[l.person] = l
	}
	const lists = 3
	for n := range lists {
		batch := y.lives[y.of.lists*n/lists : y.of.lists*(n+1)/lists]
		y.note(y.of.begin.Add(2*time.Hour+days*time.Duration(n)/lists), func() { y.bring(batch) })
	}
	for _, l := range y.lives[y.of.lists : y.of.people-forgotten] {
		at := y.of.begin.Add(26*time.Hour + time.Duration(y.plan.Int64N(int64(days*9/10))))
		if at.After(y.of.restore.Add(-3*time.Hour)) && at.Before(y.of.restore) {
			at = at.Add(4 * time.Hour) // what is asked for before the restore is confirmed before it
		}
		y.note(at, func() { y.join(l) })
	}
	y.planReturns()
}

// planReturns lets some leave a monthly digest a few days before it comes, and come back
// the next day with another wish.
func (y *year) planReturns() {
	for _, due := range y.monthly {
		for n := range 4 {
			y.note(due.Add(-80*time.Hour+time.Duration(n)*time.Minute), func() {
				for _, l := range y.lives[y.plan.IntN(len(y.lives)):] {
					now := stateAt(y.knownTurns(l, time.Now()), time.Now())
					if now.there && now.cadence == "monthly" && l.token != "" && l.next == "" && !l.astray {
						y.depart(l)
						y.note(time.Now().Add(26*time.Hour), func() { y.join(l) })
						return
					}
				}
			})
		}
	}
}

// wish draws how often somebody wants mail, and about what.
func (y *year) wish() (cadence string, topics []string) {
	cadence = yearCadences[min(y.chance.IntN(5)/2, 2)]
	if y.chance.IntN(6) == 0 {
		topics = [][]string{{"garden"}, {"letters"}, {"garden", "rest"}}[y.chance.IntN(3)]
	}
	return cadence, topics
}

// bring is the author importing a list, eight rows at a time: of more, which run side by
// side, chance and not the seed would decide who comes first.
func (y *year) bring(batch []*life) {
	y.say("the author imports %d subscribers", len(batch))
	y.tally.imported += len(batch)
	for few := range slices.Chunk(batch, 8) {
		var csv strings.Builder
		csv.WriteString("email,cadence,topics\n")
		now := time.Now()
		for _, l := range few {
			cadence, topics := y.wish()
			fmt.Fprintf(&csv, "%s,%s,%s\n", l.address, cadence, strings.Join(topics, "; "))
			l.turns = append(l.turns, turn{span: span{now, now}, what: joined, cadence: cadence, topics: topics})
			l.ever = true
			y.later(l)
		}
		y.invoke("import", func(ctx context.Context, in *invocation) error {
			report, err := in.c.list.Import(ctx, strings.NewReader(csv.String()), audience.ImportOptions{Source: "import of list.csv"})
			if err == nil && report.Added != len(few) {
				err = fmt.Errorf("%d of %d were added", report.Added, len(few))
			}
			if err != nil {
				panic(err)
			}
			return nil
		})
		y.settle()
	}
}

// later puts the next thing that somebody does on the agenda: for the restless often in
// the minutes around a mail, for all others whenever.
func (y *year) later(l *life) {
	if l.acts--; l.acts < 0 {
		return
	}
	in := time.Duration(y.plan.Int64N(int64(80 * 24 * time.Hour)))
	if l.restless {
		in = time.Duration(y.plan.Int64N(int64(25 * 24 * time.Hour)))
	}
	at := time.Now().Add(in)
	if l.restless && y.plan.IntN(2) == 0 {
		at = y.hot(at)
	}
	// A day around the restore belongs to those who are there for it.
	if at.After(y.of.restore.Add(-27*time.Hour)) && at.Before(y.of.restore.Add(12*time.Hour)) {
		at = at.Add(48 * time.Hour)
	}
	y.note(at.Add(time.Duration(y.plan.IntN(59000))*time.Millisecond), func() {
		y.change(l)
		y.later(l)
	})
}

// hot is a moment around the next mail after some time: a minute before it is due, or a
// few minutes after.
func (y *year) hot(after time.Time) time.Time {
	var next time.Time
	for _, due := range y.dues() {
		if due.After(after) && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	if next.IsZero() {
		return after
	}
	return next.Add([]time.Duration{-4 * time.Minute, -2 * time.Minute, -time.Minute, 5 * time.Minute, 20 * time.Minute}[y.plan.IntN(5)])
}

// change lets somebody do something that is possible for them now.
func (y *year) change(l *life) {
	now := stateAt(y.knownTurns(l, time.Now()), time.Now())
	switch n := y.plan.IntN(100); {
	case l.astray:
	case !now.there:
		if l.complained.IsZero() && len(l.turns) > 0 && n < 60 && l.next == "" {
			y.join(l)
		}
	case l.token == "" || l.next != "":
	case now.resting(time.Now()):
		if n < 60 {
			y.resume(l)
		} else {
			y.decide(l)
		}
	case n < 55:
		y.decide(l)
	case n < 62:
		y.join(l) // by the form, as if they were new
	case n < 77:
		y.takeBreak(l, 1+y.plan.IntN(5))
	case n < 86:
		y.depart(l)
	case n < 94:
		y.moveHouse(l)
	case n < 98:
		y.report(l, "failed")
	default:
		y.report(l, "complained")
	}
}

// insist sends a request until it is answered as it should be, a minute apart, and then
// notes what was done.
func (y *year) insist(l *life, method, path string, form url.Values, good string, done func(span)) {
	began := time.Now()
	var try func(n int)
	try = func(n int) {
		y.broken = n == 0 && y.chance.IntN(40) == 0
		y.ask(l.address, method, path, form, func(status int, body string, ok bool) {
			switch {
			case ok && strings.Contains(body, good):
				done(span{began, time.Now()})
			case n < 3:
				y.note(time.Now().Add(time.Minute), func() { try(n + 1) })
			default:
				y.fail("%s is answered %d to %s %v, and not %q", l.address, status, path, form, good)
			}
		})
		y.settle()
	}
	try(0)
}

// join is the form; the mail that it leads to goes on with it.
func (y *year) join(l *life) {
	if time.Since(l.asked) < 25*time.Hour {
		return // one mail an address and day
	}
	l.asked = time.Now()
	cadence, topics := y.wish()
	y.say("%s wants to subscribe: %s %v", l.address, cadence, topics)
	y.ask(l.address, http.MethodGet, "/subscribe", nil, func(_ int, body string, _ bool) {
		m := hiddenForm.FindStringSubmatch(body)
		if m == nil {
			y.fail("there is no form")
			return
		}
		form := url.Values{"email": {l.address}, "cadence": {cadence}, "form": {m[1]}, "topics": topics}
		y.note(time.Now().Add(5*time.Second), func() {
			y.insist(l, http.MethodPost, "/subscribe", form, "", func(span) {})
		})
	})
	l.wish = turn{cadence: cadence, topics: topics}
	y.settle()
}

// press is the button of a mail that asks to confirm something.
func (y *year) press(p *person, to, token string) {
	l := y.by[p]
	form := url.Values{"t": {token}}
	switch {
	case to == p.next:
		p.pressed = time.Now()
		y.insist(l, http.MethodPost, "/confirm", form, "Welcome", func(s span) {
			p.former, p.address = append(p.former, p.address), p.next
			p.next, p.pressed, p.moves = "", time.Time{}, append(p.moves, time.Now())
			l.turns = append(l.turns, turn{span: s, what: moved})
			y.tally.moved++
			y.say("%s is told that it counts from now on", p.address)
			if y.plan.IntN(2) == 0 { // a new address, new habits
				y.note(time.Now().Add(time.Duration(y.plan.Int64N(int64(4*24*time.Hour)))), func() {
					if now := stateAt(y.knownTurns(l, time.Now()), time.Now()); now.there && !l.astray && l.next == "" {
						y.decide(l)
					}
				})
			}
		})
	case to == p.address:
		again := p.ever
		p.ever, p.left = true, time.Time{}
		y.insist(l, http.MethodPost, "/confirm", form, "Welcome", func(s span) {
			was := stateAt(y.knownTurns(l, s.from), s.from)
			did := turn{span: s, what: joined, cadence: l.wish.cadence, topics: l.wish.topics}
			switch {
			case was.there:
				did.what = switched
				l.turns = append(l.turns, turn{span: s, what: resumed})
				y.tally.switched++
			case again:
				y.tally.returned++
			default:
				y.tally.joined++
				y.later(l)
			}
			l.turns = append(l.turns, did)
			y.say("%s is welcomed", p.address)
		})
	}
}

// prefs sends a form of the preferences' page.
func (y *year) prefs(l *life, form url.Values, good string, done func(span)) {
	form.Set("t", l.token)
	y.insist(l, http.MethodPost, "/preferences", form, good, done)
}

func (y *year) decide(l *life) {
	cadence, topics := y.wish()
	y.say("%s switches to %s %v", l.address, cadence, topics)
	y.prefs(l, url.Values{"do": {"save"}, "cadence": {cadence}, "topics": topics}, "Saved.", func(s span) {
		l.turns = append(l.turns, turn{span: s, what: switched, cadence: cadence, topics: topics})
		y.tally.switched++
	})
}

func (y *year) takeBreak(l *life, weeks int) {
	y.say("%s pauses for %d weeks", l.address, weeks)
	y.prefs(l, url.Values{"do": {"pause"}, "weeks": {fmt.Sprint(weeks)}}, "Nothing will be sent until then", func(s span) {
		l.turns = append(l.turns, turn{span: s, what: paused, until: time.Now().Add(time.Duration(weeks) * 7 * 24 * time.Hour)})
		y.tally.paused++
	})
}

func (y *year) resume(l *life) {
	y.say("%s ends a pause", l.address)
	y.prefs(l, url.Values{"do": {"resume"}}, "Welcome back.", func(s span) {
		l.turns = append(l.turns, turn{span: s, what: resumed})
		y.tally.resumed++
	})
}

func (y *year) depart(l *life) {
	y.say("%s unsubscribes", l.address)
	y.insist(l, http.MethodPost, "/unsubscribe?t="+url.QueryEscape(l.token), url.Values{"List-Unsubscribe": {"One-Click"}}, "", func(s span) {
		l.person.left = time.Now()
		l.turns = append(l.turns, turn{span: s, what: left})
		y.tally.left++
		if y.plan.IntN(2) == 0 { // they think better of it, or wanted it otherwise
			y.note(time.Now().Add(26*time.Hour+time.Duration(y.plan.Int64N(int64(6*24*time.Hour)))), func() {
				if !l.astray && l.next == "" && !stateAt(y.knownTurns(l, time.Now()), time.Now()).there {
					y.join(l)
				}
			})
		}
	})
}

// moveHouse asks for the newsletter at another address.
func (y *year) moveHouse(l *life) {
	l.next = fmt.Sprintf("new%d.%s", len(l.former)+1, l.id())
	y.say("%s wants to move to %s", l.address, l.next)
	y.prefs(l, url.Values{"do": {"move"}, "email": {l.next}}, "If all is well", func(span) {})
}

// report is Mailgun telling of a bounce or a complaint.
func (y *year) report(l *life, event string) {
	now := time.Now()
	y.hook(l.person, event)
	y.settle()
	if !l.person.left.Equal(now) {
		y.fail("the webhook about %s is not taken", l.address)
		return
	}
	l.turns = append(l.turns, turn{span: span{now, now}, what: left})
	y.tally.hooks++
	if event == "complained" {
		l.complained = time.Now()
	}
}
