package audience

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// KeysKey is where the keys live in the state bucket. Whoever restores a backup
// must leave this object alone: with another identity key nobody is found again,
// and with fewer token keys links in sent mails stop working.
const KeysKey = "keys.json"

const (
	keysVersion = 1
	keyBytes    = 32
	maxTokens   = 255 // the id of a token key is one byte
	// keysFor is how long keys are used without looking for newly added ones.
	keysFor = 5 * time.Minute
)

// keyring is the decoded keys.json.
type keyring struct {
	Version    int    `json:"version"`
	Generation int64  `json:"generation"`
	Nonce      string `json:"nonce"`
	// Identity makes the hashes of addresses: shards, tombstones, leavings. It is
	// drawn once and never rotates, because nothing could be found again.
	Identity []byte `json:"identity"`
	// Tokens is only ever appended to; the last one signs, all of them verify.
	Tokens []tokenKey `json:"tokens"`

	// macs are HMACs under the identity key, ready for use: a freeze needs one for
	// each subscriber, and setting one up is half of its work.
	macs sync.Pool
}

type tokenKey struct {
	ID    byte      `json:"id"`
	Key   []byte    `json:"key"`
	Since time.Time `json:"since"`
}

// decodeKeys refuses whatever it does not fully understand: guessing here would
// split the audience in two.
func decodeKeys(body []byte) (*keyring, error) {
	var k keyring
	if err := json.Unmarshal(body, &k); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", KeysKey, err)
	}
	if k.Version > keysVersion {
		return nil, &VersionError{Key: KeysKey, Version: k.Version}
	}
	if k.Version < 1 || len(k.Identity) != keyBytes || len(k.Tokens) == 0 || len(k.Tokens) > maxTokens {
		return nil, damaged(KeysKey, "its identity or token keys are missing")
	}
	for i, t := range k.Tokens {
		if len(t.Key) != keyBytes || int(t.ID) != i+1 {
			return nil, damaged(KeysKey, "token key %d is not whole", i+1)
		}
	}
	return &k, nil
}

func newKeyring(random io.Reader, now time.Time) (*keyring, error) {
	k := &keyring{Version: keysVersion, Identity: make([]byte, keyBytes)}
	if _, err := io.ReadFull(random, k.Identity); err != nil {
		return nil, fmt.Errorf("draw the identity key: %w", err)
	}
	return k, k.add(random, now)
}

// add appends a fresh token key.
func (k *keyring) add(random io.Reader, now time.Time) error {
	if len(k.Tokens) == maxTokens {
		return fmt.Errorf("%s holds %d token keys, the most there can be", KeysKey, maxTokens)
	}
	t := tokenKey{ID: byte(len(k.Tokens) + 1), Key: make([]byte, keyBytes), Since: now.UTC()}
	nonce := make([]byte, 12)
	for _, b := range [][]byte{t.Key, nonce} {
		if _, err := io.ReadFull(random, b); err != nil {
			return fmt.Errorf("draw a token key: %w", err)
		}
	}
	k.Tokens = append(k.Tokens, t)
	k.Generation++
	k.Nonce = hex.EncodeToString(nonce)
	return nil
}

// Fingerprint stands for an address where the address itself must not be: in
// keys and tombstones. Its first byte is the address's shard.
type Fingerprint [16]byte

// String is the fingerprint in hex, as keys have it.
func (f Fingerprint) String() string { return hex.EncodeToString(f[:]) }

func (f Fingerprint) shard() int { return int(f[0]) }

func parseFingerprint(s string) (Fingerprint, error) {
	var f Fingerprint
	if len(s) != 2*len(f) {
		return f, errors.New("not a fingerprint")
	}
	_, err := hex.Decode(f[:], []byte(s))
	return f, err
}

// fingerprint hashes an address (of any spelling) under the identity key.
func (k *keyring) fingerprint(address string) Fingerprint {
	return k.hash("address", fold(address))
}

func (k *keyring) hash(domain, s string) Fingerprint {
	m, ok := k.macs.Get().(hash.Hash)
	if !ok {
		m = hmac.New(sha256.New, k.Identity)
	}
	defer k.macs.Put(m)
	m.Reset()
	io.WriteString(m, domain)
	io.WriteString(m, "\x00")
	io.WriteString(m, s)
	var sum [sha256.Size]byte
	return Fingerprint(m.Sum(sum[:0])[:16])
}

// keys returns the keyring, creating it if nobody has, and reading it again when
// the copy at hand is older than fresh.
func (a *Audience) keys(ctx context.Context, fresh time.Duration) (*keyring, error) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("read the keys: %w", ctx.Err())
	}
	now := a.now()
	if a.ring != nil && now.Sub(a.ringAt) < fresh && !now.Before(a.ringAt) {
		return a.ring, nil
	}
	_, body, err := a.state.Get(ctx, KeysKey, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		body, err = a.createKeys(ctx, now)
	}
	if err != nil {
		if a.ring != nil {
			return a.ring, nil // old keys are right keys, only newer ones may be missing
		}
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	ring, err := decodeKeys(body)
	if err != nil {
		return nil, err
	}
	a.ring, a.ringAt = ring, now
	return ring, nil
}

// createKeys writes the first keys.json, or reads the one of whoever was faster.
func (a *Audience) createKeys(ctx context.Context, now time.Time) ([]byte, error) {
	ring, err := newKeyring(a.rand, now)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(ring)
	if err != nil {
		return nil, err
	}
	_, err = a.state.Create(ctx, KeysKey, body, store.Header{ContentType: "application/json"})
	if err != nil && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
		return nil, err
	}
	// What is stored counts, also after a 412 for our own write.
	_, body, err = a.state.Get(ctx, KeysKey, store.Cond{})
	return body, err
}

// RotateTokens adds a new token key that signs from now on. Links signed with older
// keys stay valid.
func (a *Audience) RotateTokens(ctx context.Context) error {
	if _, err := a.keys(ctx, 0); err != nil {
		return err
	}
	err := store.Update(ctx, a.state, KeysKey, func(old []byte) ([]byte, error) {
		ring, err := decodeKeys(old)
		if err != nil {
			return nil, err
		}
		if err := ring.add(a.rand, a.now()); err != nil {
			return nil, err
		}
		return json.Marshal(ring)
	})
	if err != nil {
		return fmt.Errorf("add a token key: %w", err)
	}
	_, err = a.keys(ctx, 0)
	return err
}
