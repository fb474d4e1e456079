package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
)

// markKey is an object beside the receipts that names the last commit of which receipts may
// tell. Receipts lie in the content bucket and are not restored with the state: a catalog in
// whose past there is no such commit was restored from a backup, and the receipts may tell of
// what happened since that backup.
const markKey = "receipts/mark"

// mark is what that object says, and which version of the object does; no etag: there is none.
type mark struct{ commit, etag string }

func (p *Publisher) mark(ctx context.Context) (mark, error) {
	o, body, err := p.Content.Get(ctx, markKey, store.Cond{Limit: 64})
	if errors.Is(err, store.ErrNotFound) {
		return mark{}, nil
	}
	if err != nil && !errors.Is(err, store.ErrTooLarge) { // what is not ours names no commit
		return mark{}, fmt.Errorf("reading %s: %w", markKey, err)
	}
	return mark{string(bytes.TrimSpace(body)), o.ETag}, nil
}

// past makes sure that the mark names a commit in the catalog's past, and returns the
// version in force then. If it does not, each receipt there is has to be written anew.
func (p *Publisher) past(ctx context.Context, v *version) (*version, mark, error) {
	if v.etag == "" {
		return v, mark{}, nil // the one that is to be made anew from what there is
	}
	for try := 0; ; try++ {
		is, err := p.mark(ctx)
		if err != nil || is.etag == "" || slices.Contains(v.catalog.Marks, is.commit) {
			return v, is, err
		}
		// Or another run is ahead of this version. The mark moves only to what is committed
		// already: if it still stands when the catalog was read, the catalog would know it.
		if v, err = p.load(ctx); err != nil || slices.Contains(v.catalog.Marks, is.commit) {
			return v, is, err
		}
		again, err := p.mark(ctx)
		if err != nil {
			return v, is, err
		}
		if again == is {
			p.Log.Warn("the receipts tell of what this catalog never saw, as after a restore: all are written anew")
			v, err = p.disown(ctx, is)
			return v, is, err
		}
		if err := p.backoff(ctx, try); err != nil {
			return v, is, err
		}
	}
}

// disown owes all receipts anew, and takes a mark for one of the catalog's own. A file that
// has a receipt and is not known is looked at: if it is gone, nobody knows but its receipt.
func (p *Publisher) disown(ctx context.Context, foreign mark) (*version, error) {
	receipts, err := p.receipts(ctx)
	if err != nil {
		return nil, err
	}
	return p.amend(ctx, func(next *catalog.Catalog) bool {
		if slices.Contains(next.Marks, foreign.commit) {
			return false // another run was faster
		}
		next.Marks = append(next.Marks, foreign.commit)
		for key := range next.Files {
			next.Owed.Receipts[key] = next.Generation
		}
		for name := range receipts {
			if key, is := receipt.Source(name); is && Ours(key) && next.Files[key] == nil {
				toRead(next, key)
			}
		}
		return true
	})
}

// maxMarks is how many commits are remembered that owe receipts which cannot be written:
// if the mark names an older one, all are written anew, which does no harm.
const maxMarks = 500

// noteMark remembers a commit to come if it owes receipts.
func noteMark(next *catalog.Catalog) {
	for _, generation := range next.Owed.Receipts {
		if generation == next.Generation {
			next.Marks = append(next.Marks, next.Nonce)
			next.Marks = next.Marks[max(0, len(next.Marks)-maxMarks):]
			return
		}
	}
}

// forgetMarks forgets the commits before the one that the mark named.
func forgetMarks(next *catalog.Catalog, named string) bool {
	at := slices.Index(next.Marks, named)
	if at > 0 {
		next.Marks = next.Marks[at:]
	}
	return at > 0
}

// setMark makes the mark name the last commit that owed receipts, before any is written
// that tells of it, and returns the version in force then.
func (p *Publisher) setMark(ctx context.Context, v *version) (*version, error) {
	for try := 0; ; try++ {
		var is mark
		var err error
		v, is, err = p.past(ctx, v)
		if err != nil || len(v.catalog.Marks) == 0 { // what is owed was so before there were marks
			return v, err
		}
		last := v.catalog.Marks[len(v.catalog.Marks)-1]
		if is.commit == last {
			return v, nil
		}
		header := store.Header{ContentType: "text/plain; charset=utf-8", CacheControl: "no-store"}
		_, err = p.Content.Swap(ctx, markKey, []byte(last+"\n"), header, is.etag)
		if err == nil {
			return v, nil
		}
		if !lostRace(err) {
			return v, fmt.Errorf("writing %s: %w", markKey, err)
		}
		if err := p.backoff(ctx, try); err != nil {
			return v, err
		}
		if v, err = p.load(ctx); err != nil {
			return nil, err
		}
	}
}
