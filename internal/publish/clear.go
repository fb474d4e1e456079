package publish

import (
	"context"
	"errors"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/site"
)

// clear is step 6: it commits what was applied. A pending entry is cleared only
// if it is, to digest and nonce, what this run applied. Where this run wrote or
// deleted what is not wanted any more, or met what the catalog does not know of,
// the output is marked anew, even if it is pending already: so whoever cleared or
// is about to clear it does it again. It reports whether there is more to apply.
func (r *run) clear(ctx context.Context, from *version, done *applied) (more bool, err error) {
	if len(done.touched) == 0 && len(done.failed) == 0 {
		return false, nil
	}
	reserved := false
	_, err = r.amend(ctx, func(next *catalog.Catalog) bool {
		more = false
		changed := false
		for key, t := range done.touched {
			now, waits := next.Pending[key]
			known := next.Outputs[key]
			wanted := known.Digest
			if waits {
				wanted = now.Digest
			}
			switch {
			case t.left && (waits || known.ETag == t.etag):
				// Somebody else sees to it, or has done so.
			case wanted == "" && !waits && site.Kept(key):
				// Nobody wants it any more, and pages of before still show it: it may stay.
			case t.left || t.digest != wanted:
				next.Pending[key] = catalog.Pending{Digest: wanted, Nonce: next.Nonce}
				changed, more = true, true
			case waits && now != from.catalog.Pending[key]:
				// Wanted again by another run, which writes the very same.
			case waits || known.ETag != t.etag:
				if e := next.Posts[t.post]; e != nil && now.Fails > 0 {
					next.Owed.Receipts[e.Key] = next.Generation // it says that the page could not be made
				}
				delete(next.Pending, key)
				next.Outputs[key] = catalog.Output{Digest: t.digest, ETag: t.etag, Post: t.post}
				if t.digest == "" {
					delete(next.Outputs, key)
				}
				if !site.Kept(key) {
					next.Owed.Invalidation = next.Generation
				}
				changed = true
			}
		}
		for key, err := range done.failed {
			if errors.Is(err, errHeld) {
				continue // not its fault
			}
			if now, waits := next.Pending[key]; waits && now == from.catalog.Pending[key] {
				now.Fails++
				next.Pending[key] = now
				changed = true
			}
		}
		reserved = changed && reserve(next, r.Now())
		return changed
	})
	if err == nil && reserved {
		r.clearing = true
	}
	return more, err
}
