package publish

import (
	"bytes"
	"context"
	"errors"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
)

// distrust owes the receipts anew that tell of an output which was not as it should be when
// the sweep, or a run that was to write it, came upon it. A state that was restored from a
// backup takes up a file that was gone in between, and is back as it was, as if nothing had
// been; and its receipt says that it is removed.
func distrust(next *catalog.Catalog, output string) {
	owe := func(key string) {
		if next.Files[key] != nil {
			next.Owed.Receipts[key] = next.Generation
		}
	}
	e := next.Posts[next.Outputs[output].Post]
	if e == nil {
		return
	}
	owe(e.Key)
	for _, ref := range e.Pictures() {
		owe(next.ImageKey(e.Key, ref))
	}
}

// denied tells whether the receipt of a file says that it is gone. Of posts and pictures
// the site tells the sweep that something is wrong with them ([distrust]); of the settings,
// which stay in force when they go, nothing does.
func (p *Publisher) denied(ctx context.Context, key string) (bool, error) {
	_, text, err := p.Content.Get(ctx, receipt.Key(key), store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return bytes.HasPrefix(text, []byte(receipt.Removed)), err
}
