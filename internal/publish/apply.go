package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/picture"
	"github.com/pennypost/pennypost/internal/site"
)

// writers is how many outputs are made and written at once.
const writers = 12

// patient is how often an output may fail before it no longer holds up deletions.
const patient = 3

// applied is what came of applying what was pending.
type applied struct {
	mu sync.Mutex
	// touched are the outputs this run wrote, deleted, or found to be another run's.
	touched map[string]touch
	failed  map[string]error
	// stale are content keys that were replaced since they were looked at.
	stale map[string]bool
	err   error // the first failure
	cut   bool  // time ran out: the rest stays pending
}

// touch is what this run did to one output.
type touch struct {
	digest string // wanted; empty: deleted
	post   string // whose page was written, if it is one
	etag   string // of what was written; of what was found, if left
	left   bool   // it was not wanted any more: nothing was done
}

// hubs are the lists that every site has. They lead to all others, and those to them.
var hubs = []string{
	"index.html", "archive/index.html", "books/index.html", "tags/index.html", "404.html",
	"feed.xml", "atom.xml", "feed.json", "sitemap.xml",
}

// apply is step 5: pictures and assets first, then pages, then what lists them,
// then redirects, deletions last. A picture that could not be made holds up the pages
// that begin to show it. A page that could not be made holds up what
// lists it, and that the deletions; so does a new list the older ones, which begin to
// lead to it. Otherwise one failure holds up nothing.
func (r *run) apply(ctx context.Context, v *version, plan *site.Plan) *applied {
	done := &applied{touched: map[string]touch{}, failed: map[string]error{}, stale: map[string]bool{}}
	w := &writer{run: r, v: v, plan: plan, bodies: newBodies(r.Content, v.catalog), desk: newDesk(), done: done}
	outputs := plan.Outputs()
	stages := map[site.Stage][]string{}
	var fresh, lists, gone []string // pages and lists that are new, and what goes
	for _, key := range slices.Sorted(maps.Keys(v.catalog.Pending)) {
		p := v.catalog.Pending[key]
		o, planned := outputs[key]
		switch {
		case p.Digest == "":
			gone = append(gone, key)
		case !planned || o.Digest != p.Digest:
			// Of a plan that is not ours: the run that made it, or the next tick, applies it.
		case o.Stage == site.Article && v.catalog.Outputs[key].ETag == "":
			fresh = append(fresh, key) // before the pages that begin to link to it
		case o.Stage == site.Listing && v.catalog.Outputs[key].ETag == "" && !slices.Contains(hubs, key):
			lists = append(lists, key) // before those that begin to link to it
		default:
			stages[o.Stage] = append(stages[o.Stage], key)
		}
	}
	w.media(ctx, stages[site.Media])
	w.each(ctx, stages[site.Asset], w.write)
	w.missing = w.unmade(slices.Concat(stages[site.Media], stages[site.Asset]))
	w.each(ctx, fresh, w.write)
	w.each(ctx, stages[site.Article], w.write)
	listings := slices.Concat(lists, stages[site.Listing])
	held := w.hold(listings)
	w.each(ctx, lists, w.write)
	if w.impatient(lists) {
		held = true
		for _, key := range stages[site.Listing] {
			done.failed[key] = errHeld
		}
	}
	w.each(ctx, stages[site.Listing], w.write)
	w.each(ctx, stages[site.Redirect], w.write)
	if !held && !w.impatient(listings) && !done.cut {
		// Lists that go lead to pages that go.
		isPage := func(key string) bool { return kindOf(key) == "" }
		pages := slices.DeleteFunc(slices.Clone(gone), func(key string) bool { return !isPage(key) })
		former := slices.DeleteFunc(gone, isPage)
		w.each(ctx, former, w.remove)
		if !w.impatient(former) && !done.cut {
			w.each(ctx, pages, w.remove)
		}
	}
	return done
}

// writer applies outputs of one version of the catalog.
type writer struct {
	*run
	v      *version
	plan   *site.Plan
	bodies *bodies
	desk   *desk
	done   *applied
	// missing are pictures and assets that are not there yet, and will be soon.
	missing []string
}

// unmade lists what could not be made and never was. What fails again and again no
// longer counts: a page without its picture is better than none.
func (w *writer) unmade(keys []string) (missing []string) {
	for _, key := range keys {
		_, made := w.v.catalog.Outputs[key]
		if _, ok := w.done.touched[key]; !ok && !made && w.v.catalog.Pending[key].Fails < patient {
			missing = append(missing, key)
		}
	}
	return missing
}

