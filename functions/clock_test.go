package functions_test

import (
	"sync"
	"time"
)

// clockwork is a clock that a test moves.
type clockwork struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clockwork) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clockwork) wait(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.mu.Unlock()
}
