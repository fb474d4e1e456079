package simulate

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// founded is when the stack was set up on which most histories begin.
var founded = time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)

// beginning is a stack that was set up and has subscribers, but no post yet.
type beginning struct {
	s3         *memory.S3
	generation int64
	people     []person
}

// genesis makes it, once for all histories. It needs no bubble, because nothing in it
// waits.
var genesis = sync.OnceValue(func() *beginning {
	now := func() time.Time { return founded }
	b := &beginning{s3: memory.New(now, "content", "site", "state")}
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + s3Host), Region: "us-east-1", UsePathStyle: true,
		Credentials: aws.AnonymousCredentials{}, HTTPClient: directly{b.s3},
	})
	s := functions.Surroundings{
		S3: client, Content: "content", Site: "site", State: "state", Now: now, Rand: roll(0, 0),
		SiteURL: siteURL, Undo: undo, Settle: settle, Deadline: deadline, Mailgun: functions.Mailgun{Domain: mailDomain},
		Invalidate: func(context.Context) error { return nil }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	ctx := context.Background()
	h, err := functions.New(s)
	or(err)
	or(h.PublishTick(ctx))
	or(h.DigestTick(ctx))
	list := s.Audience()
	for i, cadence := range []audience.Cadence{audience.Each, audience.Each, audience.Each, audience.Weekly, audience.Weekly, audience.Monthly} {
		p := person{address: fmt.Sprintf("reader%d@example.org", i), ever: true}
		p.was(founded, presence, subscribed)
		p.was(founded, sleep, awake)
		p.was(founded, rhythm, string(cadence))
		p.was(founded, subjects, everything)
		sub, err := list.Add(ctx, audience.Ask{
			Address: p.address, Cadence: cadence, At: founded,
			Consent: audience.Consent{At: founded, Source: "author", Shown: "said so"},
		})
		or(err)
		tokens, err := list.Tokens(ctx)
		or(err)
		p.token = tokens.Sign(audience.ForSubscriber, sub.UID)
		b.people = append(b.people, p)
	}
	head, err := headOf(b.s3.Get("state", catalogKey).Body)
	or(err)
	b.generation = head.Generation
	return b
})

// directly takes requests to the buckets without a wire.
type directly struct{ *memory.S3 }

// Do implements the HTTP client of the AWS SDK.
func (d directly) Do(r *http.Request) (*http.Response, error) { return d.RoundTrip(r) }

func or(err error) {
	if err != nil {
		panic(err)
	}
}
