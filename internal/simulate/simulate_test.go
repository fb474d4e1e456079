package simulate

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	seeds = flag.Int("seeds", 0, "play so many histories")
	from  = flag.Uint64("from", 0, "the first seed; without it, histories nobody has seen yet")
	first = flag.Bool("first", false, "stop at the first history that fails")
	seed  = flag.Uint64("seed", 0, "play this one history and tell all of it")
)

func TestMain(m *testing.M) {
	flag.Parse()
	genesis()
	debug.SetGCPercent(400) // histories leave much behind, and little for long
	os.Exit(m.Run())
}

// The histories that every run of the tests plays: known ones, of which enough is tried
// (see suffices), and some that are new each time.
const (
	fixedFrom  = 501
	fixedSeeds = 60
	freshSeeds = 25
)

// Of the histories that fail, the first few are told whole, of the others a line each; and
// when so many have failed, those that are left would tell nothing new.
const (
	toldWhole    = 3
	mostFailures = 100
)

// TestHistories plays a fixed set of histories and some fresh ones; or those asked for.
func TestHistories(t *testing.T) {
	switch {
	case *seed != 0:
		r := history(t, *seed)
		t.Log("\n" + r.Trace)
		report(t, r)
	case *seeds > 0:
		begin := *from
		if begin == 0 {
			begin = uint64(time.Now().UnixNano())
		}
		play(t, begin, *seeds)
	case testing.Short():
		play(t, fixedFrom, fixedSeeds/5)
	default:
		suffices(t, play(t, fixedFrom, fixedSeeds))
		play(t, uint64(time.Now().UnixNano()), freshSeeds)
	}
}

// history plays one history in a bubble of its own.
func history(t *testing.T, seed uint64) (r Result) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		defer func() {
			if p := recover(); p != nil { // of the simulator; the program's own are failures
				panic(fmt.Sprintf("seed %d: %v\n%s", seed, p, debug.Stack()))
			}
		}()
		r = Play(seed)
	})
	return r
}

// suffices tells whether the known histories try enough of what an oracle could leave out
// without anybody noticing: pairs of a reader and a post of which it is certain that they
// are owed, or not; people who move; what the author orders about mail; and what they are told
// of it. Of the ten or so times that they cancel, release or resume something, chance decides
// how many fit the issue and are answered.
func suffices(t *testing.T, sum Tally) {
	t.Helper()
	if sum.Owed < 150 || sum.Barred < 200 || sum.Unsure > (sum.Owed+sum.Barred)/4 {
		t.Errorf("of the pairs of a reader and a post %d are owed, %d are not, and %d are undetermined", sum.Owed, sum.Barred, sum.Unsure)
	}
	if sum.Moves < 15 || sum.Obeyed[0] < 10 || sum.Obeyed[1] < 1 || sum.Obeyed[2] < 1 || sum.Obeyed[3] < 1 {
		t.Errorf("%d people moved, and of the author's orders %v were obeyed", sum.Moves, sum.Obeyed)
	}
	if sum.Turns < 100 {
		t.Errorf("only %d writes were overtaken or the last words of a process", sum.Turns)
	}
	if sum.Accounts < 60 || sum.Standings < 3 {
		t.Errorf("of %d issues it was certain how many got them, and %d were held, stopped or cancelled", sum.Accounts, sum.Standings)
	}
}

// play plays histories side by side and tells what they tried.
func play(t *testing.T, begin uint64, n int) (sum Tally) {
	t.Helper()
	var next, failed atomic.Int64
	var mu sync.Mutex // guards the sum
	began := time.Now()
	most := int64(mostFailures)
	if *first {
		most = 1
	}
	t.Run(fmt.Sprintf("from %d", begin), func(t *testing.T) {
		for shard := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for failed.Load() < most {
					i := next.Add(1) - 1
					if i >= int64(n) {
						return
					}
					r := history(t, begin+uint64(i))
					mu.Lock()
					if sum.Add(r.Tally); sum.Histories%1000 == 0 {
						fmt.Printf("%d histories, %d failed\n", sum.Histories, failed.Load())
					}
					mu.Unlock()
					switch {
					case len(r.Failures) == 0:
					case failed.Add(1) <= toldWhole:
						report(t, r)
					default:
						t.Errorf("seed %d: %s", r.Seed, r.Failures[0])
					}
				}
			})
		}
	})
	took := time.Since(began)
	fmt.Printf("seeds %d to %d, %d failed, in %.1f s (%.0f a second)\n%s\n", begin, begin+uint64(n)-1, failed.Load(), took.Seconds(), float64(sum.Histories)/took.Seconds(), sum)
	return sum
}

// report tells what went wrong in a history, how it came to that, and how to see it again.
func report(t *testing.T, r Result) {
	t.Helper()
	if len(r.Failures) == 0 {
		return
	}
	const most = 12
	for i, f := range r.Failures {
		if i == most {
			t.Errorf("… and %d more", len(r.Failures)-most)
			break
		}
		t.Errorf("seed %d: %s", r.Seed, f)
	}
	t.Logf("how it came to that:\n%s\n\nto see it again: make simulate SEED=%d", r.Trace, r.Seed)
}
