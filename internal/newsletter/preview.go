package newsletter

import (
	"cmp"
	"context"
	"fmt"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/mail"
)

// Preview makes the mail of a post as it would go out now, for the author to look at,
// and gives the slug to call it by. The post may be named by its source key, file,
// slug, address or id; drafts can be looked at too. A [*Refusal] says why there is none.
func (n *Newsletter) Preview(ctx context.Context, name string) (m mail.Message, slug string, err error) {
	m, e, _, err := n.preview(ctx, name)
	if err != nil {
		return m, "", err
	}
	return m, e.Slug, nil
}

func (n *Newsletter) preview(ctx context.Context, name string) (m mail.Message, e *catalog.Entry, w *world, err error) {
	if w, err = n.look(ctx); err != nil {
		return m, nil, nil, err
	}
	if e, err = named(w.catalog, name); err != nil {
		return m, nil, nil, err
	}
	if !w.catalog.Current(e) {
		return m, nil, nil, &Refusal{"the file " + e.Key + " cannot be used as it is: its receipt says why"}
	}
	m, why, err := n.announcement(ctx, w, e.ID)
	if err == nil && why != "" {
		err = &Refusal{"the file " + e.Key + " was just changed: try again in a moment"}
	}
	return m, e, w, err
}

// SendTest mails a post to one address, its subject marked as a test's. It touches no
// issue and no count, and its unsubscribe link names nobody. A [*Refusal] says why it was not sent.
func (n *Newsletter) SendTest(ctx context.Context, address, name string) error {
	to, err := audience.ParseAddress(address)
	if err != nil {
		return &Refusal{err.Error()}
	}
	m, _, w, err := n.preview(ctx, name)
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
		return &Refusal{cmp.Or(o.Reason, "Mailgun takes no mail for now")}
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
