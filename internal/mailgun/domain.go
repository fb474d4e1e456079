package mailgun

import (
	"context"
	"fmt"
	"slices"

	api "github.com/mailgun/mailgun-go/v4"
)

// Domain is a sending domain as Mailgun sees it.
type Domain struct {
	State   string // "active", "unverified" or "disabled"
	Records []Record
}

// Record is a DNS record that Mailgun wants for a domain.
type Record struct {
	Type, Name, Value string
	Priority          string // of MX records
	Valid             bool   // it is there
	// Sending is set for SPF, DKIM and the like, without which mail is not trusted;
	// the others are for receiving.
	Sending bool
}

// Domain asks about the domain, with an account's key (Config.Key). verify makes
// Mailgun look its DNS records up anew first, which only some keys may.
//
// See https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domains
func (c *Client) Domain(ctx context.Context, verify bool) (Domain, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	ctx, x := watched(ctx)
	ask := c.api.GetDomain
	if verify {
		ask = c.api.VerifyAndReturnDomain
	}
	got, err := ask(ctx, c.domain)
	if err != nil {
		return Domain{}, outcome(err, x, 0, c.now())
	}
	d := Domain{State: got.Domain.State}
	add := func(records []api.DNSRecord, sending bool) {
		for _, r := range records {
			name := r.Name
			if name == "" {
				name = c.domain
			}
			d.Records = append(d.Records, Record{
				Type: r.RecordType, Name: name, Value: r.Value, Priority: r.Priority,
				Valid: r.Valid == "valid", Sending: sending,
			})
		}
	}
	add(got.SendingDNSRecords, true)
	add(got.ReceivingDNSRecords, false)
	return d, nil
}

// Hooks are the webhooks that keep the list of subscribers true, as Mailgun names them.
var Hooks = []string{"permanent_fail", "complained", "unsubscribed"}

// mostHooks is how many addresses Mailgun keeps for one webhook.
const mostHooks = 3

// PointHooks makes every webhook of [Hooks] call url, with an account's key. Other
// addresses that are called stay. It returns those that had to be changed, also
// together with an error.
func (c *Client) PointHooks(ctx context.Context, url string) (changed []string, err error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	there, err := c.hooks(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range Hooks {
		urls := there[kind]
		if slices.Contains(urls, url) {
			continue
		}
		if len(urls) >= mostHooks {
			return changed, fmt.Errorf("the webhook %s of %s calls %d addresses already, and Mailgun takes no more: remove one there", kind, c.domain, len(urls))
		}
		set := c.api.UpdateWebhook
		if len(urls) == 0 {
			set = c.api.CreateWebhook
		}
		ctx, x := watched(ctx)
		if err := set(ctx, kind, append(slices.Clone(urls), url)); err != nil {
			return changed, outcome(err, x, 0, c.now())
		}
		changed = append(changed, kind)
	}
	return changed, nil
}

// MissingHooks are those of [Hooks] that do not call url.
func (c *Client) MissingHooks(ctx context.Context, url string) ([]string, error) {
	ctx, cancel := inTime(ctx)
	defer cancel()
	there, err := c.hooks(ctx)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, kind := range Hooks {
		if !slices.Contains(there[kind], url) {
			missing = append(missing, kind)
		}
	}
	return missing, nil
}

func (c *Client) hooks(ctx context.Context) (map[string][]string, error) {
	ctx, x := watched(ctx)
	there, err := c.api.ListWebhooks(ctx)
	if err != nil {
		return nil, outcome(err, x, 0, c.now())
	}
	return there, nil
}
