package publish

import (
	"context"

	"github.com/pennypost/pennypost/internal/catalog"
)

// clear is step 6: it commits what was applied. A pending entry is cleared only
// if it is, to digest and nonce, what this run applied. Where this run wrote,
// deleted or met what is no longer wanted, the output is marked anew, so that
// whatever the bucket holds now is replaced by what is wanted. It reports whether
// there is more to apply.
func (r *run) clear(ctx context.Context, from *version, done *applied) (more bool, err error) {
	if len(done.touched) == 0 && len(done.failed) == 0 {
		return false, nil
	}
	_, err = r.amend(ctx, func(next *catalog.Catalog) bool {
		more = false
		changed := false
		for key, t := range done.touched {
			mine := from.catalog.Pending[key]
			now, waits := next.Pending[key]
			switch {
			case waits && !t.left && now == mine:
				delete(next.Pending, key)
				changed = true
				if t.digest == "" {
					delete(next.Outputs, key)
				} else {
					next.Outputs[key] = catalog.Output{Digest: t.digest, ETag: t.etag}
				}
				if !r.immutable(key) {
					next.Owed.Invalidation = next.Generation
				}
			case !waits && next.Outputs[key].Digest == t.digest && !t.left:
				// Another run has recorded the very same; equal inputs give equal bytes.
				if next.Outputs[key].ETag != t.etag && t.digest != "" {
					next.Outputs[key] = catalog.Output{Digest: t.digest, ETag: t.etag}
					changed = true
				}
			default:
				wanted := next.Outputs[key].Digest
				if waits {
					wanted = now.Digest
				}
				next.Pending[key] = catalog.Pending{Digest: wanted, Nonce: next.Nonce}
				changed, more = true, true
			}
		}
		for key := range done.failed {
			if now, waits := next.Pending[key]; waits && now == from.catalog.Pending[key] {
				now.Fails++
				next.Pending[key] = now
				changed = true
			}
		}
		return changed
	})
	return more, err
}
