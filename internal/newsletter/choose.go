package newsletter

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// chosen is what an issue is going to contain.
type chosen struct {
	offers  []offer
	carried []string // what the next digest of the kind must look at again
	earlier []*Issue // issues with lists that may hold somebody for one of the posts
}

// choose decides which posts an issue contains.
func (n *Newsletter) choose(ctx context.Context, w *world, i *Issue) (chosen, error) {
	if i.Kind == Instant {
		e := w.catalog.Posts[i.Post]
		return chosen{offers: []offer{offerOf(w, e, i)}}, nil
	}
	var posts []string
	for id, e := range w.catalog.Posts {
		if e.Kind == post.Article && e.Seq > i.After && e.Seq <= i.To {
			posts = append(posts, id)
		}
	}
	for id, t := range w.catalog.Tombstones {
		if t.Kind == post.Article && t.Seq > i.After && t.Seq <= i.To {
			posts = append(posts, id)
		}
	}
	for _, id := range i.Carry {
		if !slices.Contains(posts, id) {
			posts = append(posts, id)
		}
	}
	slices.Sort(posts)
	issues, err := n.instants(ctx, posts)
	if err != nil {
		return chosen{}, err
	}
	var c chosen
	var oldest time.Time
	for _, id := range posts {
		own, e := issues[id], w.catalog.Posts[id]
		pending := false
		if e != nil {
			_, pending = pendingPage(w.catalog, e)
		}
		switch {
		case own == nil:
			// Not announced (yet): the page may not be out, or the post was gone before it was
			// announced, and returns under its old number. After a loss of the state nobody
			// knows who has had it, and then it is not worth asking for ever.
			known := e
			if t, gone := w.catalog.Tombstones[id]; gone && known == nil {
				known = &t.Entry
			}
			if known != nil && (known.GoLive.IsZero() || n.Now().Sub(known.GoLive) < forgetAfter) { // a draft has yet to get its time
				c.carried = append(c.carried, id)
			}
		case own.State == Cancelled || own.State == Closed && !own.begun():
			// The author's word, or silence: it is in no mail.
		case own.Lost:
		case !own.begun() || own.State == Held || mailable(e) != "" || pending:
			c.carried = append(c.carried, id)
		default:
			o := offerOf(w, e, own)
			if len(c.offers) == 0 || o.Since.Before(oldest) {
				oldest = o.Since
			}
			c.offers = append(c.offers, o)
			c.earlier = append(c.earlier, own)
		}
	}
	slices.SortFunc(c.offers, func(a, b offer) int { return newestFirst(w.catalog.Posts[a.ID], w.catalog.Posts[b.ID]) })
	if len(c.offers) > 0 {
		digests, err := n.digestsSince(ctx, oldest, i.ID)
		if err != nil {
			return chosen{}, err
		}
		for _, d := range digests {
			if slices.ContainsFunc(c.offers, func(o offer) bool { return d.holds(o.ID) }) {
				c.earlier = append(c.earlier, d)
			}
		}
	}
	c.reachBack()
	return c, nil
}

// lateness is how long after they asked a subscriber's change may be written: longer than
// the request that writes it is given, its last attempt included.
const lateness = 2 * time.Minute

// reachBack offers posts to whoever may have changed their cadence too late for an earlier
// list. Such a list was read from a moment on, and who asked for its cadence just before
// that, but was written just after, is not in it; nor would they be owed the post here if
// they asked before it could first be mailed.
func (c *chosen) reachBack() {
	for k := range c.offers {
		o := &c.offers[k]
		for _, e := range c.earlier {
			if from := e.Frozen.Add(-lateness); e.holds(o.ID) && from.Before(o.Since) {
				o.Since = from
			}
		}
	}
}

// forgetAfter is how long a post without an issue of its own is offered to digests.
const forgetAfter = 60 * 24 * time.Hour

// offerOf is what decides who is owed a post; own is the post's own issue. A date that
// the author changed after the post was mailed is none at which it first could be: who
// changed their cadence in between would belong to no issue of it.
func offerOf(w *world, e *catalog.Entry, own *Issue) offer {
	since := own.Opened
	if own.Released.After(since) {
		since = own.Released
	}
	if e.GoLive.After(since) && (!own.begun() || !e.GoLive.After(own.Frozen)) {
		since = e.GoLive
	}
	return offer{ID: e.ID, Mailing: e.Mailing, Topics: topicsOf(&e.Meta, w.settings.Topics), Since: since}
}

func newestFirst(a, b *catalog.Entry) int {
	if c := b.Shown().Compare(a.Shown()); c != 0 {
		return c
	}
	return int(min(max(b.Seq-a.Seq, -1), 1))
}

// instants reads the own issues of posts; those that do not exist are left out.
func (n *Newsletter) instants(ctx context.Context, posts []string) (map[string]*Issue, error) {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex // guards found and errs
		found = make(map[string]*Issue, len(posts))
		errs  []error
		slots = make(chan struct{}, 8)
	)
	for _, id := range posts {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			i, err := n.loadIssue(ctx, InstantID(id))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				found[id] = i
			} else if !errors.Is(err, errNoIssue) {
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return found, errors.Join(errs...)
}

// digestsSince reads the digests that were due at or after a moment, both kinds,
// but for one.
func (n *Newsletter) digestsSince(ctx context.Context, since time.Time, but string) ([]*Issue, error) {
	var found []*Issue
	for _, k := range []Kind{Weekly, Monthly} {
		// Ids sort by time. A digest is named by when it is due, to the week or month.
		s := schedule{kind: k, loc: time.UTC}
		after := "issues/" + string(k) + "-" + s.period(since.AddDate(0, 0, -32))
		ids, err := n.issueIDs(ctx, "issues/"+string(k)+"-", after)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if id == but {
				continue
			}
			i, err := n.loadIssue(ctx, id)
			if errors.Is(err, errNoIssue) {
				continue
			}
			if err != nil {
				return nil, err
			}
			found = append(found, i)
		}
	}
	return found, nil
}
