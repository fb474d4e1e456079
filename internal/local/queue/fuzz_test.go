package queue

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzMessage: no file makes the queue panic, and one that is read is named as it was.
func FuzzMessage(f *testing.F) {
	f.Add("00000000000000000001.0", []byte(`{"sent":"2026-01-02T03:04:05Z","body":"x"}`))
	f.Add("1.5", []byte(`{}`))
	f.Add("1.-1", []byte(`{}`))
	f.Add("x", []byte(``))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		path := filepath.Join(t.TempDir(), filepath.Base(name))
		if os.WriteFile(path, content, 0o600) != nil {
			return // not a file's name
		}
		m, err := readMessage(path)
		if err == nil && m.deliveries < 0 {
			t.Errorf("%q: delivered %d times", name, m.deliveries)
		}
	})
}
