// Package mirror uploads a folder to a bucket as its author would: what is new or
// changed in the folder is written to the bucket, what is deleted there is deleted
// here, and nothing else is touched. It remembers what it uploaded, so that it
// neither uploads anything twice nor overwrites or deletes what came from elsewhere.
package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/pennypost/pennypost/internal/store"
)

// Options says what is mirrored where to. Zero values mean what is said here.
type Options struct {
	Dir     string        // the folder; it must exist
	Bucket  *store.Bucket // where its files go …
	Prefix  string        // … under this prefix
	Index   string        // the folder that remembers what was uploaded
	Settle  time.Duration // how long a file must rest before it is taken; 200 ms
	Rescan  time.Duration // how often to look unasked; 2 s, or rarer in large folders
	Uploads int           // at a time; 8
	// Ignore names files that are not the author's, by their path below Dir with
	// slashes; nil: Hidden.
	Ignore func(path string) bool
	Say    func(string) // told of what cannot be mirrored, a line each; nil: nobody
}

// Mirror mirrors one folder.
type Mirror struct {
	o     Options
	root  string // Dir without symbolic links, absolute
	index *index

	seen    map[string]seen      // of the last look, by path
	gone    map[string]time.Time // files of the index not found since then
	said    map[string]string    // by path: what is wrong with it, said once
	watcher *fsnotify.Watcher    // nil if the system has none for us
	first   bool                 // no look has ended yet
}

// seen is how a file was last found, and since when it is so.
type seen struct {
	size  int64
	time  time.Time
	since time.Time
}

// Open looks whether the folder exists and reads what is remembered of it.
func Open(o Options) (*Mirror, error) {
	if o.Settle <= 0 {
		o.Settle = 200 * time.Millisecond
	}
	if o.Rescan <= 0 {
		o.Rescan = 2 * time.Second
	}
	if o.Uploads <= 0 {
		o.Uploads = 8
	}
	if o.Ignore == nil {
		o.Ignore = Hidden
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	root, err := folder(o.Dir)
	if err != nil {
		return nil, err
	}
	known, err := openIndex(o.Index, root)
	if err != nil {
		return nil, err
	}
	return &Mirror{
		o: o, root: root, index: known, first: true,
		seen: map[string]seen{}, gone: map[string]time.Time{}, said: map[string]string{},
	}, nil
}

func folder(dir string) (string, error) {
	root, err := filepath.Abs(dir)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the folder %s does not exist: make it, or name another with --dir", dir)
	}
	if err != nil {
		return "", fmt.Errorf("the folder %s cannot be read: %w", dir, err)
	}
	info, err := os.Stat(root)
	if err != nil {
		return "", fmt.Errorf("the folder %s cannot be read: %w", dir, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is a file: --dir takes a folder", dir)
	}
	return root, nil
}

// Run mirrors until ctx ends. Whatever fails is tried again at the next look.
func (m *Mirror) Run(ctx context.Context) {
	var changes <-chan fsnotify.Event
	var faults <-chan error
	if w, err := fsnotify.NewWatcher(); err == nil {
		m.watcher, changes, faults = w, w.Events, w.Errors
		defer func() { _ = w.Close() }()
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	soon := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
			// The look comes a moment after the first change, however many follow.
			if at := time.Now().Add(m.o.Settle / 2); at.Before(soon) {
				soon = at
				timer.Reset(time.Until(at))
			}
		case <-faults: // such as too many changes at once: the next look finds them all
		case <-timer.C:
			began := time.Now()
			unsettled := m.Look(ctx)
			pause := max(m.o.Rescan, 20*time.Since(began))
			if unsettled {
				pause = m.o.Settle / 2
			}
			soon = time.Now().Add(pause)
			timer.Reset(pause)
		}
	}
}

// tell says once what is wrong with a path, and again if something else is.
func (m *Mirror) tell(path, problem string) {
	if problem == "" {
		delete(m.said, path)
		return
	}
	if m.said[path] != problem {
		m.said[path] = problem
		m.o.Say(problem)
	}
}
