package audience

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"
)

// fullShard is a shard as it is with a million subscribers.
func fullShard(b *testing.B) *shard {
	s := &shard{Version: shardVersion}
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for i := range 4000 {
		uid, err := newUID(7, rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		s.insert(Subscriber{
			UID: uid, Email: fmt.Sprintf("reader%d@example.org", i), Status: Active, Cadence: Cadences[i%3],
			Since: now, Asked: now, Confirmed: now, Consent: Consent{At: now, Page: "/subscribe", Source: "form"},
		})
	}
	return s
}

func BenchmarkDecodeShard(b *testing.B) {
	body, err := fullShard(b).encode(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeShard(7, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeShard(b *testing.B) {
	s := fullShard(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.encode(rand.Reader); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	ring, err := newKeyring(rand.Reader, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		ring.fingerprint("Reader12345@example.org")
	}
}

func BenchmarkSign(b *testing.B) {
	ring, err := newKeyring(rand.Reader, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	t := Tokens{ring}
	for b.Loop() {
		t.Sign(ForSubscriber, "a30123456780")
	}
}
