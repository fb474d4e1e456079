package local_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

func TestTicks(t *testing.T) {
	o := options(t)
	var running, most atomic.Int64
	b := &blog{}
	b.tick = func(context.Context) error {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		time.Sleep(50 * time.Millisecond) // longer than a tick
		if n := b.ticks.Load(); n == 2 || n == 3 {
			panic("boom")
		}
		return nil
	}
	r := start(t, o, b)
	for end := time.Now().Add(10 * time.Second); b.ticks.Load() < 6 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 1 || b.ticks.Load() < 6 {
		t.Errorf("%d ticks, %d at once", b.ticks.Load(), most.Load())
	}
	if n := strings.Count(r.out.String(), "publishing on the clock failed and is tried again: it panicked: boom"); n != 1 {
		t.Errorf("said %d times:\n%s", n, r.out)
	}
}

func TestClock(t *testing.T) {
	o, b := options(t), &blog{}
	o.Now = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	o.Dir = ""
	start(t, o, b)
	bucket := store.New(b.around.S3, "content")
	if _, err := bucket.Create(t.Context(), "x", nil, store.Header{}); err != nil {
		t.Fatal(err)
	}
	object, err := bucket.Head(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{b.around.Now(), object.Modified} {
		if d := at.Sub(o.Now); d < 0 || d > time.Minute {
			t.Errorf("it is %v", at)
		}
	}
}
