package publish

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// deskBytes is how much memory texts and pictures in work may take together. The
// heaviest picture there can be takes most of it.
const deskBytes = 600 << 20

// textWeight is how many bytes a byte of text takes for a moment while it is parsed and
// rendered, if somebody means it badly.
const textWeight = 200

// desk bounds what is in work at once by the memory it takes, so that the memory of a
// run does not depend on what is uploaded.
type desk struct{ room *semaphore.Weighted }

func newDesk() *desk { return &desk{semaphore.NewWeighted(deskBytes)} }

// take waits for room for something that takes so many bytes of memory. What is larger
// than the desk has it alone.
func (d *desk) take(ctx context.Context, bytes int64) (leave func(), err error) {
	n := min(max(bytes, 1), deskBytes)
	if err := d.room.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { d.room.Release(n) }, nil
}

// takeText waits for room for texts of so many bytes.
func (d *desk) takeText(ctx context.Context, bytes int64) (leave func(), err error) {
	return d.take(ctx, textWeight*bytes)
}
