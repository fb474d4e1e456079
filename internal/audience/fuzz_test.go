package audience

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
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

// FuzzLeft: the key of a leaving is either written back as it is, or refused.
func FuzzLeft(f *testing.F) {
	for _, key := range []string{"left/20240501T120000.000Z-a3010000000000000000000000000000", "left/", "left/20240501T120000.000Z", "left/00010101T000000.000Z-" + fixedFingerprint,
		"left/v2-x", "left/20240501T120000.000Z-A3010000000000000000000000000000", "left/20240230T120000.000Z-a3010000000000000000000000000000"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		fingerprint, at, err := readLeft(key)
		if err != nil {
			return
		}
		if at.Year() < 0 || fingerprint.String() != key[len(key)-len(fingerprint.String()):] || !strings.HasPrefix(key, leftPrefix) {
			t.Errorf("%q is read as %v at %v", key, fingerprint, at)
		}
	})
}
