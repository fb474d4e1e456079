package newsletter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
)

// Preview makes the mail of a post as it would go out now, for the author to look
// at. The post is named by its source key, with or without "posts/" and ".md", by
// its id or by its path on the site; drafts can be looked at too.
func (n *Newsletter) Preview(ctx context.Context, name string) (mail.Message, error) {
	m, _, err := n.preview(ctx, name)
	return m, err
}

func (n *Newsletter) preview(ctx context.Context, name string) (mail.Message, *world, error) {
	w, err := n.look(ctx)
	if err != nil {
		return mail.Message{}, nil, err
	}
	e := named(w.catalog, name)
	if e == nil {
		return mail.Message{}, nil, &Refusal{"there is no post " + name}
	}
	m, why, err := n.announcement(ctx, w, e.ID)
	if err == nil && why != "" {
		err = &Refusal{"the file " + e.Key + " was just changed: try again in a moment"}
	}
	return m, w, err
}

// named finds a post by any of its names.
func named(c *catalog.Catalog, name string) *catalog.Entry {
	if e := c.Posts[name]; e != nil {
		return e
	}
	key := catalog.Root + strings.TrimPrefix(strings.TrimPrefix(name, "./"), catalog.Root)
	for _, k := range []string{key, key + ".md", key + "/index.md"} {
		if e := c.ByKey(k); e != nil {
			return e
		}
	}
	path := "/" + strings.Trim(name, "/") + "/"
	for _, e := range c.Posts {
		if e.Path == path || slices.Contains(e.Former, path) {
			return e
		}
	}
	return nil
}

// SendTest mails a post to one address, marked as a test. It touches no issue, and
// its unsubscribe link names nobody. A [*Refusal] says why it was not sent.
func (n *Newsletter) SendTest(ctx context.Context, address, name string) error {
	to, err := audience.ParseAddress(address)
	if err != nil {
		return &Refusal{err.Error()}
	}
	m, w, err := n.preview(ctx, name)
	if err != nil {
		return err
	}
	letters := w.settings.Newsletter
	if letters.Domain == "" {
		return &Refusal{"no mail can be sent before site.yaml sets newsletter.domain"}
	}
	nonce, err := n.nonce()
	if err != nil {
		return err
	}
	m.Subject = "[Test] " + m.Subject
	outcome := n.Sender.Send(ctx, Request{
		Domain: letters.Domain, Region: letters.Region, Message: m, MessageID: "test." + nonce + "@" + letters.Domain,
		To: []Recipient{{Address: to, Vars: map[string]string{mail.TokenName: "test"}}},
	})
	switch o := outcome.(type) {
	case Accepted:
		return nil
	case Throttled:
		return &Refusal{"Mailgun takes no mail for now"}
	case Stopped:
		return &Refusal{o.Reason}
	case Failed:
		return &Refusal{o.Reason}
	case BadRecipient:
		return &Refusal{o.Reason}
	case Uncertain:
		return &Refusal{"nobody knows whether Mailgun took it: " + o.Reason}
	}
	return fmt.Errorf("the test was not sent: %T", outcome)
}
