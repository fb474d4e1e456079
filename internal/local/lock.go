package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// errLocked: another process holds the lock.
var errLocked = errors.New("locked by another process")

// lock is a file that one process at a time has locked. The operating system frees
// it however the process ends. What it says is true only while it is locked.
type lock struct {
	file *os.File
}

// holder is what the lock's file says of who holds it.
type holder struct {
	S3      string `json:"s3"` // address of the S3 endpoint, "http://127.0.0.1:9000"
	Site    string `json:"site,omitempty"`
	Mailgun string `json:"mailgun,omitempty"`
	// Ahead is how far its clock is before the machine's.
	Ahead time.Duration `json:"ahead,omitempty"`
}

// takeLock locks a file, which is made if it is missing; errLocked.
func takeLock(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFileNow(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &lock{f}, nil
}

// says records who holds the lock.
func (l *lock) says(h holder) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(text, '\n'), 0)
	return err
}

func (l *lock) release() error {
	// What it says must not outlive the lock for whoever takes it next.
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

// heldBy reads who holds a lock, after errLocked.
func heldBy(path string) (holder, error) {
	var h holder
	f, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(text, &h); err != nil || h.S3 == "" {
		return h, fmt.Errorf("another pennypost is just starting or ending with these data: try again in a moment")
	}
	return h, nil
}
