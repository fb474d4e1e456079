package audience

import (
	"errors"
	"testing"
)

func TestWebhookTokensAreUsedOnce(t *testing.T) {
	a, _ := newAudience(t)
	ctx := t.Context()
	body, other := []byte(`{"event":"failed"}`), []byte(`{"event":"complained"}`)
	if done, err := a.WebhookDone(ctx, "token", body); done || err != nil {
		t.Errorf("before: %t, %v", done, err)
	}
	for range 2 { // two deliveries at once both finish
		if err := a.FinishWebhook(ctx, "token", body); err != nil {
			t.Error(err)
		}
	}
	if done, err := a.WebhookDone(ctx, "token", body); !done || err != nil {
		t.Errorf("the same again: %t, %v", done, err)
	}
	if _, err := a.WebhookDone(ctx, "token", other); !errors.Is(err, ErrReused) {
		t.Errorf("another body: %v", err)
	}
	if err := a.FinishWebhook(ctx, "token", other); !errors.Is(err, ErrReused) {
		t.Errorf("finishing another body: %v", err)
	}
	if done, err := a.WebhookDone(ctx, "other token", other); done || err != nil {
		t.Errorf("another token: %t, %v", done, err)
	}
}
