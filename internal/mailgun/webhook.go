package mailgun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

var (
	// ErrSignature: the call is not Mailgun's.
	ErrSignature = errors.New("mailgun: the webhook is not signed with the signing key")
	// ErrPayload: the body is not a webhook's.
	ErrPayload = errors.New("mailgun: the body is not that of a webhook")
)

// longestToken bounds Mailgun's token, which has 50 characters today.
const longestToken = 256

// Signed is what the signature of a webhook vouches for. Mailgun does not sign
// the rest: refuse a call whose At is old, and one whose Token was seen before.
type Signed struct {
	At    time.Time
	Token string
}

// payload is the outer form of a webhook.
// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
type payload struct {
	Signature struct {
		Timestamp json.RawMessage `json:"timestamp"` // a text, once a number
		Token     string          `json:"token"`
		Signature string          `json:"signature"`
	} `json:"signature"`
	Event json.RawMessage `json:"event-data"`
}

// VerifyWebhook checks the signature of a webhook's body with the signing key, in
// constant time. Without a key nothing is ever right. The error is [ErrSignature]
// or [ErrPayload].
func VerifyWebhook(signingKey string, body []byte) (Signed, error) {
	p, err := open(body)
	if err != nil {
		return Signed{}, err
	}
	var stamp string
	if json.Unmarshal(p.Signature.Timestamp, &stamp) != nil {
		stamp = string(p.Signature.Timestamp)
	}
	var seconds int64
	if _, err := fmt.Sscanf(stamp, "%d", &seconds); err != nil || fmt.Sprint(seconds) != stamp {
		return Signed{}, ErrPayload
	}
	token := p.Signature.Token
	if token == "" || len(token) > longestToken {
		return Signed{}, ErrPayload
	}
	given, err := hex.DecodeString(p.Signature.Signature)
	if err != nil || signingKey == "" || !hmac.Equal(given, sign(signingKey, stamp, token)) {
		return Signed{}, ErrSignature
	}
	return Signed{At: time.Unix(seconds, 0).UTC(), Token: token}, nil
}

// DecodeWebhook reads the event of a webhook's body; verify it first. The error
// is [ErrPayload].
func DecodeWebhook(body []byte) (Event, error) {
	p, err := open(body)
	if err != nil {
		return Event{}, err
	}
	e, err := decode(p.Event)
	if err != nil {
		return Event{}, ErrPayload
	}
	return e, nil
}

func open(body []byte) (payload, error) {
	var p payload
	if json.Unmarshal(body, &p) != nil || len(p.Event) == 0 || p.Event[0] != '{' {
		return payload{}, ErrPayload
	}
	return p, nil
}

func sign(key, stamp, token string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(stamp))
	mac.Write([]byte(token))
	return mac.Sum(nil)
}

// SignWebhook makes the body of a webhook as Mailgun would sign it with a key; event
// is what becomes its JSON. It is for trying whether a site takes its webhooks.
func SignWebhook(key string, at time.Time, token string, event any) ([]byte, error) {
	stamp := fmt.Sprint(at.Unix())
	return json.Marshal(map[string]any{
		"signature":  map[string]string{"timestamp": stamp, "token": token, "signature": hex.EncodeToString(sign(key, stamp, token))},
		"event-data": event,
	})
}
