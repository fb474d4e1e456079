package functions

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// StartPublish runs the publish function: messages of the queue, or the clock.
func StartPublish() {
	s := surroundings("publish")
	n, err := s.Newsletter()
	or(err)
	p := s.Publisher(n)
	q := &queue{publisher: p, log: s.Log}
	start(func(ctx context.Context, raw json.RawMessage) (events.SQSEventResponse, error) {
		var e events.SQSEvent
		if err := json.Unmarshal(raw, &e); err != nil {
			return events.SQSEventResponse{}, err
		}
		if len(e.Records) == 0 { // the scheduler's event has no records
			err := p.Tick(ctx)
			s.overdue(p)
			return events.SQSEventResponse{}, err
		}
		return q.Handle(ctx, e)
	})
}

// StartDigest runs the digest function.
func StartDigest() {
	n, err := surroundings("digest").Newsletter()
	or(err)
	start(tick(n.OpenDigests))
}

// StartSend runs the send function.
func StartSend() {
	n, err := surroundings("send").Newsletter()
	or(err)
	start(tick(n.Work))
}

// StartSubscribe runs the subscribe function.
func StartSubscribe() { start(overHTTP(surroundings("subscribe").Subscribe())) }

// StartWebhook runs the webhook function.
func StartWebhook() { start(overHTTP(surroundings("webhook").Webhook())) }

func surroundings(function string) Surroundings {
	s, err := fromEnvironment(function)
	or(err)
	return s
}

// start takes events one by one, each as a handler of one of the shapes that package
// lambda knows.
func start(handle any) {
	if limit := memoryLimit(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")); limit > 0 {
		debug.SetMemoryLimit(limit)
	}
	lambda.Start(invoked{lambda.NewHandler(handle)})
}

// memoryLimit is from how many bytes on the garbage collector must not wait until as
// much garbage has come together as there is in use: of the memory of a function in MB,
// 85 %, because some is not the collector's. 0: Lambda does not say.
//
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func memoryLimit(megabytes string) int64 {
	n, err := strconv.ParseInt(megabytes, 10, 32)
	if err != nil || n <= 0 {
		return 0
	}
	return n << 20 * 85 / 100
}

// invoked notes whose log lines are to come before anything is read of an event. A
// handler has a little less time than Lambda gives it, because a function that answers
// too late is killed, and what it was about to say with it.
type invoked struct{ lambda.Handler }

// Invoke implements lambda.Handler.
func (h invoked) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if c, ok := lambdacontext.FromContext(ctx); ok {
		request.Store(c.AwsRequestID)
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-min(time.Second, time.Until(end)/10)))
		defer cancel()
	}
	return h.Handler.Invoke(ctx, payload)
}

// tick takes the scheduler's event, in which nothing is of interest, but which must be one.
func tick(do func(context.Context) error) func(context.Context, json.RawMessage) (struct{}, error) {
	return func(ctx context.Context, _ json.RawMessage) (struct{}, error) { return struct{}{}, do(ctx) }
}

// or ends a function that cannot start, with the reason in its log.
func or(err error) {
	if err != nil {
		newLog(os.Stdout).Error("the function cannot start", slog.String("error", err.Error()))
		os.Exit(1)
	}
}
