package newsletter

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/store"
)

var jsonHeader = store.Header{ContentType: "application/json"}

// errSame is what a change answers when there is nothing to write.
var errSame = errors.New("nothing to change")

// cached is the last known body of a state object.
type cached struct {
	etag string
	body []byte
}

// read gets a state object, by a conditional request if it is at hand. It reports
// store.ErrNotFound.
func (n *Newsletter) read(ctx context.Context, key string, into state) error {
	body, err := n.fetch(ctx, key)
	if err != nil {
		return err
	}
	return decode(key, body, into)
}

// fetch gets an object's body, by a conditional request if it is at hand.
func (n *Newsletter) fetch(ctx context.Context, key string) ([]byte, error) {
	n.mu.Lock()
	have := n.cached[key]
	n.mu.Unlock()
	o, body, err := n.State.Get(ctx, key, store.Cond{IfNoneMatch: have.etag})
	if errors.Is(err, store.ErrNotModified) && have.etag != "" {
		return have.body, nil
	}
	if err != nil {
		n.forget(key)
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.cached) > 4096 { // thousands of held issues must not live in memory for ever
		clear(n.cached)
	}
	n.cached[key] = cached{o.ETag, body}
	return body, nil
}

func (n *Newsletter) forget(key string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.cached, key)
}

// swap changes a state object: read, alter, write, and again if somebody was
// faster. alter may be called several times and must work from its argument alone;
// a missing object is passed as a zero value. errSame writes nothing and is no error.
func swap[T any, P interface {
	*T
	state
}](ctx context.Context, n *Newsletter, b *store.Bucket, key string, alter func(P) error) (P, error) {
	var out P
	var own error
	err := store.Update(ctx, b, key, func(old []byte) ([]byte, error) {
		own = nil
		v := P(new(T))
		if old != nil {
			if own = decode(key, old, v); own != nil {
				return nil, own
			}
		}
		out = v
		if err := alter(v); errors.Is(err, errSame) {
			return nil, store.ErrUnchanged
		} else if err != nil {
			own = err
			return nil, err
		}
		if own = v.check(); own != nil {
			own = fmt.Errorf("%s would be damaged: %v", key, own)
			return nil, own
		}
		var nonce string
		if nonce, own = n.nonce(); own != nil {
			return nil, own
		}
		body, err := encode(v, nonce)
		own = err
		return body, err
	})
	if own != nil {
		return out, own
	}
	if err != nil && !errors.Is(err, store.ErrUnchanged) {
		return out, fmt.Errorf("change %s: %w", key, err)
	}
	return out, nil
}

// create writes a state object that must not exist. If one does, it is returned
// instead, and existed is true; our own write, its answer lost, is told by its nonce.
func create[T any, P interface {
	*T
	state
}](ctx context.Context, n *Newsletter, b *store.Bucket, key string, v P) (found P, existed bool, err error) {
	nonce, err := n.nonce()
	if err != nil {
		return nil, false, err
	}
	if err := v.check(); err != nil {
		return nil, false, fmt.Errorf("%s would be damaged: %v", key, err)
	}
	body, err := encode(v, nonce)
	if err != nil {
		return nil, false, err
	}
	_, err = b.Create(ctx, key, body, jsonHeader)
	if err == nil {
		return v, false, nil
	}
	if !errors.Is(err, store.ErrExists) {
		return nil, false, fmt.Errorf("create %s: %w", key, err)
	}
	_, body, err = b.Get(ctx, key, store.Cond{})
	if err != nil {
		return nil, true, fmt.Errorf("read %s: %w", key, err)
	}
	there := P(new(T))
	if err := decode(key, body, there); err != nil {
		return nil, true, err
	}
	return there, there.marked().Nonce != nonce, nil
}

// loadOutbox reads the outbox; one that does not exist is empty.
func (n *Newsletter) loadOutbox(ctx context.Context) (*outbox, error) {
	o := &outbox{}
	if err := n.read(ctx, outboxKey, o); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return o, nil
}

// changeOutbox swaps the outbox; alter tells whether anything changed.
func (n *Newsletter) changeOutbox(ctx context.Context, alter func(*outbox) bool) (*outbox, error) {
	return swap(ctx, n, n.State, outboxKey, func(o *outbox) error {
		if !alter(o) {
			return errSame
		}
		return nil
	})
}

// loadIssue reads an issue; errNoIssue if there is none.
func (n *Newsletter) loadIssue(ctx context.Context, id string) (*Issue, error) {
	i := &Issue{}
	err := n.read(ctx, issueKey(id), i)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errNoIssue
	}
	if err != nil {
		return nil, err
	}
	return i, nil
}

// changeIssue swaps an issue that exists.
func (n *Newsletter) changeIssue(ctx context.Context, id string, alter func(*Issue) error) (*Issue, error) {
	return swap(ctx, n, n.State, issueKey(id), func(i *Issue) error {
		if i.ID == "" {
			return errNoIssue
		}
		return alter(i)
	})
}
