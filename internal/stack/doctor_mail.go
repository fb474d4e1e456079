package stack

import (
	"context"
	"encoding/base32"
	"errors"
	"io"
	"strings"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/mailgun"
)

// mails tells whether the settings name a domain to look at.
func (d *Doctor) mails() bool { return d.settings != nil && d.settings.Newsletter.Domain != "" }

// keys tries the two keys that Mailgun is called with.
func (d *Doctor) keys(ctx context.Context) []Finding {
	if !d.mails() {
		return nil
	}
	var all []Finding
	for _, k := range []struct {
		what, name string
		try        func(key string) error
	}{
		{"sending key", d.Stack.SendingKey, func(key string) error { return client(d.settings, d.Mailgun, key, "").TrySending(ctx) }},
		{"events key", d.Stack.EventsKey, func(key string) error { return client(d.settings, d.Mailgun, "", key).TryLog(ctx) }},
	} {
		key, err := d.Stack.Key(ctx, k.name)
		if err == nil && key == "" {
			err = errors.New("there is none in " + k.name)
		}
		if err == nil {
			err = k.try(key)
		}
		if err != nil {
			all = append(all, ill(k.what, err, d.setup())...)
			continue
		}
		all = append(all, Finding{k.what, "Mailgun takes the one in " + k.name, ""})
	}
	return all
}

// reader is a client that reads with the events key, which may read more than events.
func (d *Doctor) reader(ctx context.Context) (*mailgun.Client, error) {
	key, err := d.Stack.Key(ctx, d.Stack.EventsKey)
	if err == nil && key == "" {
		err = errors.New("there is no events key to ask with")
	}
	return client(d.settings, d.Mailgun, key, ""), err
}

// domain looks at the sending domain and its DNS records.
func (d *Doctor) domain(ctx context.Context) []Finding {
	const what = "sending domain"
	if !d.mails() {
		return nil
	}
	c, err := d.reader(ctx)
	if err != nil {
		return ill(what, err, d.setup())
	}
	name := d.settings.Newsletter.Domain
	got, err := c.Domain(ctx, false)
	if err != nil {
		return ill(what, err, "look at "+name+" in Mailgun; if it is in the other region, set newsletter.region")
	}
	var missing []string
	for _, r := range got.Records {
		if r.Sending && !r.Valid {
			missing = append(missing, r.Type+" "+r.Name)
		}
	}
	switch {
	case got.State != "active":
		return one(what, name+" is "+got.State+" at Mailgun", "set the DNS records that `pennypost setup` prints, and press Verify in Mailgun")
	case len(missing) > 0:
		return one(what, name+" is active, but Mailgun does not see "+strings.Join(missing, ", "), "set the DNS records that `pennypost setup` prints")
	}
	return one(what, name+" is active at Mailgun, and its DNS records are seen", "")
}

// hooks looks whether Mailgun tells the site of bounces, complaints and unsubscribing.
func (d *Doctor) hooks(ctx context.Context) []Finding {
	const what = "webhooks"
	if !d.mails() {
		return nil
	}
	c, err := d.reader(ctx)
	if err != nil {
		return ill(what, err, d.setup())
	}
	url := d.settings.URL + hookPath
	missing, err := c.MissingHooks(ctx, url)
	if err != nil {
		return ill(what, err, "look whether Mailgun's webhooks call "+url)
	}
	if len(missing) > 0 {
		return one(what, "Mailgun does not call "+url+" for "+strings.Join(missing, ", "), "`pennypost setup --stack "+d.Stack.Name+"` sets them")
	}
	return one(what, "Mailgun tells the site of bounces, complaints and unsubscribing", "")
}

// mail sends the author a test.
func (d *Doctor) mail(ctx context.Context) []Finding {
	const what = "test mail"
	if !d.Mail {
		return nil
	}
	if !d.mails() || d.settings.Author.Email == "" {
		return one(what, "not sent: newsletter.domain or author.email is not set", "set both")
	}
	key, err := d.Stack.Key(ctx, d.Stack.SendingKey)
	if err != nil {
		return ill(what, err, d.setup())
	}
	id := make([]byte, 10)
	if _, err := io.ReadFull(d.Rand, id); err != nil {
		return ill(what, err, "try again")
	}
	n := d.settings.Newsletter
	_, err = client(d.settings, d.Mailgun, key, "").Send(ctx, mailgun.Batch{
		MessageID: "doctor-" + strings.ToLower(base32.StdEncoding.EncodeToString(id)) + "@" + n.Domain,
		Message: mail.Message{
			Subject: "A test from " + d.settings.Title, From: n.From, ReplyTo: n.ReplyTo,
			Text: testText, HTML: "<!doctype html><html lang=\"en\"><title>Test</title><p>" + testText + "</p></html>",
		},
		To: []mailgun.Recipient{{Address: d.settings.Author.Email}},
	})
	if err != nil {
		return ill(what, err, "see the keys and the domain above")
	}
	return one(what, "Mailgun took it for author.email: look whether it arrives, and not among the spam", "")
}

const testText = "If you can read this, the newsletter can be sent. Look at the details of this mail: SPF, DKIM and DMARC should all say PASS."
