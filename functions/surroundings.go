// Package functions wires each Lambda handler from its surroundings: from the
// environment on AWS, from the local program on a laptop. AWS event types,
// environment variables, SSM, metrics and the CDN appear here and nowhere else.
package functions

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Surroundings is what the handlers need of the world around them.
type Surroundings struct {
	S3                   *s3.Client
	Content, Site, State string // bucket names

	Now  func() time.Time
	Rand io.Reader // cryptographically strong, safe for concurrent use

	// SiteURL is the site's address unless site.yaml sets `url`; no trailing slash.
	SiteURL string
	// Undo is how long an instant issue waits unless site.yaml sets newsletter.undo.
	Undo time.Duration
	// Settle is how long an uncertain batch waits before Mailgun's log is asked.
	Settle time.Duration
	// Deadline is the longest a single invocation can live; a claim older than this
	// and a minute belongs to nobody any more.
	Deadline time.Duration

	// Alone says that no other process runs these functions, so that what another
	// one left unfinished is dead at once.
	Alone bool

	Mailgun Mailgun

	// Invalidate clears the CDN's copies of every page. It is safe to repeat.
	Invalidate func(context.Context) error
	Log        *slog.Logger
	// Say is told, in one calm line each, what happened; nil for nobody. No line
	// holds an address of a subscriber.
	Say func(line string)

	metrics metrics
}

// Mailgun is where mail goes. Keys are read when first needed.
type Mailgun struct {
	// Base is the API's address without "/v3"; empty: as newsletter.region says.
	Base string
	// Domain stands in where site.yaml sets none (locally).
	Domain string
	// HTTP carries the requests; nil: a client of its own.
	HTTP *http.Client
	// SendingKey may only send; EventsKey may read events (optional: reports "" then);
	// SigningKey verifies webhooks.
	SendingKey, EventsKey, SigningKey func(context.Context) (string, error)
	// Refused is told of a key that Mailgun does not know, so that it is read again: it
	// may have been changed. nil: keys never change.
	Refused func(key string)
}

// Handlers are the five functions.
type Handlers struct {
	// Publish takes S3 events from the queue; failed messages are named in the answer.
	Publish func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)
	// The ticks are called about once a minute (on AWS) or a second (locally).
	PublishTick, DigestTick, SendTick func(context.Context) error
	// Subscribe serves /subscribe, /confirm, /preferences, /unsubscribe and /author;
	// Webhook serves /webhooks/mailgun.
	Subscribe, Webhook http.Handler
}
