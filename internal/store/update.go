package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// updates is how often Update tries before it gives up.
const updates = 20

// Update reads an object, lets change make a new body of it, and stores that if the
// object is still the one that was read; otherwise all of it again, after a random
// pause. old is nil if there is no object. An error of change ends it and is
// returned as it is; ErrUnchanged ends it with success. ErrConflict is returned when
// other writers were faster 20 times. The object's header stays as it was; a new
// object is JSON.
//
// The body should hold something random that changes with every write, so that a
// write is known for one's own if its answer was lost.
func Update(ctx context.Context, b *Bucket, key string, change func(old []byte) ([]byte, error)) error {
	for try := range updates {
		if try > 0 {
			if err := b.pause(ctx, try-1); err != nil {
				return err
			}
		}
		header := Header{ContentType: "application/json"}
		o, old, err := b.Get(ctx, key, Cond{})
		missing := errors.Is(err, ErrNotFound)
		switch {
		case missing:
			old = nil
		case err != nil:
			return err
		default:
			header = Header{ContentType: o.ContentType, CacheControl: o.CacheControl, Metadata: o.Metadata}
			if old == nil {
				old = []byte{}
			}
		}
		body, err := change(old)
		if errors.Is(err, ErrUnchanged) {
			return nil
		}
		if err != nil {
			return err
		}
		if missing {
			_, err = b.Create(ctx, key, body, header)
		} else {
			_, err = b.Replace(ctx, key, body, header, o.ETag)
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrExists), errors.Is(err, ErrChanged), errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict):
		default:
			return err
		}
	}
	return fmt.Errorf("changing %s/%s: %w", b.name, key, ErrConflict)
}

// pause waits before the next try: about 10 ms, growing to at most 0.4 s, half of
// it by chance so that two who collided do not collide again.
func (b *Bucket) pause(ctx context.Context, try int) error {
	longest := min(10*time.Millisecond<<min(try, 10), 400*time.Millisecond)
	var chance [4]byte
	if _, err := io.ReadFull(b.rand, chance[:]); err != nil {
		return err
	}
	wait := longest/2 + longest/2*time.Duration(binary.BigEndian.Uint32(chance[:]))>>32
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}
