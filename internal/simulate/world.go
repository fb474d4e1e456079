package simulate

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// World is one history: the buckets, the processes, the people, and what lies between.
type World struct {
	seed    uint64
	began   time.Time
	chance  *rand.Rand
	weather weather
	s3      *memory.S3
	wire    *wire
	trace   *trace
	tally   Tally

	containers, invocations, messages int
	idle                              []*container
	running                           []*invocation
	done                              sync.WaitGroup // every invocation's goroutine
	queue                             []*message

	people   []*person
	errands  []errand
	known    map[string]*person                // by an address they have or had, as last asked for
	pressed  func(p *person, to, token string) // the button of a mail that asks to confirm something
	news     []mailRequest                     // mails to the author
	hooks    int                               // webhooks sent
	mailgun  mailgun
	parcels  []parcel
	got      map[string]map[string]int // by person and post: how often
	attempts []attempt                 // what people do, as long as it may still have an effect
	editions map[string]*edition       // by the id of the issue
	posts    map[string]string         // the file of each post, by its id
	leapt    time.Duration             // in leaps
	unsure   time.Time                 // since when the fate of a request is not known; zero: all are

	desk      *desk
	ears      ears
	addresses addresses
	reader    *reader
	edge      edge

	generation int64 // of the catalog
	mandates   mandates
	landing    *call // what takes effect just now
	restoring  bool
	restored   time.Time // when the state bucket was; zero: never
	swept      bool      // what that did to the site is mended
	look       func()    // what else to look at once S3 has answered
	failures   []string
}

// Result is what came of a history.
type Result struct {
	Seed     uint64
	Failures []string // invariants that were broken; none: all is well
	Trace    string
	Hash     string // of the trace
	Tally    Tally
}

// Play plays the history of a seed. It must be called in a bubble of testing/synctest.
func Play(seed uint64) Result {
	w := newWorld(seed)
	w.storm()
	w.calm()
	w.judge()
	w.end()
	return w.result()
}

func newWorld(seed uint64) *World {
	chance := rand.New(rand.NewPCG(seed, 0x70656e6e79))
	weather := drawWeather(chance)
	weather.restores = !weather.gentle && rand.New(rand.NewPCG(seed, 0x6261636b757073)).IntN(5) == 0
	weather.revokes = weather.mail && !weather.gentle && rand.New(rand.NewPCG(seed, 0x7265766f6b65)).IntN(2) == 0
	if r := rand.New(rand.NewPCG(seed, 0x7475726e73)); !weather.gentle && r.IntN(3) == 0 {
		weather.turns = []float64{0.02, 0.1, 0.3}[r.IntN(3)]
		weather.handlers = max(weather.handlers, 3)
	}
	return newWorldIn(seed, chance, weather)
}

func newWorldIn(seed uint64, chance *rand.Rand, weather weather) *World {
	// These weeks hold both changes of the clock.
	begin := time.Date(2026, 3, 20, 6, 0, 0, 0, time.UTC)
	if chance.IntN(2) == 0 {
		begin = time.Date(2026, 10, 16, 6, 0, 0, 0, time.UTC)
	}
	return newWorldAt(seed, chance, weather, begin.Add(time.Duration(chance.Int64N(int64(12*24*time.Hour)))))
}

// newWorldAt is a world that begins at a time. The bubble's clock begins in 2000.
func newWorldAt(seed uint64, chance *rand.Rand, weather weather, begin time.Time) *World {
	w := &World{seed: seed, chance: chance, weather: weather, wire: newWire(), trace: newTrace()}
	time.Sleep(time.Until(begin))
	w.began, w.swept = begin, true
	w.mailgun.accepted, w.got = map[string]time.Time{}, map[string]map[string]int{}
	w.mailgun.deliveries, w.known = map[string]*delivery{}, map[string]*person{}
	w.editions, w.posts = map[string]*edition{}, map[string]string{}
	w.addresses = newAddresses()
	w.pressed = w.press
	w.reader = newReader(w)
	if w.weather.founded {
		was := genesis()
		w.s3, w.generation = was.s3.Clone(time.Now), was.generation
		for _, p := range was.people {
			p.deeds = slices.Clone(p.deeds) // all histories share those of the beginning
			w.people = append(w.people, &p)
		}
		for _, key := range w.s3.Keys("site", "") {
			w.reader.changed(memory.Change{Bucket: "site", Key: key, New: w.s3.Get("site", key)}, false)
		}
		w.reader.look()
	} else {
		w.s3 = memory.New(time.Now, "content", "site", "state")
	}
	w.s3.Watch(w.watch)
	w.desk = newDesk(w)
	w.mandates = mandates{write: map[string]int64{}, remove: map[string]int64{}}
	w.tally.Histories = 1
	return w
}

// end stops whatever still runs and waits for it.
func (w *World) end() {
	for _, in := range w.running {
		w.wire.mu.Lock()
		dead := in.c.dead
		w.wire.mu.Unlock()
		if !dead {
			w.kill(in.c)
		}
	}
	w.done.Wait()
	synctest.Wait()
}

func (w *World) result() Result {
	return Result{Seed: w.seed, Failures: w.failures, Trace: w.trace.String(), Hash: w.trace.hash(), Tally: w.tally}
}
