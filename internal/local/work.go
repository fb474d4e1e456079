package local

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/pennypost/pennypost/functions"
)

// work runs queue, ticks and mirror until ctx ends; what it returns is closed when
// all have ended.
//
// One publish run at a time: overlapping ones are correct but do the same work twice
// on a machine that has no more, and tell of one upload in several lines.
func (s *services) work(ctx, hard context.Context, h functions.Handlers) <-chan struct{} {
	var all sync.WaitGroup
	var publishing sync.Mutex
	all.Go(func() {
		s.queue.Run(ctx, func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
			publishing.Lock()
			defer publishing.Unlock()
			// Its time begins now that it is its turn.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
			defer cancel()
			defer context.AfterFunc(hard, cancel)()
			return h.Publish(ctx, e)
		})
	})
	every := s.o.Tick
	if every <= 0 {
		every = time.Second
	}
	for name, call := range map[string]func(context.Context) error{
		"publishing on the clock": unlessBusy(&publishing, h.PublishTick),
		"opening digests":         h.DigestTick,
		"sending":                 h.SendTick,
	} {
		if call == nil {
			continue
		}
		t := &ticker{name: name, every: every, call: call, say: s.voice.say}
		all.Go(func() { t.run(ctx, hard) })
	}
	if s.mirror != nil {
		all.Go(func() { s.mirror.Run(ctx) })
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	return done
}

// unlessBusy leaves out a call while somebody else holds the lock: the next tick comes.
func unlessBusy(m *sync.Mutex, call func(context.Context) error) func(context.Context) error {
	if call == nil {
		return nil
	}
	return func(ctx context.Context) error {
		if !m.TryLock() {
			return nil
		}
		defer m.Unlock()
		return call(ctx)
	}
}
