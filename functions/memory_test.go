package functions_test

import (
	"testing"

	"github.com/pennypost/pennypost/functions"
)

func TestMemoryLimit(t *testing.T) {
	for given, want := range map[string]int64{"1769": 1_576_691_302, "128": 114_085_068, "": 0, "much": 0, "-1": 0, "0": 0, "99999999999": 0} {
		if got := functions.MemoryLimit(given); got != want {
			t.Errorf("of %q MB the limit is %d, want %d", given, got, want)
		}
	}
}
