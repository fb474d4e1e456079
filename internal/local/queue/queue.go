// Package queue delivers messages to a handler as SQS and Lambda do: at least once,
// in batches gathered for a moment, a few handlers at a time, failed messages again
// after a pause and, in the end, into a folder of dead letters. Messages are files:
// they outlive the process, also if a handler kills it.
package queue

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Handler is what Lambda would call with a batch. It names the messages that failed;
// an error or a panic fails all of them.
type Handler func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// Options says how a queue behaves. Zero values mean what is said here.
type Options struct {
	Dir         string           // the queue's own folder
	Now         func() time.Time // stamps messages; nil: time.Now
	Batch       int              // most messages a delivery has; 1,000
	Window      time.Duration    // how long a batch is gathered; 200 ms
	Concurrency int              // handlers at a time; 2
	Attempts    int              // deliveries before a message is a dead letter; 5
	Backoff     time.Duration    // pause after the first failure, doubled with each; 1 s
	Timeout     time.Duration    // of a handler, as its context's deadline; 1 min
	Say         func(string)     // told of failures in one line each; nil: nobody
}

// Queue holds messages until they are handled. It is safe for concurrent use.
type Queue struct {
	o    Options
	wake chan struct{}

	mu      sync.Mutex
	waiting []*message // by id, oldest first; those being handled are not among them
	handled int        // how many are being handled now
	last    int64      // the last id's number
}

// Open reads the queue's folder, which is made if it is missing. A message that was
// being handled when the last process ended is delivered again.
func Open(o Options) (*Queue, error) {
	defaults(&o)
	if err := folder(o.Dir); err != nil {
		return nil, err
	}
	waiting, err := read(o.Dir)
	if err != nil {
		return nil, err
	}
	return &Queue{o: o, wake: make(chan struct{}, 1), waiting: waiting}, nil
}

func defaults(o *Options) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	for _, n := range []struct {
		value    *int
		standard int
	}{{&o.Batch, 1000}, {&o.Concurrency, 2}, {&o.Attempts, 5}} {
		if *n.value <= 0 {
			*n.value = n.standard
		}
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&o.Window, 200 * time.Millisecond}, {&o.Backoff, time.Second}, {&o.Timeout, time.Minute}} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
}

// Send adds a message. When it returns without an error, the message will be
// delivered, if not by this process then by the next.
func (q *Queue) Send(body string) error {
	q.mu.Lock()
	q.last = max(time.Now().UnixNano(), q.last+1)
	m := &message{id: fmt.Sprintf("%020d", q.last), body: body, sent: q.o.Now()}
	q.mu.Unlock()
	if err := m.write(q.o.Dir); err != nil {
		return fmt.Errorf("queueing a message: %w", err)
	}
	q.put(m)
	return nil
}

// put adds a message to those that wait and wakes whoever delivers.
func (q *Queue) put(m *message) {
	q.mu.Lock()
	q.waiting = append(q.waiting, m)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Len is how many messages wait or are being handled.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) + q.handled
}

// Dead is the folder of dead letters.
func (q *Queue) Dead() string { return filepath.Join(q.o.Dir, "dead") }

// errDied is the error of a handler that ended without an answer.
var errDied = errors.New("the handler ended without an answer")
