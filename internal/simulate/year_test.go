package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // the year is lived in a place with summer time
)

// size is how much happens in a year.
type size struct {
	posts, people int
	lists         int // how many of the people come with a list that the author imports
	begin, end    time.Time
	unsure        int       // of a hundred pairs, for how many the oracle may say nothing
	restore       time.Time // the state bucket is put back in the tick after this, a while after a weekly digest
}

// wholeYear has what a year has; spring is two months of it with fewer people.
var (
	wholeYear = size{
		posts: 50, people: 2000, lists: 1200, unsure: 2,
		begin:   time.Date(2026, 1, 8, 6, 0, 0, 0, time.UTC),
		end:     time.Date(2027, 1, 12, 6, 0, 0, 0, time.UTC),
		restore: inBerlin(2026, time.September, 13, 2, 52),
	}
	spring = size{
		posts: 32, people: 160, lists: 80, unsure: 3,
		begin:   time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC),
		end:     time.Date(2026, 5, 12, 6, 0, 0, 0, time.UTC),
		restore: inBerlin(2026, time.April, 19, 2, 52),
	}
)

// TestYear lives through a year: 50 posts, 2,000 subscribers who join, choose anew in the
// middle of a week or a month, pause, move, leave, bounce and complain; both changes of
// the clock, of which the weekly digest stands in the very hour; days on which things
// break; and a Sunday night on which the state bucket is put back by a day in the middle
// of a mailing. Then the ledger of who got what, when, and in which mail, must be what an
// oracle says that knows only what was done, and when (year_oracle_test.go).
//
// The seed is that of -seed, or 1. With the race detector, which makes a year last for
// minutes, and with -short it is the spring.
func TestYear(t *testing.T) {
	if raced || testing.Short() {
		live(t, spring)
		return
	}
	live(t, wholeYear)
}

// TestSpring is the part of a year that mutations are held against. TestMutations, whose
// program is built without the race detector, plays the whole year too.
func TestSpring(t *testing.T) {
	if !raced { // else it is what TestYear plays
		live(t, spring)
	}
}

func live(t *testing.T, of size) {
	n := *seed
	if n == 0 {
		n = 1
	}
	synctest.Test(t, func(t *testing.T) {
		y := newYear(t, n, of)
		y.run()
		y.judgeAll()
	})
}

// year is a world in which time goes by as an agenda says.
type year struct {
	*World
	t                        *testing.T
	of                       size
	plan                     *rand.Rand // what is going to happen
	agenda                   agenda
	noted                    int            // on the agenda, ever
	ticks                    map[int64]bool // minutes in which the clock wakes the functions
	rough                    []span         // days on which things break
	weekly, monthly          []time.Time    // when digests are due
	planned                  []time.Time    // when posts' own mails are
	broken                   bool           // things break just now
	lives                    []*life
	by                       map[*person]*life
	pieces                   []*piece
	about                    map[string]*piece // by the number of each of its texts
	halfway, between, midway *piece            // those that were mailed around the time when the state was put back
	backup                   time.Time         // what the state bucket is put back to
	back                     time.Time         // when it was

	posts       int // requests to Mailgun that carry posts
	refused     int // from which of them on Mailgun does not know our key
	interrupted int // at which of them the state bucket is put back
	tally       yearTally
}

type yearTally struct {
	published, edits, renames, deletions                                            int
	imported, joined, returned, switched, paused, resumed, moved, left, hooks, lost int
	ticks, undetermined, pairs, got                                                 int
}

const zone = "Europe/Berlin"

var berlin = func() *time.Location {
	l, err := time.LoadLocation(zone)
	or(err)
	return l
}()

func inBerlin(y int, m time.Month, d, hour, minute int) time.Time {
	return time.Date(y, m, d, hour, minute, 0, 0, berlin)
}

func newYear(t *testing.T, seed uint64, of size) *year {
	chance := rand.New(rand.NewPCG(seed, 0x79656172))
	w := newWorldAt(seed, chance, weather{mail: true, plain: true, gentle: true, handlers: 1, sticks: []float64{1}, doubled: 0.2}, of.begin)
	y := &year{
		World: w, t: t, of: of, plan: rand.New(rand.NewPCG(seed, 0x706c616e)),
		ticks: map[int64]bool{}, by: map[*person]*life{}, about: map[string]*piece{}, backup: of.restore.Add(-24 * time.Hour), refused: math.MaxInt,
	}
	w.pressed = y.press
	for f := fault(1); f < faultKinds; f++ {
		// Not those after which nothing is certain (lies) or nothing goes on (a refused key);
		// nor a limit of one recipient, which only takes long.
		if f != acceptedBusy && f != logForgets && f != badAddress && f != noPermission && f != tooManyTo {
			w.weather.faults = append(w.weather.faults, f)
			if f.mails() {
				w.weather.mailFaults = append(w.weather.mailFaults, f)
			}
		}
	}
	y.planDigests()
	y.planPosts()
	y.planPeople()
	y.planRestore()
	return y
}

// judgeAll holds the ledger against the oracle, and everything else against its own.
func (y *year) judgeAll() {
	if len(y.failures) == 0 {
		y.weather.gentle, y.weather.mail = false, false // things broke; and no more mail is due
		y.calm()
		y.judgeSite()
		y.judgeOwed()
		y.judgeDesk()
		y.judgeOutbox()
		y.judgeYear()
	}
	y.World.end()
	for i, f := range y.failures {
		if i == 20 {
			y.t.Errorf("… and %d more", len(y.failures)-i)
			break
		}
		y.t.Errorf("%s", f)
	}
	y.t.Log("\n" + y.story())
}

// story tells what happened.
func (y *year) story() string {
	var s strings.Builder
	c, w := y.tally, y.World.tally
	faults := 0
	for _, n := range w.Faults {
		faults += n
	}
	fmt.Fprintf(&s, "from %s to %s, seed %d, history %s\n", y.of.begin.In(berlin).Format("2 January 2006"), y.of.end.In(berlin).Format("2 January 2006"), y.seed, y.trace.hash())
	fmt.Fprintf(&s, "  author       %d posts, %d edits, %d renamed, %d deleted\n", c.published, c.edits, c.renames, c.deletions)
	fmt.Fprintf(&s, "  subscribers  %d imported, %d joined, %d came back, %d switched, %d paused, %d resumed, %d moved, %d left, %d bounced or complained\n", c.imported, c.joined, c.returned, c.switched, c.paused, c.resumed, c.moved, c.left, c.hooks)
	fmt.Fprintf(&s, "  machinery    %d ticks, %d invocations, %d calls, %d of them broken, %d processes killed\n", c.ticks, w.Invocations, w.Calls, faults, w.MailKills)
	fmt.Fprintf(&s, "  restored     on %s to the day before; %d people had to sign up again\n", y.back.In(berlin).Format("2 January 15:04"), c.lost)
	fmt.Fprintf(&s, "  mail         %d requests accepted, %d mails to subscribers, %d to the author\n", w.Mails, len(y.parcels), len(y.news))
	fmt.Fprintf(&s, "  ledger       %d pairs of a subscriber and a post, %d mailed, %d of them undetermined (%.2f %%)", c.pairs, c.got, c.undetermined, 100*float64(c.undetermined)/float64(max(c.pairs, 1)))
	return s.String()
}
