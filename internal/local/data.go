package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// version of the data folder's layout. A change that older programs cannot read
// raises it.
const version = 1

// What is in a data folder.
const (
	lockFile    = "lock"
	versionFile = "version"
	seededFile  = "seeded" // says that Options.Seed has been called
	siteFile    = "site"   // where the site was served last: its pages say so
	s3Dir       = "s3"
	queueDir    = "queue"
	mailDir     = "mail"
	mirrorDir   = "mirror"
)

// data is a data folder that this process holds the lock of.
type data struct {
	dir  string
	lock *lock
}

// openData takes the lock of a data folder, which is made if it is missing. fresh
// empties it first. An error is one line for people.
func openData(dir string, fresh bool) (*data, error) {
	if dir == "" {
		return nil, errors.New("no data folder given: name one with --data")
	}
	if err := ours(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be made: %w", dir, err)
	}
	l, err := takeLock(filepath.Join(dir, lockFile))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("another pennypost is using the data folder %s: end it first, or take another folder with --data", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be used: %w", dir, err)
	}
	d := &data{dir, l}
	if err := d.prepare(fresh); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return d, nil
}

// ours refuses a folder of something else, which --fresh must not empty.
func ours(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the data folder %s cannot be read: %w", dir, err)
	}
	for _, e := range entries {
		switch e.Name() {
		case lockFile, versionFile:
			return nil
		}
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s holds other things than pennypost's data: name an empty or a new folder with --data", dir)
	}
	return nil
}

func (d *data) prepare(fresh bool) error {
	if fresh {
		for _, name := range []string{seededFile, siteFile, s3Dir, queueDir, mailDir, mirrorDir, versionFile} {
			if err := os.RemoveAll(d.path(name)); err != nil {
				return fmt.Errorf("forgetting what is in %s: %w", d.dir, err)
			}
		}
	}
	text, err := os.ReadFile(d.path(versionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return os.WriteFile(d.path(versionFile), []byte(strconv.Itoa(version)+"\n"), 0o600)
	}
	if err != nil {
		return err
	}
	found, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || found < 1 {
		return fmt.Errorf("the data folder %s is damaged: its version is %q; start over with --fresh", d.dir, text)
	}
	if found > version {
		return fmt.Errorf("the data folder %s was written by a newer pennypost (format %d, this one knows %d): update pennypost, or start over with --fresh", d.dir, found, version)
	}
	return nil
}

func (d *data) path(name string) string { return filepath.Join(d.dir, name) }

// once calls do unless it was called before for this folder.
func (d *data) once(name string, do func() error) error {
	if _, err := os.Stat(d.path(name)); err == nil {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	return os.WriteFile(d.path(name), nil, 0o600)
}
