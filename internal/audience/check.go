package audience

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/store"
)

// Check reads the whole audience and says what is wrong with it, a line each in plain
// words and without addresses. Nothing can be mended by itself: an earlier version of
// the object is the cure. A [*VersionError] is reported where a newer program is at work.
func (a *Audience) Check(ctx context.Context) ([]string, error) {
	var found []string
	newer := func(err error) bool { v := (*VersionError)(nil); return errors.As(err, &v) }
	there, err := a.list(ctx)
	if err != nil {
		return nil, err
	}
	_, body, err := a.state.Get(ctx, KeysKey, store.Cond{})
	switch {
	case errors.Is(err, store.ErrNotFound) && len(there) > 0:
		found = append(found, KeysKey+" is gone, and without it no subscriber is found again: restore its last version")
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		if _, err := decodeKeys(body); newer(err) {
			return nil, err
		} else if err != nil {
			found = append(found, fmt.Sprintf("%v: restore its last whole version", err))
		}
	}
	for _, f := range there {
		switch _, err := a.read(ctx, f.n); {
		case err == nil || errors.Is(err, store.ErrNotFound):
		case newer(err):
			return nil, err
		case errors.As(err, new(*damagedError)):
			found = append(found, fmt.Sprintf("%v: restore its last whole version", err))
		default:
			return nil, err
		}
	}
	return found, nil
}
