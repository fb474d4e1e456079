package publish

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// maxRaces is how often one step is tried against other runs before the message
// goes back to the queue.
const maxRaces = 40

// backoff waits a little longer after each lost race, at random so that two runs
// do not stay in step.
func backoff(ctx context.Context, try int) error {
	if try >= maxRaces {
		return fmt.Errorf("gave up after %d lost races", try)
	}
	d := min(time.Second, 10*time.Millisecond<<min(try, 7))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d/2 + rand.N(d)):
		return nil
	}
}
