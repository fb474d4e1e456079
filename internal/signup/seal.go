package signup

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// How long a form may be filled in: people need two seconds, and a page left open
// over night still works.
const (
	minFill = 2 * time.Second
	maxFill = 24 * time.Hour
)

// freshness is what a form's signature says about when it was shown.
type freshness int

const (
	unsigned freshness = iota // none, not ours, or too old: the form is shown (again)
	tooFast                   // ours, but nobody reads that fast
	inTime
)

// seal signs a form with the moment at which it is shown.
func (a *answer) seal() (string, error) {
	tokens, err := a.Audience.Tokens(a.r.Context())
	if err != nil {
		return "", err
	}
	var b [10]byte
	binary.BigEndian.PutUint64(b[:8], uint64(a.Now().UnixMilli()))
	copy(b[:6], b[2:8])
	if _, err := io.ReadFull(a.Rand, b[6:]); err != nil {
		return "", fmt.Errorf("draw a form's number: %w", err)
	}
	return tokens.Seal(audience.ForForm, b[:]), nil
}

// unseal judges the signature that came back.
func (a *answer) unseal(token string) (freshness, error) {
	if token == "" {
		return unsigned, nil
	}
	b, err := a.Audience.OpenToken(a.r.Context(), audience.ForForm, token)
	if errors.Is(err, audience.ErrToken) || err == nil && len(b) != 10 {
		return unsigned, nil
	}
	if err != nil {
		return unsigned, err
	}
	shown := time.UnixMilli(int64(binary.BigEndian.Uint64(append([]byte{0, 0}, b[:6]...))))
	switch age := a.Now().Sub(shown); {
	case age < -time.Minute || age > maxFill:
		return unsigned, nil
	case age < minFill:
		return tooFast, nil
	}
	return inTime, nil
}

// ticket is what a confirmation link holds: which day's request of which address,
// and the number of that very request. The address itself is not in it.
type ticket struct {
	Day    time.Time // midnight UTC
	Hash   audience.Fingerprint
	Number [8]byte
}

const day = 24 * time.Hour

// key is where what was asked for is kept.
func (t ticket) key() string { return audience.SignupKey(t.Day, t.Hash) }

func (t ticket) bytes() []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(t.Day.Unix()/int64(day/time.Second)))
	b = append(b, t.Hash[:]...)
	return append(b, t.Number[:]...)
}

func readTicket(b []byte) (ticket, bool) {
	var t ticket
	if len(b) != 2+len(t.Hash)+len(t.Number) {
		return t, false
	}
	t.Day = time.Unix(int64(binary.BigEndian.Uint16(b))*int64(day/time.Second), 0).UTC()
	copy(t.Hash[:], b[2:])
	copy(t.Number[:], b[2+len(t.Hash):])
	return t, true
}

// sign makes the text of a ticket.
func (t ticket) sign(ctx context.Context, au *audience.Audience) (string, error) {
	tokens, err := au.Tokens(ctx)
	if err != nil {
		return "", err
	}
	return tokens.Seal(audience.ForConfirm, t.bytes()), nil
}
