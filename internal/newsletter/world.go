package newsletter

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/store"
)

// world is what was published, and how it is to be mailed, at one moment.
type world struct {
	body     []byte // of the catalog; compared by identity
	catalog  *catalog.Catalog
	settings *settings.Settings
}

// look reads the catalog and the settings in it; a catalog that does not exist yet is empty.
func (n *Newsletter) look(ctx context.Context) (*world, error) {
	body, err := n.fetch(ctx, catalog.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	n.mu.Lock()
	w := n.world
	n.mu.Unlock()
	if w != nil && len(w.body) == len(body) && (len(body) == 0 || &w.body[0] == &body[0]) {
		return w, nil
	}
	w = &world{body: body, catalog: catalog.New("")}
	if len(body) > 0 {
		if w.catalog, err = catalog.Decode(body); errors.Is(err, catalog.ErrNewer) {
			return nil, err
		} else if err != nil {
			return nil, damaged("%v", err)
		}
	}
	if w.settings, err = n.complete(w.catalog); err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.world = w
	n.mu.Unlock()
	return w, nil
}

// complete reads the settings in force, with what the surroundings put in for what the
// author leaves open.
func (n *Newsletter) complete(c *catalog.Catalog) (*settings.Settings, error) {
	s, _, err := settings.Parse([]byte(c.Settings))
	if err != nil {
		return nil, fmt.Errorf("the settings in the catalog: %w", err)
	}
	s.Complete(n.SiteURL, n.Domain)
	if !s.Newsletter.UndoSet {
		s.Newsletter.Undo = n.Undo
	}
	return s, nil
}
