package publish

import (
	"context"
	"time"
)

// SweepBy makes a sweep list that many objects at a time.
func (p *Publisher) SweepBy(objects int) { p.chunk = objects }

// Hurry makes it late whenever the function says so, whatever the time is.
func (p *Publisher) Hurry(late func() bool) {
	p.late = func(context.Context, time.Time) bool { return late() }
}
