package publish

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/site"
)

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
		found, unread, err := r.observer.look(ctx, next, keys, Reading(look.settings), r.anew)
		if err != nil {
			return nil, false, err
		}
		r.note(next, keys, unread)
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
	r.planned = planned{plan, next}
	marked := next.Reconcile(digests(plan), site.Kept, unreadable(next, plan), next.Nonce)
	owes := owe(old, next, work)
	return plan, seen > 0 || marked > 0 || owes || next.Reader != old.Reader || !maps.Equal(next.Unread, old.Unread), nil
}

// planned is a plan with the catalog that it was made of.
type planned struct {
	plan *site.Plan
	of   *catalog.Catalog
}

// holds tells whether it is the plan of another version of the catalog as well.
func (p planned) holds(c *catalog.Catalog) bool {
	return p.plan != nil && p.of.Settings == c.Settings && maps.Equal(p.of.Posts, c.Posts) && maps.Equal(p.of.Files, c.Files)
}

// takeSettings looks at site.yaml before everything else, because it says how posts are
// read. If that changes, they are all read again.
func (r *run) takeSettings(ctx context.Context, next *catalog.Catalog, work map[string]bool, now time.Time) (int, error) {
	if !work[settings.Key] {
		return 0, nil
	}
	before, err := r.look(next)
	if err != nil {
		return 0, err
	}
	found, unread, err := r.observer.look(ctx, next, []string{settings.Key}, post.Options{}, r.anew)
	if err != nil {
		return 0, err
	}
	r.note(next, []string{settings.Key}, unread)
	take(next, found, now)
	after, err := r.look(next)
	if err != nil {
		return 0, err
	}
	if before.settings.Timezone != after.settings.Timezone || before.settings.Language != after.settings.Language {
		r.anew = true
		for _, e := range next.Posts {
			work[e.Key] = true
		}
		for key, f := range next.Files {
			if f.Copy != nil {
				work[key] = true // it becomes a post as it was read
			}
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
		Page:   site.Key,
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
