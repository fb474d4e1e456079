package local

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/internal/local/s3disk"
)

// notifier puts what happens to the author's objects into the queue, as S3 would.
type notifier struct {
	send  func(body string) error
	say   func(line string)
	count atomic.Uint64
}

// notify is told of every change in every bucket.
func (n *notifier) notify(e s3disk.Event) {
	if e.Bucket != content || !strings.HasPrefix(e.Key, posts) {
		return
	}
	body, err := n.message(e)
	if err == nil {
		err = n.send(body)
	}
	if err != nil {
		// The sweep finds what the lost event would have told of.
		n.say("a change could not be announced and is found later: " + err.Error())
	}
}

// message is an event as S3 writes it, with the key encoded as in a form.
// See https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
func (n *notifier) message(e s3disk.Event) (string, error) {
	text, err := json.Marshal(events.S3Event{Records: []events.S3EventRecord{{
		EventVersion: "2.1",
		EventSource:  "aws:s3",
		AWSRegion:    "local",
		EventTime:    e.Time,
		EventName:    e.Name,
		S3: events.S3Entity{
			SchemaVersion:   "1.0",
			ConfigurationID: "pennypost",
			Bucket:          events.S3Bucket{Name: e.Bucket, Arn: "arn:aws:s3:::" + e.Bucket},
			Object: events.S3Object{
				Key:       strings.ReplaceAll(url.QueryEscape(e.Key), "%2F", "/"),
				Size:      e.Size,
				ETag:      e.ETag,
				Sequencer: fmt.Sprintf("%016X%08X", e.Time.UnixNano(), n.count.Add(1)),
			},
		},
	}}})
	return string(text), err
}
