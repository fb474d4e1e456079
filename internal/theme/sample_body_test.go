package theme

import (
	"os"
	"testing"
)

// sampleBody is a long text with every kind of thing a post can hold, as the post
// package writes it.
func sampleBody(t testing.TB) string {
	t.Helper()
	body, err := os.ReadFile("testdata/body.html")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
