package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/site"
)

// maxRounds is how often a run starts over because what it read was replaced or
// what it wrote was overtaken; what is left is pending, for the next tick.
const maxRounds = 8

// run is one run of the publish steps.
type run struct {
	*Publisher
	observer *observer
	anew     bool // read all keys, known or not
	report   Report
	planned  *site.Plan // the last plan made
}

// Run makes the site equal the content at the given keys. It may be given keys
// that do not exist, that have not changed, or the same ones again. It returns
// once everything it found is on the site; with an error, what it committed is
// finished by the next run.
//
//  1. Load the catalog.
//  2. Look at each key as it is now.
//  3. Settle paths over all posts, plan all outputs, compare with what is there.
//  4. Commit what is known, what is pending, what is owed.
//  5. Apply what is pending (apply.go).
//  6. Commit what was applied (clear.go).
//  7. Announce, write receipts, clear the CDN (owed.go).
func (p *Publisher) Run(ctx context.Context, keys []string) error {
	return p.start(ctx, keys, false)
}

func (p *Publisher) start(ctx context.Context, keys []string, anew bool) error {
	if p.Alone {
		p.turn.Lock()
		defer p.turn.Unlock()
	}
	r := &run{
		Publisher: p,
		observer:  &observer{content: p.Content, seen: map[string]catalog.Seen{}},
		anew:      anew,
	}
	r.report.clock = time.Now()
	work := map[string]bool{}
	for _, key := range keys {
		if Ours(key) {
			work[key] = true
		}
	}
	err := r.rounds(ctx, work)
	if owedErr := r.settleOwed(ctx); err == nil {
		err = owedErr
	}
	r.report.Took, r.report.Err = time.Since(r.report.clock), err
	if p.Say != nil {
		p.Say(&r.report)
	}
	return err
}

func (r *run) rounds(ctx context.Context, work map[string]bool) error {
	for round := 0; ; round++ {
		v, plan, err := r.commitPlan(ctx, work)
		if err != nil {
			return err
		}
		if len(v.catalog.Pending) == 0 {
			return nil
		}
		done := r.apply(ctx, v, plan)
		more, err := r.clear(ctx, v, done)
		if err != nil {
			return err
		}
		if done.err != nil {
			// It stays pending, and the tick tries it again; the message that woke this
			// run is done with, because what it told of is committed.
			r.Log.Error("an output could not be made", "error", done.err.Error())
		}
		if len(done.stale) == 0 && !more {
			return ctx.Err()
		}
		if round == maxRounds {
			return fmt.Errorf("%d outputs are still being overtaken; the next tick goes on", len(v.catalog.Pending))
		}
		work = done.stale
	}
}

// commitPlan is steps 1 to 4. A run woken by keys always commits, even if nothing
// changed: so a run that read older content in the meantime loses its race.
func (r *run) commitPlan(ctx context.Context, work map[string]bool) (*version, *site.Plan, error) {
	for try := 0; ; try++ {
		from, err := r.load(ctx)
		if err != nil {
			return nil, nil, err
		}
		next, err := r.stamp(from)
		if err != nil {
			return nil, nil, err
		}
		plan, changed, err := r.plan(ctx, from.catalog, next, work)
		if err != nil {
			return nil, nil, err
		}
		if len(work) == 0 && !changed && from.etag != "" {
			return from, plan, nil
		}
		v, err := r.commit(ctx, from, next)
		if err == nil {
			return v, plan, nil
		}
		if !errors.Is(err, errOvertaken) {
			return nil, nil, err
		}
		if err := backoff(ctx, try); err != nil {
			return nil, nil, err
		}
	}
}

// plan is steps 2 and 3: it brings next up to date and reports whether it differs
// from old in anything but its stamp.
func (r *run) plan(ctx context.Context, old, next *catalog.Catalog, work map[string]bool) (*site.Plan, bool, error) {
	now := r.Now()
	seen, err := r.takeSettings(ctx, next, work, now)
	if err != nil {
		return nil, false, err
	}
	look, err := r.look(next)
	if err != nil {
		return nil, false, err
	}
	looked := map[string]bool{settings.Key: true}
	for wanted := work; ; {
		var keys []string
		for key := range wanted {
			if !looked[key] {
				keys = append(keys, key)
				looked[key] = true
			}
		}
		slices.Sort(keys)
		found, err := r.observer.look(ctx, next, keys, look.settings.Location, r.anew)
		if err != nil {
			return nil, false, err
		}
		take(next, found, now)
		seen += len(found)
		settled := next.Settle(now, Rules(look.settings))
		// Before a newcomer is refused its path, make sure that the holder is still there.
		wanted = map[string]bool{}
		for _, e := range settled.Refused {
			if holder := next.Posts[e.Rival]; holder != nil && looked[e.Key] && !looked[holder.Key] {
				wanted[holder.Key] = true
			}
		}
		if len(wanted) == 0 {
			break
		}
	}
	plan := site.New(next, look.settings, look.theme)
	r.planned = plan
	marked := next.Reconcile(digests(plan), plan.Kept, unreadable(next, plan), next.Nonce)
	owes := owe(old, next, work)
	return plan, seen > 0 || marked > 0 || owes || next.Reader != old.Reader, nil
}

