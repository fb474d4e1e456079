package cli

import (
	"context"
	"fmt"

	"github.com/pennypost/pennypost/internal/audience"
)

// keysCommand is `pennypost keys`.
type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"Add a new key that signs links from now on; links in sent mails stay good."`
}

// keysRotate is `pennypost keys rotate`.
type keysRotate struct{ changeFlags }

// Run adds a token key. The key that addresses are hashed with never changes, or
// nobody would be found again.
func (c *keysRotate) Run(ctx context.Context, s surroundings) error {
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, around data) error {
		if stop, err := c.sure(ctx, s, around, "add a key that signs links"); stop || err != nil {
			return err
		}
		if err := list.RotateTokens(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(s.out, "Added a key. It signs new links within five minutes; the links in sent mails go on working.")
		return err
	})
}
