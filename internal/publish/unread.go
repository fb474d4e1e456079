package publish

import (
	"context"
	"errors"
	"slices"

	"github.com/pennypost/pennypost/internal/catalog"
)

// note keeps in mind which of the keys that were to be looked at there was no time for.
func (r *run) note(next *catalog.Catalog, keys, unread []string) {
	before := map[string]catalog.Unread{}
	for _, key := range keys {
		if u, waits := next.Unread[key]; waits {
			before[key] = u
			delete(next.Unread, key)
		}
	}
	for _, key := range unread {
		u := before[key]
		u.Anew = u.Anew || r.anew
		next.Unread[key] = u
	}
}

// toRead notes a key as one that is to be looked at.
func toRead(next *catalog.Catalog, key string) {
	if _, waits := next.Unread[key]; !waits {
		next.Unread[key] = catalog.Unread{}
	}
}

// find adds keys to what is to be looked at, and looks. Noted beforehand, a file that
// ends the process is found out, though no message tells how often it was tried.
func (p *Publisher) find(ctx context.Context, keys []string) error {
	_, err := p.amend(ctx, func(next *catalog.Catalog) bool {
		before := len(next.Unread)
		for _, key := range keys {
			toRead(next, key)
		}
		return len(next.Unread) > before
	})
	if err != nil {
		return err
	}
	return p.catchUp(ctx)
}

// catchUp looks at what is to be looked at: at all of it together, and if that ended
// the process three times, at one key at a time, so that the file which does so is known.
func (p *Publisher) catchUp(ctx context.Context) error {
	var together, alone []string
	_, err := p.amend(ctx, func(next *catalog.Catalog) bool {
		together, alone = nil, nil
		for key, u := range next.Unread {
			if u.Tried >= deaths {
				alone = append(alone, key)
			} else {
				together = append(together, key)
			}
		}
		if len(alone) > 0 {
			return false
		}
		for _, key := range together {
			u := next.Unread[key]
			u.Tried++
			next.Unread[key] = u
		}
		return len(together) > 0
	})
	if err != nil || len(together)+len(alone) == 0 {
		return err
	}
	if len(alone) > 0 {
		slices.SortFunc(alone, textsFirst)
		if err := p.RunAlone(ctx, alone); !errors.Is(err, errLate) {
			return err
		}
		return nil
	}
	return errors.Join(p.Run(ctx, together), p.untry(context.WithoutCancel(ctx), together))
}

// untry notes that the run which looked at keys together came back.
func (p *Publisher) untry(ctx context.Context, keys []string) error {
	_, err := p.amend(ctx, func(next *catalog.Catalog) bool {
		changed := false
		for _, key := range keys {
			if u, waits := next.Unread[key]; waits && u.Tried > 0 {
				u.Tried = 0
				next.Unread[key] = u
				changed = true
			}
		}
		return changed
	})
	return err
}
