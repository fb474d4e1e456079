package audience

import (
	"context"
	"sync"
	"time"
)

// Counts is how many there are.
type Counts struct {
	// Each, Weekly and Monthly count those who may be mailed now, by cadence.
	Each, Weekly, Monthly int
	// Paused are active, but not to be mailed now.
	Paused                    int
	Left, Bounced, Complained int
}

// Mailable is how many may be mailed now.
func (c Counts) Mailable() int { return c.Each + c.Weekly + c.Monthly }

func (c *Counts) add(o Counts) {
	c.Each += o.Each
	c.Weekly += o.Weekly
	c.Monthly += o.Monthly
	c.Paused += o.Paused
	c.Left += o.Left
	c.Bounced += o.Bounced
	c.Complained += o.Complained
}

// count adds one record to the sum.
func (c *Counts) count(s *Subscriber, now time.Time) {
	switch {
	case s.Status == Left:
		c.Left++
	case s.Status == Bounced:
		c.Bounced++
	case s.Status == Complained:
		c.Complained++
	case s.Status != Active:
	case !s.Mailable(now):
		c.Paused++
	case s.Cadence == Weekly:
		c.Weekly++
	case s.Cadence == Monthly:
		c.Monthly++
	default:
		c.Each++
	}
}

// counted is the sum over one shard as it was with this ETag; it holds until
// somebody's pause ends.
type counted struct {
	etag  string
	sum   Counts
	until time.Time // zero: nobody is paused
}

// Count counts everybody. What did not change since the last call is not read
// again, so that telling the author how many will be mailed stays cheap.
func (a *Audience) Count(ctx context.Context) (Counts, error) {
	found, err := a.list(ctx)
	if err != nil {
		return Counts{}, err
	}
	now := a.now()
	var sum Counts
	var stale []foundShard
	a.countMu.Lock()
	for _, f := range found {
		c, ok := a.counted[ShardKey(f.n)]
		if ok && c.etag == f.etag && (c.until.IsZero() || now.Before(c.until)) {
			sum.add(c.sum)
		} else {
			stale = append(stale, f)
		}
	}
	a.countMu.Unlock()

	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards sum and first
		first error
		slots = make(chan struct{}, 8)
	)
	for _, f := range stale {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			c, err := a.countShard(ctx, f, now)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				first = err
				return
			}
			sum.add(c.sum)
		})
	}
	wg.Wait()
	return sum, first
}

func (a *Audience) countShard(ctx context.Context, f foundShard, now time.Time) (counted, error) {
	records, err := a.Shard(ctx, f.n)
	if err != nil {
		return counted{}, err
	}
	c := counted{etag: f.etag}
	for i := range records {
		r := &records[i]
		c.sum.count(r, now)
		if r.Status == Active && now.Before(r.Paused) && (c.until.IsZero() || r.Paused.Before(c.until)) {
			c.until = r.Paused
		}
	}
	// Read after listing, so it may be newer than the ETag says: then the next call
	// reads once more, never too seldom.
	a.countMu.Lock()
	a.counted[ShardKey(f.n)] = c
	a.countMu.Unlock()
	return c, nil
}

// CountTopics counts those who may be mailed now by the topics they chose; the
// empty topic stands for those who want all. It reads every shard.
func (a *Audience) CountTopics(ctx context.Context) (map[string]int, error) {
	now := a.now()
	sum := map[string]int{}
	for records, err := range a.Shards(ctx) {
		if err != nil {
			return nil, err
		}
		for i := range records {
			r := &records[i]
			if !r.Mailable(now) {
				continue
			}
			if len(r.Topics) == 0 {
				sum[""]++
			}
			for _, t := range r.Topics {
				sum[t]++
			}
		}
	}
	return sum, nil
}
