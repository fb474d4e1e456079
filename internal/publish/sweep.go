package publish

import (
	"context"
	"errors"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/store"
)

// chunk is how many objects a sweep lists before it commits how far it came.
const chunk = 20_000

// sweepDue tells whether to sweep: while one is under way, hourly, and once after
// the catalog has come to rest, because a run that was overtaken and died right
// after its PUT leaves the site wrong without a trace in the catalog.
func (p *Publisher) sweepDue(c *catalog.Catalog, now time.Time, first bool) bool {
	setBack := c.Sweep.Done.Sub(now) > time.Minute
	return first || setBack || c.Sweep.Bucket != "" || now.Sub(c.Sweep.Done) >= sweepEvery ||
		c.Changed.After(c.Sweep.Done) && now.Sub(c.Changed) > p.Patience
}

// Sweep compares both buckets with the catalog: content that is not as the
// catalog knows it is looked at as if an event had told of it; an output that is
// missing, changed or an orphan is marked as pending. It writes nothing to the
// site itself. It goes on where the last call ended and returns when it is
// through or its share is done. What there is no time to read, a later tick reads.
func (p *Publisher) Sweep(ctx context.Context) error {
	v, err := p.load(ctx)
	if err != nil {
		return err
	}
	if v, _, err = p.past(ctx, v); err != nil {
		return err
	}
	at := v.catalog.Sweep
	if at.Bucket != "site" {
		done, after, keys, err := p.sweepContent(ctx, v.catalog, at.After)
		if err != nil {
			return err
		}
		if len(keys) > 0 {
			if err := p.find(ctx, keys); err != nil {
				return err
			}
		}
		at = catalog.Sweep{Done: at.Done, Bucket: "content", After: after}
		if done {
			at = catalog.Sweep{Done: at.Done, Bucket: "site"}
		}
	}
	if at.Bucket == "site" {
		if at, err = p.sweepSite(ctx, at); err != nil {
			return err
		}
	}
	v, err = p.amend(ctx, func(next *catalog.Catalog) bool {
		next.Sweep = at
		if at.Bucket == "" {
			next.Sweep.Done = p.Now().Add(time.Millisecond) // after this very commit
			if next.Reader == "" {
				next.Reader = reader
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	// A new version of the program may make other pages of the same content. Where nothing
	// was ever written there is nothing to renew, and perhaps the settings are on their way.
	if at.Bucket == "" && len(v.catalog.Outputs) > 0 || len(v.catalog.Pending) > 0 || len(v.catalog.Owed.Receipts) > 0 || len(v.catalog.Owed.Announce) > 0 || dueBy(v.catalog, p.Now()) {
		return p.Run(ctx, nil)
	}
	return nil
}

// sweepContent lists a chunk of the author's files and names the keys that are
// not as the catalog knows them.
func (p *Publisher) sweepContent(ctx context.Context, c *catalog.Catalog, from string) (done bool, after string, keys []string, err error) {
	there, err := list(ctx, p.Content, catalog.Root, from, p.chunk)
	if err != nil {
		return false, "", nil, err
	}
	for key, etag := range there.etags {
		if f := c.Files[key]; Ours(key) && (f == nil || f.ETag != etag) {
			keys = append(keys, key)
		}
	}
	for key := range c.Files {
		if there.lacks(key) {
			keys = append(keys, key)
		}
	}
	return !there.more, there.last, keys, nil
}

// sweepSite lists a chunk of the site and marks what differs. What is pending is
// left alone: somebody sees to it.
func (p *Publisher) sweepSite(ctx context.Context, at catalog.Sweep) (catalog.Sweep, error) {
	there, err := list(ctx, p.Site, "", at.After, p.chunk)
	if err != nil {
		return at, err
	}
	lost, left, err := p.lastGood(ctx, there)
	if err != nil {
		return at, err
	}
	_, err = p.amend(ctx, func(next *catalog.Catalog) bool {
		marked := false
		mark := func(key, digest string) {
			next.Pending[key] = catalog.Pending{Digest: digest, Nonce: next.Nonce}
			marked = true
		}
		for key, etag := range there.etags {
			out, known := next.Outputs[key]
			_, waits := next.Pending[key]
			if waits || known && out.ETag == etag || !known && site.Kept(key) {
				continue
			}
			if is, ok := left[key]; ok && is.was == out && unmakeable(next, key) {
				next.Outputs[key] = is.now
				marked = true
				continue
			}
			mark(key, out.Digest)
		}
		for key, out := range next.Outputs {
			if _, waits := next.Pending[key]; waits || !there.lacks(key) {
				continue
			}
			mark(key, out.Digest)
			if lost[key] == out && unmakeable(next, key) {
				delete(next.Outputs, key)
			}
		}
		return marked
	})
	if err != nil {
		return at, err
	}
	if there.more {
		return catalog.Sweep{Done: at.Done, Bucket: "site", After: there.last}, nil
	}
	return catalog.Sweep{Done: at.Done}, nil
}

// leftBehind is an output as the catalog knows it, and as it is.
type leftBehind struct{ was, now catalog.Output }

// lastGood looks at the outputs that are not as the catalog knows them and cannot be made
// again: the last good pages of texts that cannot be read now. Lost are those that are
// certainly not there: the lists must not lead to one; its post waits for a better upload.
// Left are those that another run of ours wrote, overtaken by the broken upload: they stay.
func (p *Publisher) lastGood(ctx context.Context, there listing) (lost map[string]catalog.Output, left map[string]leftBehind, err error) {
	v, err := p.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	lost, left = map[string]catalog.Output{}, map[string]leftBehind{}
	for key, out := range v.catalog.Outputs {
		etag, found := there.etags[key]
		if _, waits := v.catalog.Pending[key]; waits || !(there.lacks(key) || found && etag != out.ETag) || !unmakeable(v.catalog, key) {
			continue
		}
		o, err := p.Site.Head(ctx, key) // another run may have written it after the listing
		switch {
		case errors.Is(err, store.ErrNotFound):
			lost[key] = out
		case err != nil:
			return nil, nil, err
		case o.Metadata["digest"] != "":
			left[key] = leftBehind{out, catalog.Output{Digest: o.Metadata["digest"], ETag: o.ETag, Post: out.Post}}
		}
	}
	return lost, left, nil
}

// unmakeable tells whether an output is the page of a post whose text cannot be read now.
func unmakeable(c *catalog.Catalog, key string) bool {
	e := c.Posts[c.Outputs[key].Post]
	return e != nil && !c.Current(e) && site.Key(e.Path) == key
}

// listing is a chunk of a bucket: what was there of the keys behind from, up to and
// with last if there is more.
type listing struct {
	etags      map[string]string
	from, last string
	more       bool
}

// lacks tells whether a key belongs into the chunk and was not there. Of a key that
// another chunk is about it tells nothing.
func (l listing) lacks(key string) bool {
	_, found := l.etags[key]
	return !found && key > l.from && (!l.more || key <= l.last)
}

// list lists a bucket's keys behind one until it has a number of them.
func list(ctx context.Context, b *store.Bucket, prefix, from string, size int) (listing, error) {
	l := listing{etags: map[string]string{}, from: from, last: from}
	for len(l.etags) < size {
		objects, more, err := b.List(ctx, prefix, l.last, min(1000, size))
		if err != nil {
			return listing{}, err
		}
		for _, o := range objects {
			l.etags[o.Key] = o.ETag
			l.last = o.Key
		}
		if l.more = more; !more {
			break
		}
	}
	return l, nil
}
