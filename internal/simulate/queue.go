package simulate

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// message is one S3 event on its way.
type message struct {
	id       string
	key      string
	due      time.Time
	receives int
	taken    bool
}

// event lets S3 tell of a change to a content key: soon, late, twice, or never, and
// in no order.
func (w *World) event(key string) {
	if w.chance.Float64() < w.weather.dropped {
		w.tally.Dropped++
		w.say("the event of %s is lost", key)
		return
	}
	copies := 1
	if w.chance.Float64() < w.weather.doubled {
		w.tally.Doubled++
		copies = 2
	}
	for range copies {
		late := w.upTo(3 * time.Second)
		if w.chance.Float64() < w.weather.late {
			late = w.upTo(2 * time.Hour)
			w.tally.Late++
		}
		w.messages++
		w.queue = append(w.queue, &message{id: "m" + strconv.Itoa(w.messages), key: key, due: time.Now().Add(late)})
	}
}

// due lists the messages that can be delivered now.
func (w *World) due() []*message {
	var due []*message
	for _, m := range w.queue {
		if !m.taken && !m.due.After(time.Now()) {
			due = append(due, m)
		}
	}
	return due
}

// deliver wakes a publish function with some of the messages that are due.
func (w *World) deliver(due []*message) {
	w.chance.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	w.hand(due[:1+w.chance.IntN(min(len(due), 10))])
}

// hand wakes a publish function with a batch of messages.
func (w *World) hand(batch []*message) *invocation {
	var e events.SQSEvent
	var names []string
	for _, m := range batch {
		m.taken = true
		m.receives++
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: m.id,
			Body: fmt.Sprintf(`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"content"},"object":{"key":%q}}}]}`,
				strings.ReplaceAll(url.QueryEscape(m.key), "%2F", "/")),
			Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.receives)},
		})
		names = append(names, strings.TrimPrefix(m.key, "posts/"))
		if m.receives > 1 {
			w.tally.Redelivered++
		}
	}
	in := w.invoke("publish "+strings.Join(names, " "), func(ctx context.Context, in *invocation) error {
		out, err := in.c.handlers.Publish(ctx, e)
		failed := map[string]bool{}
		for _, f := range out.BatchItemFailures {
			failed[f.ItemIdentifier] = true
		}
		w.wire.mu.Lock()
		in.failed = failed
		w.wire.mu.Unlock()
		return err
	})
	in.messages = batch
	return in
}

// acknowledge does what the queue does when an invocation ended.
func (w *World) acknowledge(in *invocation) {
	for _, m := range in.messages {
		if in.err == nil && !in.failed[m.id] {
			w.queue = slices.DeleteFunc(w.queue, func(other *message) bool { return other == m })
			continue
		}
		w.again(m)
	}
}

// again lets a message come back after its time of being hidden, or gives it up.
func (w *World) again(m *message) {
	m.taken, m.due = false, time.Now().Add(visible)
	if m.receives >= receives {
		w.say("the queue gives up on the event of %s", m.key)
		w.tally.DeadLetters++
		w.queue = slices.DeleteFunc(w.queue, func(other *message) bool { return other == m })
	}
}

// upTo draws a time up to a bound, short ones as often as long ones.
func (w *World) upTo(most time.Duration) time.Duration {
	d := most >> w.chance.IntN(16)
	return time.Duration(w.chance.Int64N(int64(d) + 1))
}
