package site

import (
	"os"
	"strings"
	"testing"
)

func TestDigestsCoverTheCode(t *testing.T) {
	// None of these has a say in what an output looks like.
	without := map[string]bool{"bearings.go": true, "hash.go": true, "hashview.go": true, "part.go": true, "version.go": true, "warning.go": true}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := f.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || without[name] {
			continue
		}
		if _, err := sources.Open(name); err != nil {
			t.Errorf("%s is not among the sources in version.go", name)
		}
	}
	if len(code()) != 20 {
		t.Errorf("the code's digest is %q", code())
	}
}
