package s3disk_test

import (
	"os"

	"pgregory.net/rapid"
)

// tempDir is a folder for one run of a property; rapid's T has none.
func tempDir(t *rapid.T) string {
	dir, err := os.MkdirTemp("", "s3disk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
