package functions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/caarlos0/env/v11"
)

// environment is what template.yaml passes to every function. A function that has
// no use for a value is not given it.
type environment struct {
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
	var e environment
	var problems env.AggregateError
	if err := env.Parse(&e); errors.As(err, &problems) {
		return Surroundings{}, fmt.Errorf("the function's environment: %w", errors.Join(problems.Errors...))
	} else if err != nil {
		return Surroundings{}, err
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return Surroundings{}, err
	}
	keys := newParameters(aws, time.Now)
	return Surroundings{
		S3:       s3.NewFromConfig(aws),
		Content:  e.Content,
		Site:     e.Site,
		State:    e.State,
		Now:      time.Now,
		Rand:     rand.Reader,
		SiteURL:  e.SiteURL,
		Undo:     e.Undo,
		Settle:   e.Settle,
		Deadline: e.Deadline,
		Mailgun: Mailgun{
			SendingKey: keys.get(e.SendingKey),
			EventsKey:  keys.get(e.EventsKey),
			SigningKey: keys.get(e.SigningKey),
		},
		Invalidate: clearCDN(aws, e.Distribution),
		Log:        slog.New(slog.NewJSONHandler(os.Stdout, nil)),
		Say:        func(line string) { slog.New(slog.NewJSONHandler(os.Stdout, nil)).Info(line) },
	}, nil
}
