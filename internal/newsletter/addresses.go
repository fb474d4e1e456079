package newsletter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/pennypost/pennypost/internal/audience"
)

// addressee is where the mail for a place on the list goes now.
type addressee struct{ email, token string }

// addresses looks up the people of some claims as they are at this moment: who
// left, bounced, paused or was erased since the freeze has no addressee, who moved
// has their new one. Each shard is read once.
func (n *Newsletter) addresses(ctx context.Context, l *list, claims []claim, gone leavings) (map[string]*addressee, error) {
	tokens, err := n.Audience.Tokens(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	shards := map[int][]string{}
	for _, c := range claims {
		for at := c.From; at < c.To; at++ {
			uid := l.place(at)
			shard, err := audience.ShardOf(uid)
			if err != nil {
				return nil, fmt.Errorf("place %d of the list: %w", at, err)
			}
			shards[shard] = append(shards[shard], uid)
		}
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards people and errs
		found = map[string]*addressee{}
		errs  []error
		slots = make(chan struct{}, 8)
	)
	now := n.Now()
	for _, shard := range slices.Sorted(maps.Keys(shards)) {
		uids := shards[shard]
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			people, err := n.fromShard(ctx, l, shard, uids)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			for uid, s := range people {
				if s.Mailable(now) && !gone.has(s) {
					found[uid] = &addressee{email: s.Email, token: tokens.Sign(audience.ForSubscriber, s.UID)}
				}
			}
		})
	}
	wg.Wait()
	return found, errors.Join(errs...)
}

// fromShard finds the records of uids in one shard and follows those that moved.
func (n *Newsletter) fromShard(ctx context.Context, l *list, shard int, uids []string) (map[string]*audience.Subscriber, error) {
	records, err := n.Audience.Shard(ctx, shard)
	if err != nil {
		return nil, err
	}
	people := make(map[string]*audience.Subscriber, len(uids))
	for _, uid := range uids {
		k, ok := slices.BinarySearchFunc(records, uid, func(s audience.Subscriber, uid string) int {
			switch {
			case s.UID < uid:
				return -1
			case s.UID > uid:
				return 1
			}
			return 0
		})
		if !ok {
			continue
		}
		s, err := n.carriesOn(ctx, &records[k])
		if err != nil {
			return nil, err
		}
		if s != nil && (s.UID == uid || !l.twice(uid, s)) {
			people[uid] = s
		}
	}
	return people, nil
}

// carriesOn is the record of somebody as they are mailed now: the one that theirs leads to,
// or is about to; nil if there is none any more.
func (n *Newsletter) carriesOn(ctx context.Context, s *audience.Subscriber) (*audience.Subscriber, error) {
	if s.Status == audience.Moved {
		on, err := n.Audience.ByUID(ctx, s.UID)
		if errors.Is(err, audience.ErrNotFound) {
			return nil, nil
		}
		return &on, err
	}
	half, err := n.Audience.Arriving(ctx, s)
	if err != nil || half == nil || half.Status != audience.Active {
		return s, err
	}
	return half, nil
}

// twice tells whether somebody who moved is on the list under the uid they have
// now, or under another one they had that comes first: then that place counts.
func (l *list) twice(uid string, s *audience.Subscriber) bool {
	if l.holds(s.UID) {
		return true
	}
	return slices.ContainsFunc(s.Former, func(f string) bool { return f < uid && l.holds(f) })
}

func (l *list) holds(uid string) bool {
	return len(uid) == audience.UIDLen && slices.ContainsFunc(l.head.Groups, func(g group) bool { return l.find(g, uid) >= 0 })
}
