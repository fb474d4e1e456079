package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/pennypost/pennypost/internal/site"
)

// writer makes what changed since the manifest was written.
type writer struct {
	dir, out string
	plan     *site.Plan
	was, now manifest

	mu            sync.Mutex
	written, kept int
	made          map[string]bool // folders
}

func (w *writer) all(ctx context.Context, workers int) error {
	w.made = map[string]bool{}
	outputs := w.plan.Outputs()
	var keys []string
	pictures := map[string][]string{} // source → sizes
	for key, o := range outputs {
		w.now[key] = o.Digest
		switch {
		case w.was[key] == o.Digest && exists(filepath.Join(w.out, filepath.FromSlash(key))):
			w.kept++
		case o.Stage == site.Media:
			pictures[o.Sources[0]] = append(pictures[o.Sources[0]], key)
		default:
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, workers))
	for source, sizes := range pictures {
		g.Go(func() error { return w.media(source, sizes) })
	}
	for _, key := range keys {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			o, err := w.plan.Render(key, func(source string) ([]byte, error) { return os.ReadFile(path(w.dir, source)) })
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			return w.put(key, o.Body)
		})
	}
	return g.Wait()
}

func (w *writer) media(source string, sizes []string) error {
	body, err := os.ReadFile(path(w.dir, source))
	if err != nil {
		return err
	}
	made, err := w.plan.Media(source, body)
	if err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	for _, key := range sizes {
		if err := w.put(key, made[key].Body); err != nil {
			return err
		}
	}
	return nil
}

// put writes a file whole or not at all: a site may be served from the folder.
func (w *writer) put(key string, body []byte) error {
	name := filepath.Join(w.out, filepath.FromSlash(key))
	folder := filepath.Dir(name)
	fresh, err := w.mkdir(folder)
	if err != nil {
		return err
	}
	if fresh || !exists(name) {
		return os.WriteFile(name, body, 0o644)
	}
	if err := os.WriteFile(name+".new", body, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// mkdir makes a folder once, counts the file that goes into it, and tells whether
// the folder was not there before. It holds the lock meanwhile, so that nobody takes
// a folder for made that is about to be.
func (w *writer) mkdir(folder string) (fresh bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written++
	if w.made[folder] {
		return false, nil
	}
	w.made[folder] = true
	if os.Mkdir(folder, 0o755) == nil { // the usual case: one call, and it is empty
		return true, nil
	}
	return false, os.MkdirAll(folder, 0o755)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
