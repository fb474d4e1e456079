package signup

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
)

// kind is what a request asks for.
type kind string

const (
	join  kind = "join"  // to be subscribed
	move  kind = "move"  // to carry a subscription over to this address
	fresh kind = "fresh" // to be sent a link to the preferences
)

// state is how far a request's one mail has come.
type state string

const (
	pending  state = "pending"  // about to be sent, or lost on the way
	sent     state = "sent"     // with the provider
	withheld state = "withheld" // nobody is mailed who must not be
)

const requestVersion = 1

// request is the object signups/<date>/<hmac>: what the owner of one address asked
// for on one day. That it is created only once is the cooldown: one mail per
// address and day, whatever a robot does.
type request struct {
	Version int    `json:"version"`
	Nonce   string `json:"nonce"`  // of this writing
	Number  string `json:"number"` // of this request, in its link
	Kind    kind   `json:"kind"`
	State   state  `json:"state"`
	Tries   int    `json:"tries"`
	// Tried is when the mail was last tried. Asked is when the form was sent; Again
	// when it was sent anew by somebody who had left since.
	Tried time.Time `json:"tried"`
	Asked time.Time `json:"asked"`
	Again time.Time `json:"again,omitzero"`

	Email   string           `json:"email,omitempty"`
	Name    string           `json:"name,omitempty"`
	Cadence audience.Cadence `json:"cadence,omitempty"`
	Topics  []string         `json:"topics,omitempty"`
	Page    string           `json:"page,omitempty"`
	UID     string           `json:"uid,omitempty"` // who moves
}

const (
	// retryAfter is how old a pending request must be before it is tried again.
	retryAfter = 5 * time.Minute
	maxTries   = 2
	// linkFor is how long a confirmation link is good for.
	linkFor  = 7 * day
	linkDays = int(linkFor / day)
)

// wanted is when it was last asked for.
func (q *request) wanted() time.Time {
	if q.Again.After(q.Asked) {
		return q.Again
	}
	return q.Asked
}

func decodeRequest(body []byte) (*request, error) {
	var q request
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, errors.New("what was asked for in the form is damaged") // json's error may quote it
	}
	if q.Version < 1 || q.Version > requestVersion {
		return nil, fmt.Errorf("what was asked for in the form has format version %d: update pennypost", q.Version)
	}
	return &q, nil
}

func (h *Handler) encode(q *request) ([]byte, error) {
	nonce, err := h.draw(12)
	if err != nil {
		return nil, err
	}
	q.Version, q.Nonce = requestVersion, nonce
	return json.Marshal(q)
}

func (h *Handler) draw(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(h.Rand, b); err != nil {
		return "", fmt.Errorf("draw a number: %w", err)
	}
	return hex.EncodeToString(b), nil
}

// claim makes the request its day's one, or finds the one there is. mine tells
// whether the caller is to send its mail now.
func (h *Handler) claim(ctx context.Context, key string, q *request) (now *request, etag string, mine bool, err error) {
	if q.Number, err = h.draw(8); err != nil {
		return nil, "", false, err
	}
	q.State, q.Tries, q.Tried = pending, 1, q.Asked
	body, err := h.encode(q)
	if err != nil {
		return nil, "", false, err
	}
	etag, err = h.State.Create(ctx, key, body, store.Header{ContentType: "application/json"})
	if err == nil {
		return q, etag, true, nil
	}
	if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
		return nil, "", false, fmt.Errorf("note what was asked for: %w", err)
	}
	object, was, err := h.State.Get(ctx, key, store.Cond{})
	if err != nil {
		return nil, "", false, fmt.Errorf("read what was asked for: %w", err)
	}
	now, err = decodeRequest(was)
	if err != nil {
		return nil, "", false, err
	}
	if now.Nonce == q.Nonce {
		return now, object.ETag, true, nil // our own, answered unclearly
	}
	if now.State != pending || now.Tries >= maxTries || q.Asked.Sub(now.Tried) < retryAfter {
		return now, object.ETag, false, nil
	}
	now.Tries++
	now.Tried = q.Asked
	etag, err = h.swap(ctx, key, now, object.ETag)
	if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrNotFound) {
		return now, object.ETag, false, nil // somebody else tries it
	}
	return now, etag, err == nil, err
}

// swap writes a request over the one that was read.
func (h *Handler) swap(ctx context.Context, key string, q *request, etag string) (string, error) {
	body, err := h.encode(q)
	if err != nil {
		return "", err
	}
	return h.State.Replace(ctx, key, body, store.Header{ContentType: "application/json"}, etag)
}

// settle notes what became of the mail. That the note fails is no harm: the mail
// may then be tried once more.
func (h *Handler) settle(ctx context.Context, key string, q *request, etag string, s state) {
	q.State = s
	if _, err := h.swap(ctx, key, q, etag); err != nil {
		h.Log.WarnContext(ctx, "could not note that a mail was sent", "error", scrub(err.Error()))
	}
}

// find loads what a ticket stands for; nil if it is gone, is not that very request,
// or is too old.
func (h *Handler) find(ctx context.Context, t ticket) (*request, string, error) {
	object, body, err := h.State.Get(ctx, t.key(), store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read what was asked for: %w", err)
	}
	q, err := decodeRequest(body)
	if err != nil {
		return nil, "", err
	}
	number := hex.EncodeToString(t.Number[:])
	if subtle.ConstantTimeCompare([]byte(number), []byte(q.Number)) != 1 || h.Now().Sub(q.wanted()) > linkFor {
		return nil, "", nil
	}
	return q, object.ETag, nil
}
