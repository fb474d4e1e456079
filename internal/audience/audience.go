// Package audience keeps the subscribers: who they are, how often they want mail,
// that they agreed to it, and that they left. Records live in 256 objects of the
// state bucket, spread by a keyed hash of the address, and are changed only by
// compare-and-swap. The package also signs the tokens in mails and forms.
package audience

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// ErrNotFound means that nobody has this address or uid.
var ErrNotFound = errors.New("no such subscriber")

// Options is what an audience needs of the world.
type Options struct {
	State *store.Bucket
	Now   func() time.Time // nil: the machine's clock
	Rand  io.Reader        // cryptographically strong; nil: the machine's
}

// Audience is the door to all subscribers. It is safe for concurrent use.
type Audience struct {
	state *store.Bucket
	now   func() time.Time
	rand  io.Reader

	turn   chan struct{} // whoever holds it reads the keys; guards those at hand
	ring   *keyring
	ringAt time.Time

	countMu sync.Mutex // guards the counts at hand
	counted map[string]counted
}

// Open makes the audience of a state bucket. It reads nothing yet.
func Open(o Options) *Audience {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &Audience{state: o.State, now: o.Now, rand: &lockedReader{r: o.Rand}, turn: make(chan struct{}, 1), counted: map[string]counted{}}
}

// lockedReader lets several goroutines draw from a source that may not like it.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

// Get finds a subscriber by address in any spelling, whatever their status.
func (a *Audience) Get(ctx context.Context, address string) (Subscriber, error) {
	ring, err := a.keys(ctx, keysFor)
	if err != nil {
		return Subscriber{}, err
	}
	s, err := a.read(ctx, ring.fingerprint(address).shard())
	if err != nil {
		return Subscriber{}, err
	}
	r := s.byAddress(address)
	if r == nil {
		return Subscriber{}, ErrNotFound
	}
	return *r, nil
}

// maxMoves is how many changes of address are followed.
const maxMoves = 50

// ByUID finds a subscriber by uid, whatever their status. A record that moved is
// followed, so the answer's UID may be another; its Former then holds the one asked for.
func (a *Audience) ByUID(ctx context.Context, uid string) (Subscriber, error) {
	for range maxMoves {
		n, err := ShardOf(uid)
		if err != nil {
			return Subscriber{}, ErrNotFound
		}
		s, err := a.read(ctx, n)
		if err != nil {
			return Subscriber{}, err
		}
		r := s.byUID(uid)
		if r == nil {
			return Subscriber{}, ErrNotFound
		}
		if r.MovedTo == "" {
			return *r, nil
		}
		uid = r.MovedTo
	}
	return Subscriber{}, ErrNotFound
}

// Shard gives every record of shard n (0 to 255), sorted by uid, whatever their
// status; none if the shard does not exist.
func (a *Audience) Shard(ctx context.Context, n int) ([]Subscriber, error) {
	s, err := a.read(ctx, n)
	if err != nil {
		return nil, err
	}
	return s.Subscribers, nil
}

// Shards goes through all records that exist, shard by shard in the order of uids.
// One shard is in memory at a time, and the next one on its way. After an error
// it ends.
func (a *Audience) Shards(ctx context.Context) iter.Seq2[[]Subscriber, error] {
	return func(yield func([]Subscriber, error) bool) {
		found, err := a.list(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		type result struct {
			records []Subscriber
			err     error
		}
		ctx, cancel := context.WithCancel(ctx)
		next := make(chan result) // unbuffered: the reader is never more than one ahead
		done := make(chan struct{})
		defer func() { cancel(); <-done }()
		go func() {
			defer close(done)
			defer close(next)
			for _, f := range found {
				records, err := a.Shard(ctx, f.n)
				select {
				case next <- result{records, err}:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		}()
		for r := range next {
			if !yield(r.records, r.err) || r.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// foundShard is a shard that exists.
type foundShard struct {
	n    int
	etag string
}

// list tells which shards exist, with their ETags: one request.
func (a *Audience) list(ctx context.Context) ([]foundShard, error) {
	var found []foundShard
	after, more := "", true
	for more {
		var objects []store.Object
		var err error
		objects, more, err = a.state.List(ctx, "audience/", after, 1000)
		if err != nil {
			return nil, fmt.Errorf("list the audience: %w", err)
		}
		for _, o := range objects {
			after = o.Key
			var n int
			if _, err := fmt.Sscanf(o.Key, "audience/%02x.json", &n); err == nil && o.Key == ShardKey(n) {
				found = append(found, foundShard{n, o.ETag})
			}
		}
		if len(objects) == 0 {
			break
		}
	}
	return found, nil
}

// read loads shard n; one that does not exist is empty.
func (a *Audience) read(ctx context.Context, n int) (*shard, error) {
	_, body, err := a.state.Get(ctx, ShardKey(n), store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return decodeShard(n, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", ShardKey(n), err)
	}
	return decodeShard(n, body)
}

// errSame is what a change answers when there is nothing to write.
var errSame = errors.New("nothing to change")

// change swaps shard n: read, alter, write, and again if somebody was faster. alter
// may be called several times and must work from its argument alone. If it
// answers errSame nothing is written and change succeeds.
func (a *Audience) change(ctx context.Context, n int, alter func(*shard) error) error {
	var own error
	err := store.Update(ctx, a.state, ShardKey(n), func(old []byte) ([]byte, error) {
		own = nil
		s, err := decodeShard(n, old)
		if err != nil {
			own = err
			return nil, err
		}
		if err := alter(s); errors.Is(err, errSame) {
			return nil, store.ErrUnchanged
		} else if err != nil {
			own = err
			return nil, err
		}
		return s.encode(a.rand)
	})
	if own != nil {
		return own
	}
	if err != nil {
		return fmt.Errorf("change %s: %w", ShardKey(n), err)
	}
	return nil
}
