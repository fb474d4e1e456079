package functions

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// StartPublish runs the publish function: messages of the queue, or the clock.
func StartPublish() {
	s := surroundings()
	n, err := s.Newsletter()
	or(err)
	p := s.Publisher(n)
	q := &queue{publisher: p, log: s.Log}
	lambda.Start(func(ctx context.Context, raw json.RawMessage) (events.SQSEventResponse, error) {
		var e events.SQSEvent
		if err := json.Unmarshal(raw, &e); err != nil {
			return events.SQSEventResponse{}, err
		}
		if len(e.Records) == 0 { // the scheduler's event has no records
			return events.SQSEventResponse{}, p.Tick(ctx)
		}
		return q.Handle(ctx, e)
	})
}

// StartDigest runs the digest function.
func StartDigest() {
	n, err := surroundings().Newsletter()
	or(err)
	lambda.Start(n.OpenDigests)
}

// StartSend runs the send function.
func StartSend() {
	n, err := surroundings().Newsletter()
	or(err)
	lambda.Start(n.Work)
}

// StartSubscribe runs the subscribe function.
func StartSubscribe() { lambda.Start(overHTTP(surroundings().Subscribe())) }

// StartWebhook runs the webhook function.
func StartWebhook() { lambda.Start(overHTTP(surroundings().Webhook())) }

func surroundings() Surroundings {
	s, err := FromEnvironment(context.Background())
	or(err)
	return s
}

// or ends a function that cannot start, with the reason in its log.
func or(err error) {
	if err != nil {
		slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("the function cannot start", "error", err.Error())
		os.Exit(1)
	}
}
