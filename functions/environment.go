package functions

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/caarlos0/env/v11"
)

// Deployment names the parts of a stack on AWS. It is what template.yaml passes to
// the functions, by the environment.
type Deployment struct {
	Content string `env:"CONTENT_BUCKET"`
	Site    string `env:"SITE_BUCKET"`
	State   string `env:"STATE_BUCKET"`
	SiteURL string `env:"SITE_URL"`

	Distribution string `env:"DISTRIBUTION_ID"` // empty: there is no CDN to clear
	Stack        string `env:"STACK"`           // whose metrics they are; empty: none are written

	// Names of SSM parameters that hold the keys, not the keys.
	SendingKey string `env:"MAILGUN_SENDING_KEY_NAME"`
	EventsKey  string `env:"MAILGUN_EVENTS_KEY_NAME"`
	SigningKey string `env:"MAILGUN_SIGNING_KEY_NAME"`

	MailgunURL string `env:"MAILGUN_URL"` // a server in its place, for tests; empty: Mailgun's own, by region

	Undo   time.Duration `env:"UNDO" envDefault:"10m"`
	Settle time.Duration `env:"SETTLE" envDefault:"30m"`
	// Deadline is the timeout of the function, where it matters: whose runs others
	// take over. The default is the longest of all, the one of send.
	Deadline time.Duration `env:"DEADLINE" envDefault:"300s"`
}

// needs are the variables that each function is given, because it has a use for
// them, and does not start without.
var needs = map[string][]string{
	"publish":   {"CONTENT_BUCKET", "SITE_BUCKET", "STATE_BUCKET", "SITE_URL", "DISTRIBUTION_ID", "DEADLINE", "STACK"},
	"digest":    {"CONTENT_BUCKET", "STATE_BUCKET", "SITE_URL"},
	"send":      {"CONTENT_BUCKET", "STATE_BUCKET", "SITE_URL", "MAILGUN_SENDING_KEY_NAME", "MAILGUN_EVENTS_KEY_NAME", "DEADLINE", "STACK"},
	"subscribe": {"CONTENT_BUCKET", "STATE_BUCKET", "SITE_URL", "MAILGUN_SENDING_KEY_NAME"},
	"webhook":   {"STATE_BUCKET", "MAILGUN_SIGNING_KEY_NAME"},
}

// fromEnvironment reads the surroundings of a Lambda function. All settings that
// are missing or unreadable are reported at once. Nothing is fetched yet.
func fromEnvironment(function string) (Surroundings, error) {
	var d Deployment
	var wrong []error
	var problems env.AggregateError
	if err := env.Parse(&d); errors.As(err, &problems) {
		wrong = problems.Errors
	} else if err != nil {
		wrong = []error{err}
	}
	for _, name := range append([]string{"AWS_REGION"}, needs[function]...) {
		if os.Getenv(name) == "" {
			wrong = append(wrong, fmt.Errorf("%s is not set", name))
		}
	}
	if len(wrong) > 0 {
		return Surroundings{}, fmt.Errorf("the function's environment: %w", errors.Join(wrong...))
	}
	log := newLog(os.Stdout)
	s := d.On(lambdaConfig(), log)
	s.Say = func(line string) { log.Info(line) }
	s.metrics = metrics{log: log, stack: d.Stack, now: s.Now}
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
			Base:       d.MailgunURL,
			SendingKey: keys.get(d.SendingKey),
			EventsKey:  keys.get(d.EventsKey),
			SigningKey: keys.get(d.SigningKey),
			Refused:    keys.refused,
		},
		Invalidate: clearCDN(c, d.Distribution),
		Log:        log,
	}
}
