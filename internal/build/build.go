// Package build writes the whole site to a folder: the same reading, planning and
// rendering as publishing to a bucket, with files instead of objects.
package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/settings"
	"github.com/pennypost/pennypost/internal/site"
	"github.com/pennypost/pennypost/internal/theme"
)

// Options says what to build and where to.
type Options struct {
	Dir   string // the folder of posts
	Out   string // the folder to write
	Clean bool   // remove from Out what does not belong to the site
	URL   string // the site's address if site.yaml names none
	Now   time.Time
	// Workers is how many files are read and pages made at once.
	Workers int
}

// Result is what a build did.
type Result struct {
	Posts, Pages           int // published articles and static pages
	Written, Kept, Removed int // files
	Problems               []Problem
	Warnings               []Problem
}

// Problem is something the author should know of one file.
type Problem struct {
	Key  string
	Line int
	Text string
}

// Build builds the site. A file that cannot be published is a Problem of the
// Result, not an error; errors are folders that cannot be read or written.
func Build(ctx context.Context, o Options) (Result, error) {
	var res Result
	c, err := read(ctx, o, &res)
	if err != nil {
		return res, err
	}
	s, err := publish.Settings(c, o.URL)
	if err != nil {
		return res, err
	}
	t, err := theme.New(s)
	if err != nil {
		return res, err
	}
	goLiveAsDated(c, o.Now)
	c.Settle(o.Now, publish.Rules(s))
	plan := site.New(c, s, t)
	if err := res.tell(o.Dir, c, plan); err != nil {
		return res, err
	}

	was, err := readManifest(o.Out)
	if err != nil {
		return res, err
	}
	if o.Clean && was == nil {
		if err := refuseForeign(o.Out); err != nil {
			return res, err
		}
	}
	w := &writer{dir: o.Dir, out: o.Out, plan: plan, was: was, now: manifest{}}
	if err := w.all(ctx, o.Workers); err != nil {
		return res, err
	}
	res.Written, res.Kept = w.written, w.kept
	if o.Clean {
		if res.Removed, err = clean(o.Out, plan.Outputs()); err != nil {
			return res, err
		}
	} else {
		w.now.keep(was)
	}
	return res, w.now.write(o.Out, was)
}

// read takes every file below the folder into a new catalog.
func read(ctx context.Context, o Options, res *Result) (*catalog.Catalog, error) {
	keys, err := walk(o.Dir)
	if err != nil {
		return nil, err
	}
	c := catalog.New("")
	var how post.Options
	if i := slices.Index(keys, settings.Key); i >= 0 {
		seen, err := see(o.Dir, settings.Key, how)
		if err != nil {
			return nil, err
		}
		c.See(seen, o.Now)
		keys = slices.Delete(keys, i, i+1)
		s, err := publish.Settings(c, o.URL)
		if err != nil {
			return nil, err
		}
		how = publish.Reading(s)
	}
	found := make([]catalog.Seen, len(keys))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Workers))
	for i, key := range keys {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			seen, err := see(o.Dir, key, how)
			found[i] = seen
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, seen := range found {
		c.See(seen, o.Now)
	}
	return c, nil
}

// goLiveAsDated takes the date a post shows for the time it went live, because
// no build remembers the one before: equal input gives equal output. A file without
// a date does not wait because its clock was ahead.
func goLiveAsDated(c *catalog.Catalog, now time.Time) {
	for id, old := range c.Posts {
		e := *old
		e.GoLive = e.Shown()
		if e.Meta.Date.IsZero() && e.GoLive.After(now) {
			e.GoLive = now
		}
		c.Posts[id] = &e
	}
}

// walk lists the content keys of all files publishing looks at, in order.
func walk(dir string) ([]string, error) {
	var keys []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || rel == "." {
			return err
		}
		key := catalog.Root + filepath.ToSlash(rel)
		if d.IsDir() {
			if !publish.Ours(key + "/x.md") {
				return filepath.SkipDir
			}
			return nil
		}
		if publish.Ours(key) && !d.Type().IsDir() {
			keys = append(keys, key)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s: name the folder of your posts with --dir", dir)
	}
	slices.Sort(keys)
	return keys, err
}

// see reads and parses one file as publishing would an upload of it.
func see(dir, key string, how post.Options) (catalog.Seen, error) {
	name := path(dir, key)
	info, err := os.Stat(name)
	if err != nil {
		return catalog.Seen{}, err
	}
	s := catalog.Seen{Key: key, Size: info.Size(), Uploaded: info.ModTime().UTC().Truncate(time.Second)}
	if s.Problem = publish.TooLarge(key, s.Size); s.Problem != "" {
		s.ETag = "too large"
		return s, nil
	}
	body, err := os.ReadFile(name)
	if err != nil {
		return catalog.Seen{}, err
	}
	publish.Read(&s, body, how)
	s.ETag = s.Hash
	return s, nil
}

func path(dir, key string) string {
	return filepath.Join(dir, filepath.FromSlash(key[len(catalog.Root):]))
}

// tell collects what the receipts would say.
func (res *Result) tell(dir string, c *catalog.Catalog, plan *site.Plan) error {
	res.Posts, res.Pages = len(c.Live()), len(c.Pages())
	for key, f := range c.Files {
		switch {
		case f.Problem != "":
			res.Problems = append(res.Problems, Problem{Key: key, Text: strings.TrimPrefix(f.Problem, key+", ")})
		case f.CopyOf != "":
			res.Problems = append(res.Problems, Problem{Key: key, Text: "is word for word the same as " + f.CopyOf})
		}
	}
	for _, e := range c.Posts {
		if holder := c.Posts[e.Rival]; holder != nil {
			res.Problems = append(res.Problems, Problem{Key: e.Key, Text: "wants the same address as " + holder.Key + ": write another `slug:`"})
		}
		warnings, err := plan.Warnings(e, func(key string) ([]byte, error) { return os.ReadFile(path(dir, key)) })
		if err != nil {
			return err
		}
		for _, w := range append(slices.Clone(e.Warnings), warnings...) {
			res.Warnings = append(res.Warnings, Problem{Key: e.Key, Line: w.Line, Text: w.Text})
		}
	}
	for _, list := range [][]Problem{res.Problems, res.Warnings} {
		slices.SortFunc(list, Problem.compare)
	}
	return nil
}
