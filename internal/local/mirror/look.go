package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Look compares the folder with what is remembered and uploads and deletes what
// differs. It tells whether something should be looked at again soon: files that are
// being written, or have just vanished, as editors let them do while saving, and
// whatever could not be done.
func (m *Mirror) Look(ctx context.Context) (unsettled bool) {
	now := time.Now()
	found, err := m.walk(now)
	if err != nil {
		m.tell("", fmt.Sprintf("the folder %s cannot be read, so nothing is mirrored: %v", m.o.Dir, err))
		return false
	}
	m.tell("", "")
	m.seen = found

	var changed []string
	for path, s := range found {
		delete(m.gone, path)
		if known, ok := m.index.get(path); ok && known.Size == s.size && known.Time.Equal(s.time) {
			continue
		}
		// At rest: for that long by what we saw, or by its own time.
		if age := now.Sub(s.time); now.Sub(s.since) < m.o.Settle && (age < m.o.Settle || age < 0) {
			unsettled = true
			continue
		}
		changed = append(changed, path)
	}
	slices.Sort(changed)
	if m.each(ctx, changed, m.upload) {
		unsettled = true
	}

	var deleted []string
	for path := range m.index.all() {
		if _, there := found[path]; there {
			continue
		}
		since, ok := m.gone[path]
		if !ok {
			m.gone[path] = now
		}
		if !ok || now.Sub(since) < m.o.Settle {
			unsettled = true
			continue
		}
		deleted = append(deleted, path)
	}
	// Deletions come last: a renamed file is first there twice, and never gone.
	slices.Sort(deleted)
	if m.each(ctx, deleted, m.remove) {
		unsettled = true
	}
	if err := m.index.save(m.root); err != nil {
		m.tell(m.index.path, "what was mirrored cannot be remembered: "+err.Error())
		return true
	}
	m.tell(m.index.path, "")
	m.first = false
	return unsettled && ctx.Err() == nil
}

// each does something to paths, several at a time, and tells whether any failed.
func (m *Mirror) each(ctx context.Context, paths []string, do func(context.Context, string) error) (failed bool) {
	var mu sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, m.o.Uploads)
	for _, path := range paths {
		free <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() {
			defer func() { <-free }()
			err := do(ctx, path)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				m.tell(path, "")
			case errors.Is(err, errMoving) || ctx.Err() != nil:
				failed = true
			default:
				failed = true
				m.tell(path, fmt.Sprintf("%s is not mirrored: %v", path, err))
			}
		})
	}
	group.Wait()
	return failed
}

// walk finds all files that are the author's, and watches their folders. A folder is
// watched before it is read, so that no file slips in between.
func (m *Mirror) walk(now time.Time) (map[string]seen, error) {
	found := map[string]seen{}
	err := filepath.WalkDir(m.root, func(name string, d fs.DirEntry, err error) error {
		path, e := filepath.Rel(m.root, name)
		if e != nil {
			return e
		}
		path = filepath.ToSlash(path)
		if err != nil {
			if path == "." {
				return err
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			m.tell(path, fmt.Sprintf("%s is not mirrored: %v", path, err))
			m.keep(path, found)
			return nil
		}
		if d.IsDir() {
			if path != "." && m.o.Ignore(path) {
				return fs.SkipDir
			}
			if m.watcher != nil {
				_ = m.watcher.Add(name) // else the looks from time to time must do
			}
			return nil
		}
		if m.o.Ignore(path) {
			return nil
		}
		info, err := os.Stat(name) // a link counts as what it names
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if problem := m.refused(path, info); problem != "" {
			m.tell(path, problem)
			return nil
		}
		s := seen{size: info.Size(), time: info.ModTime(), since: now}
		if was, ok := m.seen[path]; ok && was.size == s.size && was.time.Equal(s.time) {
			s.since = was.since
		}
		found[path] = s
		return nil
	})
	return found, err
}

// keep lets what is remembered of an unreadable folder count as found.
func (m *Mirror) keep(folder string, found map[string]seen) {
	for path, f := range m.index.all() {
		if len(path) > len(folder) && path[:len(folder)+1] == folder+"/" {
			found[path] = seen{size: f.Size, time: f.Time}
		}
	}
}

// limit is far above what a post or a photo may have; files are read whole.
const limit = 200 << 20

// keyBytes is the longest key S3 takes.
const keyBytes = 1024

func (m *Mirror) refused(path string, info fs.FileInfo) string {
	switch {
	case !utf8.ValidString(path):
		return fmt.Sprintf("%q is not mirrored: its name is not UTF-8", path)
	case len(m.o.Prefix)+len(path) > keyBytes:
		return fmt.Sprintf("%s is not mirrored: its path is longer than S3 takes", path)
	case info.Size() > limit:
		return fmt.Sprintf("%s is not mirrored: it is larger than %d MB", path, limit>>20)
	}
	return ""
}
