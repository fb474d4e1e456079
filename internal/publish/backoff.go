package publish

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// maxRaces is how often one step is tried against other runs before the message
// goes back to the queue.
const maxRaces = 40

// backoff waits a little longer after each lost race, at random so that two runs
// do not stay in step.
func (p *Publisher) backoff(ctx context.Context, try int) error {
	if try >= maxRaces {
		return fmt.Errorf("gave up after %d lost races", try)
	}
	d := min(time.Second, 10*time.Millisecond<<min(try, 7))
	var chance [4]byte
	if _, err := io.ReadFull(p.Rand, chance[:]); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d/2 + d*time.Duration(binary.BigEndian.Uint32(chance[:]))>>32):
		return nil
	}
}
