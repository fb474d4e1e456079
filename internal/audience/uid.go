package audience

import (
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// UIDLen is the length of a subscriber's uid in characters.
const UIDLen = 12

const (
	uidBytes  = 7 // the shard, then six random bytes
	tailBytes = uidBytes - 1
)

// errUID is what parsing a malformed uid answers.
var errUID = errors.New("not a subscriber's uid")

// uidTail writes 48 random bits in ten characters that sort like the bytes.
var uidTail = base32.HexEncoding.WithPadding(base32.NoPadding)

// newUID draws a uid for a subscriber in the given shard: the shard's two hex
// digits and 48 random bits, so that one read finds the record and no address can
// be guessed from it.
func newUID(shard byte, random io.Reader) (string, error) {
	var b [uidBytes]byte
	b[0] = shard
	if _, err := io.ReadFull(random, b[1:]); err != nil {
		return "", fmt.Errorf("draw a uid: %w", err)
	}
	return uidText(b), nil
}

func uidText(b [uidBytes]byte) string {
	tail := []byte(uidTail.EncodeToString(b[1:]))
	for i, c := range tail {
		if c >= 'A' && c <= 'Z' {
			tail[i] = c + 'a' - 'A'
		}
	}
	return hex.EncodeToString(b[:1]) + string(tail)
}

// uidBinary is the inverse of uidText; any other spelling of the same bytes is refused.
func uidBinary(uid string) ([uidBytes]byte, error) {
	var b [uidBytes]byte
	if len(uid) != UIDLen {
		return b, errUID
	}
	if _, err := hex.Decode(b[:1], []byte(uid[:2])); err != nil {
		return b, errUID
	}
	upper := []byte(uid[2:])
	for i, c := range upper {
		if c >= 'a' && c <= 'z' {
			upper[i] = c - 'a' + 'A'
		}
	}
	var tail [tailBytes + 1]byte
	n, err := uidTail.Decode(tail[:], upper)
	if err != nil || n != tailBytes {
		return b, errUID
	}
	copy(b[1:], tail[:])
	if uidText(b) != uid {
		return b, errUID
	}
	return b, nil
}

// ShardOf is the shard (0 to 255) that holds the subscriber with this uid. Sorting
// uids as strings sorts them by shard.
func ShardOf(uid string) (int, error) {
	b, err := uidBinary(uid)
	return int(b[0]), err
}
