package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Run delivers messages until ctx ends, and returns when the handlers under way have
// ended too. Their contexts are not cancelled by ctx but by Options.Timeout.
func (q *Queue) Run(ctx context.Context, handle Handler) {
	var handlers sync.WaitGroup
	defer handlers.Wait()
	free := make(chan struct{}, q.o.Concurrency)
	for {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		batch := q.next(ctx)
		if batch == nil {
			return
		}
		handlers.Go(func() {
			defer func() { <-free }()
			q.deliver(batch, handle)
		})
	}
}

// next waits for something to deliver and takes it: a message that failed before,
// alone; or the new ones, once the oldest has waited for the window or a batch is
// full. nil when ctx has ended.
func (q *Queue) next(ctx context.Context) []*message {
	for {
		if ctx.Err() != nil {
			return nil
		}
		batch, wait := q.take(time.Now())
		if batch != nil {
			return batch
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// idle is how long to sleep when nothing waits; a new message ends it.
const idle = time.Hour

// take takes what is due now, or says how long nothing will be.
func (q *Queue) take(now time.Time) ([]*message, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	wait, fresh := idle, 0
	for i, m := range q.waiting {
		if m.deliveries == 0 {
			if m.due.IsZero() {
				m.due = now.Add(q.o.Window)
			}
			fresh++
			if fresh == q.o.Batch {
				wait = 0
				break
			}
		}
		left := m.due.Sub(now)
		if left <= 0 && m.deliveries > 0 {
			q.waiting = append(q.waiting[:i:i], q.waiting[i+1:]...)
			q.handled++
			return []*message{m}, 0
		}
		wait = min(wait, max(left, 0))
	}
	if wait > 0 || fresh == 0 {
		return nil, wait
	}
	var batch, rest []*message
	for _, m := range q.waiting {
		if m.deliveries == 0 && len(batch) < q.o.Batch {
			batch = append(batch, m)
		} else {
			rest = append(rest, m)
		}
	}
	q.waiting = rest
	q.handled += len(batch)
	return batch, 0
}

// deliver hands a batch to the handler and settles what becomes of its messages.
func (q *Queue) deliver(batch []*message, handle Handler) {
	var event events.SQSEvent
	counted := batch[:0:0]
	for _, m := range batch {
		if err := m.begin(q.o.Dir); err != nil {
			q.o.Say("the queue's folder cannot be written: " + err.Error())
			q.again(m)
			continue
		}
		counted = append(counted, m)
		event.Records = append(event.Records, m.record(q.o.Now()))
	}
	if len(counted) == 0 {
		return
	}
	failed, err := q.call(event, handle)
	if err != nil {
		q.o.Say(fmt.Sprintf("handling %s failed: %v", counts(len(counted), "event"), err))
	}
	for _, m := range counted {
		switch {
		case err == nil && !failed[m.id]:
			if err := m.done(q.o.Dir); err != nil {
				q.o.Say("the queue's folder cannot be written: " + err.Error())
				q.again(m)
				continue
			}
			q.settled()
		case m.deliveries >= q.o.Attempts:
			if err := m.bury(q.o.Dir, q.Dead()); err != nil {
				q.o.Say("the queue's folder cannot be written: " + err.Error())
				q.again(m)
				continue
			}
			q.o.Say(fmt.Sprintf("gave up on an event after %d tries; it is in %s", m.deliveries, q.Dead()))
			q.settled()
		default:
			q.again(m)
		}
	}
}

// again lets a message wait for its next delivery: twice as long each time.
func (q *Queue) again(m *message) {
	m.due = time.Now().Add(q.o.Backoff << min(max(m.deliveries-1, 0), 6))
	q.put(m)
	q.settled()
}

func (q *Queue) settled() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.handled--
}

// call runs the handler and returns the ids of the messages it names as failed. A
// panic is an error, and so is an answer that names no message of the batch, as
// Lambda has it.
func (q *Queue) call(event events.SQSEvent, handle Handler) (failed map[string]bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), q.o.Timeout)
	defer cancel()
	known := map[string]bool{}
	for _, r := range event.Records {
		known[r.MessageId] = true
	}
	// In a goroutine of its own, so that runtime.Goexit is survived like a panic.
	done := make(chan struct{})
	err = errDied
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the handler panicked: %v", p)
			}
		}()
		var answer events.SQSEventResponse
		answer, e := handle(ctx, event)
		failed, err = map[string]bool{}, e
		for _, f := range answer.BatchItemFailures {
			if !known[f.ItemIdentifier] {
				err = fmt.Errorf("the handler named a message %q that it was not given", f.ItemIdentifier)
			}
			failed[f.ItemIdentifier] = true
		}
	}()
	<-done
	return failed, err
}

func counts(n int, what string) string {
	if n == 1 {
		return "an " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
