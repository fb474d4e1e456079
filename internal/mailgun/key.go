package mailgun

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	api "github.com/mailgun/mailgun-go/v4"
)

// The calls about keys are not in mailgun-go v4.

// NewSendingKey makes a key that can send for the domain and nothing else, with an
// account's key.
//
// See https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/keys/post-v1-keys
func (c *Client) NewSendingKey(ctx context.Context, description string) (string, error) {
	return c.newKey(ctx, url.Values{"kind": {"domain"}, "role": {"sending"}, "domain_name": {c.domain}, "description": {description}})
}

// NewReadingKey makes a key that can read the account's log and change nothing.
func (c *Client) NewReadingKey(ctx context.Context, description string) (string, error) {
	return c.newKey(ctx, url.Values{"kind": {"user"}, "role": {"basic"}, "description": {description}})
}

func (c *Client) newKey(ctx context.Context, form url.Values) (string, error) {
	var answer struct {
		Key struct {
			Secret string `json:"secret"`
		} `json:"key"`
	}
	err := c.call(ctx, http.MethodPost, "/v1/keys", form, &answer)
	return answer.Key.Secret, err
}

// SigningKey reads the key that Mailgun signs webhooks with, with an account's key.
//
// See https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/account-management/get-v5-accounts-http_signing_key
func (c *Client) SigningKey(ctx context.Context) (string, error) {
	var answer struct {
		Key string `json:"http_signing_key"`
	}
	err := c.call(ctx, http.MethodGet, "/v5/accounts/http_signing_key", nil, &answer)
	return answer.Key, err
}

// TrySending finds out whether the sending key is good, by a request that names
// nobody to send to: Mailgun looks at the key first and then refuses the rest.
func (c *Client) TrySending(ctx context.Context) error {
	err := c.call(ctx, http.MethodPost, "/v3/"+c.domain+"/messages", url.Values{}, nil)
	var refused *RefusedError
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// TryLog finds out whether the events key is good.
func (c *Client) TryLog(ctx context.Context) error {
	_, err := c.page(ctx, c.logURL("", 1))
	return err
}

// call makes one request of Mailgun's API with the key and reads its JSON into to.
// Errors are those of Send.
func (c *Client) call(ctx context.Context, method, path string, form url.Values, to any) error {
	if c.api.APIKey() == "" {
		return &AuthError{Reason: "no key is set"}
	}
	ctx, cancel := inTime(ctx)
	defer cancel()
	ctx, x := watched(ctx)
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, c.root+path, body)
	if err != nil {
		return &UnsentError{Reason: cause(err)}
	}
	r.SetBasicAuth("api", c.api.APIKey())
	r.Header.Set("User-Agent", api.MailgunGoUserAgent)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return outcome(err, x, 0, c.now())
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return &UncertainError{Status: resp.StatusCode, Reason: cause(err)}
	}
	if resp.StatusCode != http.StatusOK {
		return judge(resp.StatusCode, answer, x, 0, c.now())
	}
	if to != nil && json.Unmarshal(answer, to) != nil {
		return &UncertainError{Status: http.StatusOK, Reason: "the answer is not readable"}
	}
	return nil
}
