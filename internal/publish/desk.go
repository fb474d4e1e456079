package publish

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// deskBytes is how much source text is parsed at once. Parsed, a text takes up to
// some two hundred times its size for a moment, if somebody means it badly.
const deskBytes = 3 << 20

// desk bounds how much text is in work at once, so that the memory of a run does not
// depend on what is uploaded.
type desk struct{ room *semaphore.Weighted }

func newDesk() *desk { return &desk{semaphore.NewWeighted(deskBytes)} }

// take waits for room for so many bytes. What is larger than the desk has it alone.
func (d *desk) take(ctx context.Context, bytes int64) (leave func(), err error) {
	n := min(max(bytes, 1), deskBytes)
	if err := d.room.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { d.room.Release(n) }, nil
}
