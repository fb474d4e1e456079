package audience

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// Purpose is what a token may be used for. Numbers are in sent mails: they are
// never reused.
type Purpose byte

const (
	ForSubscriber Purpose = 1 // the links in a mail: preferences and unsubscribe
	ForForm       Purpose = 2 // a form that was shown
	ForConfirm    Purpose = 3 // a confirmation link
	ForAuthor     Purpose = 4 // the author's links: send now, cancel, release
	ForOwner      Purpose = 5 // a fresh link to the preferences, mailed on request
)

const (
	tokenVersion = 1
	headBytes    = 2  // version and purpose, key id
	macBytes     = 15 // 120 bits
	maxPayload   = 96
)

// TokenLen is the length of a subscriber's token in characters: short enough for a
// thousand of them in one message's recipient variables.
const TokenLen = 32

// ErrToken is the answer to every token that is not good, whatever the reason.
var ErrToken = errors.New("the token is not valid")

// errTokenKey is an ErrToken whose key is not known here, perhaps because it is new.
var errTokenKey = tokenKeyError{}

type tokenKeyError struct{}

func (tokenKeyError) Error() string { return ErrToken.Error() }
func (tokenKeyError) Unwrap() error { return ErrToken }

// Tokens signs and verifies without asking anybody; it holds the keys of one moment.
type Tokens struct{ ring *keyring }

// Tokens returns the present token keys, creating the first if there are none.
func (a *Audience) Tokens(ctx context.Context) (Tokens, error) {
	ring, err := a.keys(ctx, keysFor)
	return Tokens{ring}, err
}

// Sign makes the token that names a subscriber for a purpose: 32 characters,
// URL-safe, valid for as long as its key stays in keys.json. It panics on a uid
// that was not made by this package.
func (t Tokens) Sign(p Purpose, uid string) string {
	b, err := uidBinary(uid)
	if err != nil {
		panic("audience: sign a malformed uid")
	}
	return t.Seal(p, b[:])
}

// SignFresh makes a token that names a subscriber as Sign does, and the minute in
// which it was made.
func (t Tokens) SignFresh(p Purpose, uid string, now time.Time) string {
	b, err := uidBinary(uid)
	if err != nil {
		panic("audience: sign a malformed uid")
	}
	return t.Seal(p, binary.BigEndian.AppendUint32(b[:], uint32(now.Unix()/60)))
}

// Verify gives the uid a token names. The error is ErrToken whatever is wrong.
func (t Tokens) Verify(p Purpose, token string) (uid string, err error) {
	payload, err := t.Open(p, token)
	if err != nil {
		return "", err
	}
	if len(payload) != uidBytes {
		return "", ErrToken
	}
	return uidText([uidBytes]byte(payload)), nil
}

// Seal signs up to 96 bytes that anybody may read but nobody may change. The text
// is base64url: one byte of version and purpose, the id of the key, the payload,
// and 15 bytes of HMAC-SHA256 over all of these.
func (t Tokens) Seal(p Purpose, payload []byte) string {
	if len(payload) > maxPayload || p > 0x0f {
		panic("audience: seal more than fits")
	}
	key := t.ring.Tokens[len(t.ring.Tokens)-1]
	b := make([]byte, 0, headBytes+len(payload)+macBytes)
	b = append(b, tokenVersion<<4|byte(p), key.ID)
	b = append(b, payload...)
	b = append(b, tokenMAC(key.Key, b)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Open gives back what Seal was given. The error is ErrToken whatever is wrong.
func (t Tokens) Open(p Purpose, token string) ([]byte, error) {
	if len(token) > base64.RawURLEncoding.EncodedLen(headBytes+maxPayload+macBytes) {
		return nil, ErrToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	// The decoder skips line breaks: only the one true spelling is accepted.
	if err != nil || len(b) < headBytes+macBytes || base64.RawURLEncoding.EncodeToString(b) != token {
		return nil, ErrToken
	}
	if b[0] != tokenVersion<<4|byte(p) {
		return nil, ErrToken
	}
	id := int(b[1])
	if id < 1 {
		return nil, ErrToken
	}
	if id > len(t.ring.Tokens) {
		return nil, errTokenKey
	}
	signed, mac := b[:len(b)-macBytes], b[len(b)-macBytes:]
	if !hmac.Equal(mac, tokenMAC(t.ring.Tokens[id-1].Key, signed)) {
		return nil, ErrToken
	}
	return signed[headBytes:], nil
}

func tokenMAC(key, signed []byte) []byte {
	m := hmac.New(sha256.New, key)
	io.WriteString(m, "pennypost token\x00")
	m.Write(signed)
	return m.Sum(nil)[:macBytes]
}

// Verify is [Tokens.Verify], but looks for a newly added key before it refuses a
// token that names one.
func (a *Audience) Verify(ctx context.Context, p Purpose, token string) (uid string, err error) {
	payload, err := a.OpenToken(ctx, p, token)
	if err != nil {
		return "", err
	}
	if len(payload) != uidBytes {
		return "", ErrToken
	}
	return uidText([uidBytes]byte(payload)), nil
}

// VerifyFresh gives the uid a token of SignFresh names, and when it was made.
func (a *Audience) VerifyFresh(ctx context.Context, p Purpose, token string) (uid string, made time.Time, err error) {
	payload, err := a.OpenToken(ctx, p, token)
	if err != nil {
		return "", time.Time{}, err
	}
	if len(payload) != uidBytes+4 {
		return "", time.Time{}, ErrToken
	}
	minute := binary.BigEndian.Uint32(payload[uidBytes:])
	return uidText([uidBytes]byte(payload[:uidBytes])), time.Unix(int64(minute)*60, 0).UTC(), nil
}

// OpenToken is [Tokens.Open], but looks for a newly added key before it refuses a
// token that names one; at most every ten seconds, so that made-up tokens cost nothing.
func (a *Audience) OpenToken(ctx context.Context, p Purpose, token string) ([]byte, error) {
	for _, fresh := range []time.Duration{keysFor, 10 * time.Second} {
		ring, err := a.keys(ctx, fresh)
		if err != nil {
			return nil, err
		}
		payload, err := Tokens{ring}.Open(p, token)
		if !errors.Is(err, errTokenKey) {
			return payload, err
		}
	}
	return nil, ErrToken
}