func (w *writer) each(ctx context.Context, keys []string, do func(context.Context, string) error) {
	var g errgroup.Group
	g.SetLimit(writers)
	for _, key := range keys {
		if w.cut(ctx) {
			break
		}
		g.Go(func() error {
			if err := do(ctx, key); err != nil {
				w.fail(key, err)
			}
			return nil
		})
	}
	_ = g.Wait() // failures are in w.done
}

// cut tells whether to leave the rest to the next run, and notes it. A site that
// takes longer to write than one run may last is written by several.
func (w *writer) cut(ctx context.Context) bool {
	if !w.late(ctx) {
		return false
	}
	w.done.mu.Lock()
	w.done.cut = true
	w.done.mu.Unlock()
	return true
}

func (r *run) late(ctx context.Context) bool { return r.Publisher.late(ctx, r.report.clock) }

// late tells whether what began at some time has used half of the time it has. The rest
// is for what is in work by then, on a slow machine perhaps two of the largest photos, and
// for recording what was done.
func late(ctx context.Context, began time.Time) bool {
	deadline, limited := ctx.Deadline()
	return limited && time.Until(deadline) < deadline.Sub(began)/2
}

func (w *writer) fail(key string, err error) {
	w.done.mu.Lock()
	defer w.done.mu.Unlock()
	var stale staleError
	if errors.As(err, &stale) {
		w.done.stale[stale.key] = true
	} else if w.done.err == nil && !errors.Is(err, errHeld) {
		w.done.err = fmt.Errorf("%s: %w", key, err)
	}
	w.done.failed[key] = err
}

// hold marks as failed each listing that names a page which is not there.
func (w *writer) hold(listings []string) (held bool) {
	outputs := w.plan.Outputs()
	for _, key := range listings {
		for _, name := range outputs[key].Names {
			p, waits := w.v.catalog.Pending[name]
			if _, made := w.v.catalog.Outputs[name]; !waits || p.Digest == "" || made {
				continue
			}
			if _, ok := w.done.touched[name]; !ok {
				w.done.failed[key] = errHeld
				held = true
				break
			}
		}
	}
	return held
}

// impatient tells whether a listing failed that may succeed soon.
func (w *writer) impatient(listings []string) bool {
	for _, key := range listings {
		if _, failed := w.done.failed[key]; failed && w.v.catalog.Pending[key].Fails < patient {
			return true
		}
	}
	return false
}

var errHeld = errors.New("waits for what it shows or names")

func (w *writer) write(ctx context.Context, key string) error {
	if w.done.failedBefore(key) {
		return nil
	}
	leave, err := w.desk.takeText(ctx, w.weight(key))
	if err != nil {
		return err
	}
	defer leave()
	o, err := w.plan.Render(key, func(source string) ([]byte, error) { return w.bodies.get(ctx, source) })
	if err != nil {
		return err
	}
	for _, m := range w.missing {
		if bytes.Contains(o.Body, []byte("/"+m)) {
			return errHeld
		}
	}
	return w.put(ctx, key, o)
}

// weight is how many bytes of sources making an output reads.
func (w *writer) weight(key string) (bytes int64) {
	for _, source := range w.plan.Outputs()[key].Sources {
		if f := w.v.catalog.Files[source]; f != nil {
			bytes += f.Size
		}
	}
	return bytes
}

// media makes all sizes of one picture together, because reading it is the work.
func (w *writer) media(ctx context.Context, keys []string) {
	outputs := w.plan.Outputs()
	bySource := map[string][]string{}
	for _, key := range keys {
		if sources := outputs[key].Sources; len(sources) > 0 {
			bySource[sources[0]] = append(bySource[sources[0]], key)
		}
	}
	var g errgroup.Group
	g.SetLimit(2) // files; what they take when they are decoded, the desk bounds
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		sizes := bySource[source]
		if w.cut(ctx) {
			break
		}
		g.Go(func() error {
			made, err := w.develop(ctx, source)
			for _, key := range sizes {
				o, ok := made[key]
				if err == nil && !ok {
					err = fmt.Errorf("no such size of %s", source)
				}
				if err == nil {
					err = w.put(ctx, key, o)
				}
				if err != nil {
					w.fail(key, err)
				}
			}
			return nil
		})
	}
	_ = g.Wait() // failures are in w.done
}

// develop makes all sizes of a picture.
func (w *writer) develop(ctx context.Context, source string) (map[string]site.Object, error) {
	body, err := w.bodies.get(ctx, source)
	if err != nil {
		return nil, err
	}
	leave, err := w.desk.take(ctx, picture.Memory(body))
	if err != nil {
		return nil, err
	}
	defer leave()
	return w.plan.Media(source, body)
}

func (a *applied) touch(key string, t touch) {
	a.mu.Lock()
	a.touched[key] = t
	a.mu.Unlock()
}

func (a *applied) failedBefore(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, failed := a.failed[key]
	return failed
}
