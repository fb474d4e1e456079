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
	seed  = flag.Uint64("seed", 0, "play this one history and tell all of it")
)

func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(400) // histories leave much behind, and little for long
	os.Exit(m.Run())
}

// The histories that every run of the tests plays, besides some that are new each time.
const (
	fixedSeeds = 150
	freshSeeds = 100
)

// TestHistories plays a fixed set of histories and a fresh one; or those asked for.
func TestHistories(t *testing.T) {
	switch {
	case *seed != 0:
		r := history(t, *seed)
		t.Log("\n" + r.Trace)
		report(t, r)
	case *seeds > 0:
		first := *from
		if first == 0 {
			first = uint64(time.Now().UnixNano())
		}
		play(t, first, *seeds)
	case testing.Short():
		play(t, 1, fixedSeeds/5)
	default:
		play(t, 1, fixedSeeds)
		play(t, uint64(time.Now().UnixNano()), freshSeeds)
	}
}

// history plays one history in a bubble of its own.
func history(t *testing.T, seed uint64) (r Result) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { r = Play(seed) })
	return r
}

// play plays histories side by side and tells what they tried.
func play(t *testing.T, first uint64, n int) {
	t.Helper()
	var next, failed atomic.Int64
	var mu sync.Mutex // guards the tally
	var sum Tally
	began := time.Now()
	t.Run(fmt.Sprintf("from %d", first), func(t *testing.T) {
		for shard := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for failed.Load() < 3 {
					i := next.Add(1) - 1
					if i >= int64(n) {
						return
					}
					r := history(t, first+uint64(i))
					mu.Lock()
					sum.Add(r.Tally)
					mu.Unlock()
					if len(r.Failures) > 0 {
						failed.Add(1)
						report(t, r)
					}
				}
			})
		}
	})
	took := time.Since(began)
	fmt.Printf("seeds %d to %d, in %.1f s (%.0f a second)\n%s\n", first, first+uint64(n)-1, took.Seconds(), float64(sum.Histories)/took.Seconds(), sum)
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
