package functions

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/internal/publish"
)

// queue turns messages of the queue into keys to look at.
type queue struct {
	publisher *publish.Publisher
	log       *slog.Logger
}

// Handle looks at all keys of messages that come for the first time together, and
// at those that come again one by one: one of them may be what ended the run
// before. It names the messages that failed, so that the others are not repeated.
func (q *queue) Handle(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
	var fresh []events.SQSMessage
	var keys []string
	var out events.SQSEventResponse
	fail := func(m events.SQSMessage, err error) {
		if !errors.Is(ctx.Err(), context.Canceled) { // being stopped is no failure worth a line
			q.log.Error("publishing failed; the message comes again", "messageId", m.MessageId, "error", err.Error())
		}
		out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
	}
	for _, m := range e.Records {
		named, err := Keys(m.Body)
		if err != nil {
			// It will never be readable: the sweep finds what it may have told of.
			q.log.Error("a message is not an S3 event", "messageId", m.MessageId, "error", err.Error())
			continue
		}
		if received(m) > 1 {
			if err := q.publisher.RunAlone(ctx, named); err != nil {
				fail(m, err)
			}
			continue
		}
		fresh = append(fresh, m)
		keys = append(keys, named...)
	}
	if len(keys) == 0 {
		return out, nil
	}
	if err := q.publisher.Run(ctx, keys); err != nil {
		for _, m := range fresh {
			fail(m, err)
		}
	}
	return out, nil
}

// received is how often a message was delivered, this time included.
func received(m events.SQSMessage) int {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil {
		return 1
	}
	return n
}

// Keys reads the object keys an S3 event notification names, and nothing else of it:
// what became of a key is seen at the key. The test event that S3 sends when
// notifications are set up names none.
//
// See https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
func Keys(body string) ([]string, error) {
	var e struct {
		Records []struct {
			S3 struct {
				Object struct {
					Key string `json:"key"` // encoded as in a form
				} `json:"object"`
			} `json:"s3"`
		}
	}
	// The decoder would put other characters in the place of broken ones, and so name
	// another key.
	if !utf8.ValidString(body) {
		return nil, errors.New("the event is not UTF-8")
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		return nil, err
	}
	var keys []string
	for _, r := range e.Records {
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil {
			return nil, err
		}
		if !utf8.ValidString(key) {
			return nil, errors.New("a key of the event is not UTF-8, as all keys are")
		}
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
