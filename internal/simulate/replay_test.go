package simulate

import (
	"runtime"
	"strings"
	"testing"
)

// TestSeedsReplay: a seed is all there is to a history, on one core or many.
func TestSeedsReplay(t *testing.T) {
	for seed := range uint64(4) {
		first := history(t, 1000+seed)
		for _, cores := range []int{1, 4} {
			before := runtime.GOMAXPROCS(cores)
			again := history(t, 1000+seed)
			runtime.GOMAXPROCS(before)
			if again.Hash != first.Hash {
				t.Fatalf("seed %d goes another way on %d cores:\n%s", 1000+seed, cores, parting(first.Trace, again.Trace))
			}
		}
	}
}

// parting shows where two stories begin to differ.
func parting(a, b string) string {
	one, two := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(one), len(two)) {
		if one[i] != two[i] {
			return strings.Join(one[max(0, i-5):i+1], "\n") + "\nagainst\n" + two[i]
		}
	}
	return "one is longer"
}
