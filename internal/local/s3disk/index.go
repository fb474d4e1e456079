package s3disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// bucket is what is known of one bucket without reading its files again.
type bucket struct {
	dir  string
	sync bool // wait for the disk

	mu    sync.RWMutex
	known map[string]*footer // by key
	keys  []string           // sorted by bytes
}

// openBucket reads the footers of all objects in a bucket's folder.
func openBucket(dir string, sync bool) (*bucket, error) {
	b := &bucket{dir: dir, sync: sync, known: map[string]*footer{}}
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, folder := range folders {
		files, err := os.ReadDir(filepath.Join(dir, folder.Name()))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			foot, err := footerAt(filepath.Join(dir, folder.Name(), file.Name()))
			if err != nil {
				return nil, err
			}
			b.known[foot.Key] = &foot
			b.keys = append(b.keys, foot.Key)
		}
	}
	slices.Sort(b.keys)
	return b, nil
}

func footerAt(path string) (footer, error) {
	f, err := os.Open(path)
	if err != nil {
		return footer{}, err
	}
	defer func() { _ = f.Close() }()
	foot, err := readFooter(f)
	if err == nil && place(foot.Key) != filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)) {
		err = fmt.Errorf("%s: %w", path, errNotAnObject)
	}
	return foot, err
}

// look returns what is known of a key, or nil. It must not be changed.
func (b *bucket) look(key string) *footer {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.known[key]
}

func (b *bucket) put(foot *footer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known[foot.Key] == nil {
		i, _ := slices.BinarySearch(b.keys, foot.Key)
		b.keys = slices.Insert(b.keys, i, foot.Key)
	}
	b.known[foot.Key] = foot
}

func (b *bucket) remove(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known[key] == nil {
		return
	}
	delete(b.known, key)
	i, _ := slices.BinarySearch(b.keys, key)
	b.keys = slices.Delete(b.keys, i, i+1)
}

// move puts a sealed file in a key's place.
func (b *bucket) move(from, key string) error {
	path := filepath.Join(b.dir, place(key))
	err := os.Rename(from, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := b.settle(b.dir); err != nil {
			return err
		}
		err = os.Rename(from, path)
	}
	if err != nil {
		return err
	}
	return b.settle(filepath.Dir(path))
}

// erase removes the file in a key's place; none there is success.
func (b *bucket) erase(key string) error {
	path := filepath.Join(b.dir, place(key))
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.settle(filepath.Dir(path))
}

// settle brings the names in a folder to the disk, if that is waited for.
func (b *bucket) settle(dir string) error {
	if !b.sync {
		return nil
	}
	return syncDir(dir)
}
