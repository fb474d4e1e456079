package audience

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"
)

// FuzzKeyring: whatever bytes lie at keys.json, they are refused or can be worked with.
func FuzzKeyring(f *testing.F) {
	ring, err := newKeyring(bytes.NewReader(make([]byte, 500)), time.Unix(0, 0))
	if err != nil {
		f.Fatal(err)
	}
	body, err := json.Marshal(ring)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(body[:len(body)-20])
	f.Add([]byte(`{"version":2}`))
	f.Add([]byte(`{"version":1,"identity":"AAAA","tokens":[{"id":0}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ring, err := decodeKeys(body)
		if err != nil {
			return
		}
		was := ring.fingerprint("a@example.org")
		if len(ring.Tokens) < maxTokens {
			if err := ring.add(rand.Reader, time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		}
		again, err := json.Marshal(ring)
		if err != nil {
			t.Skip() // a time outside JSON's range
		}
		back, err := decodeKeys(again)
		if err != nil || back.fingerprint("A@Example.org") != was {
			t.Errorf("not the same afterwards: %v", err)
		}
	})
}