// takeSettings looks at site.yaml before everything else, because it says in what
// zone the posts' dates are meant. In another zone they are all read again.
func (r *run) takeSettings(ctx context.Context, next *catalog.Catalog, work map[string]bool, now time.Time) (int, error) {
	if !work[settings.Key] {
		return 0, nil
	}
	before, err := r.look(next)
	if err != nil {
		return 0, err
	}
	found, err := r.observer.look(ctx, next, []string{settings.Key}, time.UTC, r.anew)
	if err != nil {
		return 0, err
	}
	take(next, found, now)
	after, err := r.look(next)
	if err != nil {
		return 0, err
	}
	if before.settings.Timezone != after.settings.Timezone {
		r.anew = true
		for _, e := range next.Posts {
			work[e.Key] = true
		}
	}
	return len(found), nil
}

// take sees removals first, so that a file that moved finds its old self gone.
func take(c *catalog.Catalog, found []catalog.Seen, now time.Time) {
	for _, s := range found {
		if s.Missing {
			c.See(s, now)
		}
	}
	for _, s := range found {
		if !s.Missing {
			c.See(s, now)
		}
	}
}

// Rules are the catalog's rules under the settings.
func Rules(s *settings.Settings) catalog.Rules {
	return catalog.Rules{
		Path:   func(e *catalog.Entry) string { return site.EntryPath(s, e) },
		Refuse: func(path string) string { return refuse(path) },
		MaxAge: s.Newsletter.MaxAge,
	}
}

func refuse(path string) string {
	if site.Reserved(path) {
		return fmt.Sprintf("the address %s is the site's own: write another `slug:`", path)
	}
	return ""
}

func digests(plan *site.Plan) map[string]string {
	outputs := plan.Outputs()
	want := make(map[string]string, len(outputs))
	for key, o := range outputs {
		want[key] = o.Digest
	}
	return want
}

// unreadable tells of outputs that a broken later upload keeps from being made.
func unreadable(c *catalog.Catalog, plan *site.Plan) func(string) bool {
	broken := map[string]bool{}
	for _, e := range c.Posts {
		if !c.Current(e) {
			broken[e.Key] = true
		}
	}
	outputs := plan.Outputs()
	return func(key string) bool {
		o := outputs[key]
		return len(broken) > 0 && o.Stage == site.Article && slices.ContainsFunc(o.Sources, func(s string) bool { return broken[s] })
	}
}

// owe notes what follows from the step from old to next besides outputs: the
// announcement of each post that went live for the first time, a receipt for each
// key that was looked at and each post whose state changed.
func owe(old, next *catalog.Catalog, work map[string]bool) bool {
	owed := false
	receipt := func(key string) {
		next.Owed.Receipts[key] = next.Generation
		owed = true
	}
	for key := range work {
		receipt(key)
	}
	for id, e := range next.Posts {
		was := old.Posts[id]
		if was == e {
			continue
		}
		debut := e.Seq > 0 && e.Kind == post.Article && (was == nil || was.Seq == 0) && old.Tombstones[id].Seq == 0
		if f := next.Files[e.Key]; debut && (f == nil || f.Uploaded.After(next.Rebuilt)) {
			next.Owed.Announce[id] = next.Generation
		}
		if was == nil || was.Path != e.Path || was.Live != e.Live || was.Rival != e.Rival || was.Key != e.Key {
			receipt(e.Key)
		}
		if before := old.Tombstones[id].Key; was == nil && before != "" && before != e.Key {
			receipt(before) // it can say now where the post went on
		} else if was != nil && was.Key != e.Key {
			receipt(was.Key)
		}
	}
	for key, f := range next.Files {
		if was := old.Files[key]; was != f && (was == nil || was.CopyOf != f.CopyOf) {
			receipt(key)
		}
	}
	if !maps.Equal(old.Owed.Announce, next.Owed.Announce) {
		owed = true
	}
	return owed
}
