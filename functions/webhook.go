package functions

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/signup"
)

const (
	// webhookBytes is the largest webhook that is read; Mailgun's have a few kilobytes.
	webhookBytes = 256 << 10
	// webhookAge is how old a webhook may be: Mailgun goes on trying for eight hours.
	webhookAge = 9 * time.Hour
)

// hook takes Mailgun's events. Its answers say what Mailgun is to do: 200, it is
// done; 406, it never will be, do not repeat; anything else, try again later.
//
// See https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks
type hook struct {
	audience   *audience.Audience
	signingKey func(context.Context) (string, error)
	s          Surroundings
}

// Webhook wires the handler of /webhooks/mailgun.
func (s Surroundings) Webhook() http.Handler {
	return &hook{audience: s.Audience(), signingKey: s.Mailgun.SigningKey, s: s}
}

// ServeHTTP implements http.Handler.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signup.Secure(w.Header())
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "this address takes Mailgun's events by POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhookBytes))
	if err != nil {
		http.Error(w, "too large or cut short", http.StatusNotAcceptable)
		return
	}
	if err := h.take(r.Context(), body); err != nil {
		if errors.Is(err, errUnacceptable) {
			http.Error(w, "not acceptable", http.StatusNotAcceptable)
			return
		}
		h.s.Log.Error("a webhook could not be handled; Mailgun repeats it", "error", err.Error())
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

var (
	// errUnacceptable: repeating the call cannot mend it.
	errUnacceptable = errors.New("not acceptable")
	errNoSigningKey = errors.New("there is no webhook signing key")
)

// take verifies a webhook and does what it says. The effect comes first and the
// token is noted afterwards: the effect can be repeated harmlessly, a lost one
// could not be mended.
func (h *hook) take(ctx context.Context, body []byte) error {
	signed, err := h.verify(ctx, body)
	if err != nil {
		return err
	}
	if age := h.s.Now().Sub(signed.At); age > webhookAge || age < -webhookAge {
		return errUnacceptable
	}
	done, err := h.audience.WebhookDone(ctx, signed.Token, body)
	if errors.Is(err, audience.ErrReused) {
		return errUnacceptable
	}
	if err != nil || done {
		return err
	}
	e, err := mailgun.DecodeWebhook(body)
	if err != nil {
		return errUnacceptable
	}
	// Only the call's own time is signed, in whole seconds: what happened happened before
	// that second was over. An event's time without a fraction is one that was cut off, and
	// may be any moment of its second, too.
	const rest = time.Second - time.Millisecond
	if !e.At.IsZero() && e.At.Nanosecond() == 0 {
		e.At = e.At.Add(rest)
	}
	if latest := signed.At.Add(rest); e.At.IsZero() || e.At.After(latest) {
		e.At = latest
	}
	if err := h.effect(ctx, e, signed.Token); err != nil {
		return err
	}
	err = h.audience.FinishWebhook(ctx, signed.Token, body)
	if errors.Is(err, audience.ErrReused) {
		return errUnacceptable
	}
	return err
}

// verify checks who signed a call; once more with the key read again, if it may have
// been changed.
func (h *hook) verify(ctx context.Context, body []byte) (mailgun.Signed, error) {
	key, err := h.signingKey(ctx)
	if err != nil {
		return mailgun.Signed{}, err
	}
	signed, err := mailgun.VerifyWebhook(key, body)
	if err == nil {
		return signed, nil
	}
	if h.s.Mailgun.Refused != nil {
		h.s.Mailgun.Refused(key)
		fresh, err := h.signingKey(ctx)
		if err != nil {
			return mailgun.Signed{}, err
		}
		if fresh != key {
			if signed, err = mailgun.VerifyWebhook(fresh, body); err == nil {
				return signed, nil
			}
		}
		key = fresh
	}
	if key == "" {
		return mailgun.Signed{}, errNoSigningKey // the author may still set it: Mailgun goes on trying
	}
	return mailgun.Signed{}, errUnacceptable
}

// effect does what an event says. token is that of the call, for events without an id.
func (h *hook) effect(ctx context.Context, e mailgun.Event, token string) error {
	address, err := audience.ParseAddress(e.Recipient)
	if err != nil {
		return nil // nobody is meant whom we could mail
	}
	switch e.Kind {
	case mailgun.EventBounced:
		err = h.audience.Bounce(ctx, address, e.At)
	case mailgun.EventComplained:
		if err = h.audience.Complain(ctx, address, e.At); err == nil {
			err = h.tellAuthor(ctx, e, token)
		}
	case mailgun.EventUnsubscribed:
		err = h.audience.LeaveAddress(ctx, address, e.At)
	default:
		return nil
	}
	if err == nil {
		h.s.say("Mailgun reports that somebody " + map[mailgun.Kind]string{
			mailgun.EventBounced:      "cannot be reached",
			mailgun.EventComplained:   "complained",
			mailgun.EventUnsubscribed: "unsubscribed",
		}[e.Kind])
	}
	return err
}

// tellAuthor lets the author know that somebody complained, and not who. Mailgun may
// report one event under several tokens, so its own id, unique within a day, goes first.
func (h *hook) tellAuthor(ctx context.Context, e mailgun.Event, token string) error {
	n, err := h.s.Newsletter()
	if err != nil {
		return err
	}
	name := "event " + e.At.UTC().Format(time.DateOnly) + " " + e.ID
	if e.ID == "" {
		name = "token " + token
	}
	return n.TellComplaint(ctx, name, e.At)
}
