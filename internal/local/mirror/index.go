package mirror

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// index remembers the files of one folder as they were when they were taken.
type index struct {
	path string

	mu      sync.Mutex
	files   map[string]file // by path below the folder, with slashes
	changed bool
}

type file struct {
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"` // last modification
	SHA256 string    `json:"sha256"`
	// ETag is of the object that was written from it; empty if the object that is
	// there is somebody else's.
	ETag string `json:"etag,omitempty"`
}

type indexFile struct {
	Folder string          `json:"folder"`
	Files  map[string]file `json:"files"`
}

// openIndex reads the index of a folder. Each folder has its own, so that mirroring
// another one for a while does not look as if all of the first had been deleted.
func openIndex(dir, folder string) (*index, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(folder))
	x := &index{path: filepath.Join(dir, hex.EncodeToString(sum[:8])+".json"), files: map[string]file{}}
	text, err := os.ReadFile(x.path)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return nil, err
	}
	var in indexFile
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, fmt.Errorf("%s cannot be read; delete it and nothing is lost: %w", x.path, err)
	}
	if in.Files != nil {
		x.files = in.Files
	}
	return x, nil
}

func (x *index) get(path string) (file, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f, ok := x.files[path]
	return f, ok
}

func (x *index) set(path string, f file) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.files[path] = f
	x.changed = true
}

func (x *index) forget(path string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.files, path)
	x.changed = true
}

// all is a copy of what is remembered.
func (x *index) all() map[string]file {
	x.mu.Lock()
	defer x.mu.Unlock()
	return maps.Clone(x.files)
}

// save writes the index if it has changed, whole or not at all.
func (x *index) save(folder string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.changed {
		return nil
	}
	text, err := json.MarshalIndent(indexFile{folder, x.files}, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(x.path+".new", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(x.path+".new", x.path); err != nil {
		return err
	}
	x.changed = false
	return nil
}
