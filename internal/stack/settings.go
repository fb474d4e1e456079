package stack

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
)

// ErrNoSettings: no posts/site.yaml was uploaded yet.
var ErrNoSettings = errors.New("there is no " + settings.Key + " in the content bucket yet: upload one")

// Settings reads the settings as they were uploaded, which are those in force unless
// their receipt says otherwise. Without a file they are the defaults, and the error is
// [ErrNoSettings]; the error of a file with mistakes tells them all.
func (s *Stack) Settings(ctx context.Context) (*settings.Settings, error) {
	set := settings.Default()
	_, body, err := s.bucket(s.Content).Get(ctx, settings.Key, store.Cond{Limit: settings.MaxBytes})
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = ErrNoSettings
	case err != nil:
		return nil, err
	default:
		if set, _, err = settings.Parse(body); err != nil {
			return nil, err
		}
	}
	set.Complete(s.SiteURL, "")
	return set, err
}

func (s *Stack) bucket(name string) *store.Bucket { return store.New(s.s3(), name) }

func (s *Stack) s3() *s3.Client {
	return s3.NewFromConfig(s.aws, func(o *s3.Options) { o.DisableLogOutputChecksumValidationSkipped = true })
}

// hookPath is where Mailgun's webhooks arrive.
const hookPath = "/webhooks/mailgun"

// client makes a client for the domain of the settings. base is another address than
// the region's; key and events may be empty.
func client(set *settings.Settings, base, key, events string) *mailgun.Client {
	if base == "" {
		base = mailgun.Base(set.Newsletter.Region)
	}
	return mailgun.New(mailgun.Config{Base: base, Domain: set.Newsletter.Domain, Key: key, EventsKey: events})
}
