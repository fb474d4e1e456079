package functions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/caarlos0/env/v11"
)

// Deployment names the parts of a stack on AWS. It is what template.yaml passes to
// every function, by the environment; a function that has no use for a value is not
// given it.
type Deployment struct {
	Content string `env:"CONTENT_BUCKET,notEmpty"`
	Site    string `env:"SITE_BUCKET,notEmpty"`
	State   string `env:"STATE_BUCKET,notEmpty"`
	SiteURL string `env:"SITE_URL,notEmpty"`

	Distribution string `env:"DISTRIBUTION_ID"` // empty: there is no CDN to clear

	// Names of SSM parameters that hold the keys, not the keys.
	SendingKey string `env:"MAILGUN_SENDING_KEY_NAME"`
	EventsKey  string `env:"MAILGUN_EVENTS_KEY_NAME"`
	SigningKey string `env:"MAILGUN_SIGNING_KEY_NAME"`

	Undo     time.Duration `env:"UNDO" envDefault:"10m"`
	Settle   time.Duration `env:"SETTLE" envDefault:"30m"`
	Deadline time.Duration `env:"DEADLINE" envDefault:"60s"` // the functions' timeout
}

// FromEnvironment reads the surroundings of a Lambda function. All settings that
// are missing or unreadable are reported at once. Nothing is fetched yet.
func FromEnvironment(ctx context.Context) (Surroundings, error) {
	var d Deployment
	var problems env.AggregateError
	if err := env.Parse(&d); errors.As(err, &problems) {
		return Surroundings{}, fmt.Errorf("the function's environment: %w", errors.Join(problems.Errors...))
	} else if err != nil {
		return Surroundings{}, err
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return Surroundings{}, err
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	s := d.On(aws, log)
	s.Say = func(line string) { log.Info(line) }
	return s, nil
}

// On gives the surroundings of a deployment: on Lambda, and for commands that work
// on a stack from a laptop. Nothing is fetched yet, keys not before they are needed.
func (d Deployment) On(c aws.Config, log *slog.Logger) Surroundings {
	keys := newParameters(c, time.Now)
	return Surroundings{
		S3: s3.NewFromConfig(c, func(o *s3.Options) {
			o.DisableLogOutputChecksumValidationSkipped = true // a server may know no checksums
		}),
		Content:  d.Content,
		Site:     d.Site,
		State:    d.State,
		Now:      time.Now,
		Rand:     rand.Reader,
		SiteURL:  d.SiteURL,
		Undo:     d.Undo,
		Settle:   d.Settle,
		Deadline: d.Deadline,
		Mailgun: Mailgun{
			SendingKey: keys.get(d.SendingKey),
			EventsKey:  keys.get(d.EventsKey),
			SigningKey: keys.get(d.SigningKey),
		},
		Invalidate: clearCDN(c, d.Distribution),
		Log:        log,
	}
}
