package audience

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// fixedRing is a keyring whose keys are known, so that its tokens stay the same.
func fixedRing(t testing.TB, tokens int) *keyring {
	t.Helper()
	source := bytes.NewReader(bytes.Repeat([]byte("0123456789abcdef"), 1000))
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	ring, err := newKeyring(source, now)
	for err == nil && len(ring.Tokens) < tokens {
		err = ring.add(source, now)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// fixedToken was made by the first version of this package.
const fixedToken = "EQGjAEQyFMdADgGVymFkQkBKpAfqTlk3"

// A token in a mail that was sent must work for ever: this one may never change.
func TestTokenFormatStays(t *testing.T) {
	const uid = "a30123456780"
	tokens := Tokens{fixedRing(t, 1)}
	if _, err := uidBinary(uid); err != nil {
		t.Fatalf("the uid is not one: %v", err)
	}
	got := tokens.Sign(ForSubscriber, uid)
	if got != fixedToken {
		t.Errorf("the token is now %s, it was %s", got, fixedToken)
	}
	back, err := tokens.Verify(ForSubscriber, fixedToken)
	if err != nil || back != uid {
		t.Errorf("Verify = %q, %v", back, err)
	}
}

func TestTokens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		ring := fixedRing(t, rapid.IntRange(1, 3).Draw(r, "keys"))
		uid, err := newUID(rapid.Byte().Draw(r, "shard"), rand.Reader)
		if err != nil {
			r.Fatal(err)
		}
		tokens := Tokens{ring}
		token := tokens.Sign(ForSubscriber, uid)
		if len(token) != TokenLen || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			r.Fatalf("token %q", token)
		}
		if got, err := tokens.Verify(ForSubscriber, token); err != nil || got != uid {
			r.Fatalf("Verify = %q, %v; want %q", got, err, uid)
		}
		if _, err := tokens.Verify(ForAuthor, token); !errors.Is(err, ErrToken) {
			r.Fatalf("verified for another purpose: %v", err)
		}
		// A key added later does not end what was signed before.
		if err := ring.add(rand.Reader, time.Now()); err != nil {
			r.Fatal(err)
		}
		if got, err := tokens.Verify(ForSubscriber, token); err != nil || got != uid {
			r.Fatalf("after rotating, Verify = %q, %v", got, err)
		}
		if tokens.Sign(ForSubscriber, uid) == token {
			r.Fatal("the new key does not sign")
		}
		// Any change of any bit ends it.
		b, _ := base64.RawURLEncoding.DecodeString(token)
		b[rapid.IntRange(0, len(b)-1).Draw(r, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		if got, err := tokens.Verify(ForSubscriber, base64.RawURLEncoding.EncodeToString(b)); !errors.Is(err, ErrToken) {
			r.Fatalf("a changed token is %q, %v", got, err)
		}
	})
}

func TestUIDsSortByShard(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := rapid.Byte().Draw(r, "a"), rapid.Byte().Draw(r, "b")
		x, _ := newUID(a, rand.Reader)
		y, _ := newUID(b, rand.Reader)
		if n, err := ShardOf(x); err != nil || n != int(a) || len(x) != UIDLen {
			r.Fatalf("ShardOf(%s) = %d, %v", x, n, err)
		}
		if a < b && x >= y {
			r.Fatalf("%s of shard %d is not before %s of shard %d", x, a, y, b)
		}
	})
}

func FuzzToken(f *testing.F) {
	tokens := Tokens{fixedRing(f, 2)}
	f.Add(tokens.Sign(ForSubscriber, "000000000000"))
	f.Add(fixedToken)
	f.Add(fixedToken + "\n")
	f.Add(strings.Repeat("A", 32))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		uid, err := tokens.Verify(ForSubscriber, token)
		if err != nil {
			if !errors.Is(err, ErrToken) || strings.Contains(err.Error(), token) && token != "" && len(token) > 3 {
				t.Errorf("Verify(%q): %v", token, err)
			}
			return
		}
		// Nobody can guess one, so what verifies is what these keys signed.
		first := Tokens{&keyring{Tokens: tokens.ring.Tokens[:1]}}
		if tokens.Sign(ForSubscriber, uid) != token && first.Sign(ForSubscriber, uid) != token {
			t.Errorf("%q verifies as %q", token, uid)
		}
	})
}

func FuzzUID(f *testing.F) {
	f.Add("a30123456780")
	f.Add("A30123456780")
	f.Add("ff\n123456780")
	f.Fuzz(func(t *testing.T, uid string) {
		b, err := uidBinary(uid)
		if err == nil && uidText(b) != uid {
			t.Errorf("%q is read as %q", uid, uidText(b))
		}
	})
}
