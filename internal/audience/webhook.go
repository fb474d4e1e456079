package audience

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/store"
)

// ErrReused means that a webhook's token came before, with another body.
var ErrReused = errors.New("this webhook token was used for something else")

func webhookKey(token string) string {
	h := sha256.Sum256([]byte(token))
	return "webhooks/" + hex.EncodeToString(h[:])
}

// WebhookDone tells whether exactly this was handled before. The same token with
// another body is ErrReused: the token is not bound to the body by its signature,
// so somebody may be replaying it.
func (a *Audience) WebhookDone(ctx context.Context, token string, body []byte) (bool, error) {
	_, was, err := a.state.Get(ctx, webhookKey(token), store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up a webhook: %w", err)
	}
	if string(was) != bodyHash(body) {
		return false, ErrReused
	}
	return true, nil
}

// FinishWebhook notes that a webhook was handled. It comes after the effect, which
// can be repeated harmlessly; a note that came before it could lose it.
func (a *Audience) FinishWebhook(ctx context.Context, token string, body []byte) error {
	_, err := a.state.Create(ctx, webhookKey(token), []byte(bodyHash(body)), store.Header{ContentType: "text/plain"})
	if errors.Is(err, store.ErrExists) {
		if _, err := a.WebhookDone(ctx, token, body); err != nil {
			return err
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("note a webhook: %w", err)
	}
	return nil
}

func bodyHash(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:]) + "\n"
}
