package publish

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/receipt"
	"github.com/pennypost/pennypost/internal/store"
)

// leftOver reads the receipts of files that are gone: each must say so. One does not
// where file and catalog were lost together, so that no run saw the file go.
func (v *verifier) leftOver(ctx context.Context, there, receipts map[string]string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for _, name := range slices.Sorted(maps.Keys(receipts)) {
		key, is := receipt.Source(name)
		_, owed := v.c.Owed.Receipts[key]
		if !is || !Ours(key) || owed || there[key] != "" || v.c.Files[key] != nil {
			continue
		}
		g.Go(func() error {
			_, text, err := v.Content.Get(ctx, name, store.Cond{})
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			words := bytes.Fields(text)
			if len(words) > 0 && slices.Contains(saysItIsThere, receipt.State(words[0])) {
				v.tell(finding{what: "the receipt of " + key + " says “" + string(words[0]) + "”, and the file is gone", receipt: key})
			}
			return nil
		})
	}
	return g.Wait()
}

// saysItIsThere are the first words of the receipts of files that exist.
var saysItIsThere = []receipt.State{receipt.Published, receipt.Scheduled, receipt.Draft, receipt.Held, receipt.Rejected}
