// Package s3disk keeps S3 buckets in a folder and serves them over gofakes3's HTTP
// layer, with what that leaves to its backends: conditions on PUT, COPY and DELETE
// are checked and the object is swapped in one step, and a process killed at any
// moment leaves each object either as it was or as it was to be.
//
// Every object is one file, its body followed by a footer with its key, headers and
// ETag, at <bucket>/<two hex digits>/<SHA-256 of the key>: so a key may be longer
// than a file name, hold any character, and be a prefix of another.
package s3disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rclone/gofakes3"
)

// Options says how a Disk behaves.
type Options struct {
	// Now gives the time objects are stamped with; nil: time.Now.
	Now func() time.Time
	// Notify is told of every change once it is on disk and before the request is
	// answered; nil: nobody. It is called from many goroutines at once.
	Notify func(Event)
	// Volatile spares waiting for the disk, for tests: a killed process still loses
	// nothing, but a loss of power may.
	Volatile bool
}

// Event tells of one change to one object.
type Event struct {
	Name   string // as in S3's notifications: "ObjectCreated:Put", …
	Bucket string
	Key    string
	ETag   string // without quotes; empty for removals
	Size   int64  // bytes
	Time   time.Time
}

// Names of events, as S3 has them.
// See https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
const (
	CreatedPut       = "ObjectCreated:Put"
	CreatedPost      = "ObjectCreated:Post"
	CreatedCopy      = "ObjectCreated:Copy"
	CreatedMultipart = "ObjectCreated:CompleteMultipartUpload"
	RemovedDelete    = "ObjectRemoved:Delete"
)

// temporary is where bodies are received. No bucket's name begins with a dot.
const temporary = ".incoming"

// stripes is how many locks the keys of all buckets share.
const stripes = 256

// Disk is a set of buckets in a folder. One process at a time may have it open.
type Disk struct {
	dir    string
	now    func() time.Time
	notify func(Event)
	sync   bool

	mu      sync.RWMutex
	buckets map[string]*bucket
	uploads map[gofakes3.UploadID]*upload

	// keys serialises whoever writes a key with whoever reads or writes it.
	keys [stripes]sync.RWMutex
}

// Open reads the folder dir, which is made if it is missing, and removes what was
// being received when the last process ended.
func Open(dir string, o Options) (*Disk, error) {
	d := &Disk{dir: dir, now: o.Now, notify: o.Notify, sync: !o.Volatile, buckets: map[string]*bucket{}, uploads: map[gofakes3.UploadID]*upload{}}
	if d.now == nil {
		d.now = time.Now
	}
	if d.notify == nil {
		d.notify = func(Event) {}
	}
	if err := os.RemoveAll(filepath.Join(dir, temporary)); err != nil {
		return nil, fmt.Errorf("cleaning %s: %w", dir, err)
	}
	if err := os.MkdirAll(filepath.Join(dir, temporary), 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		b, err := openBucket(filepath.Join(dir, e.Name()), d.sync)
		if err != nil {
			return nil, err
		}
		d.buckets[e.Name()] = b
	}
	return d, nil
}

// Make makes the buckets that do not exist yet.
func (d *Disk) Make(names ...string) error {
	for _, name := range names {
		err := d.make(name)
		if err != nil && !errors.Is(err, errBucketExists) {
			return err
		}
	}
	return nil
}

var errBucketExists = errors.New("the bucket exists")

func (d *Disk) make(name string) error {
	if err := gofakes3.ValidateBucketName(name); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.buckets[name] != nil {
		return errBucketExists
	}
	dir := filepath.Join(d.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := syncDir(d.dir); err != nil {
		return err
	}
	b, err := openBucket(dir, d.sync)
	if err != nil {
		return err
	}
	d.buckets[name] = b
	return nil
}

// bucket returns the bucket of that name, or S3's error.
func (d *Disk) bucket(name string) (*bucket, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if b := d.buckets[name]; b != nil {
		return b, nil
	}
	return nil, gofakes3.BucketNotFound(name)
}

// lock returns the lock of a key's place. Other keys may share it.
func (d *Disk) lock(place string) *sync.RWMutex {
	var n byte
	for i := range 2 { // the place begins with two hex digits
		n = n<<4 | byte(strings.IndexByte("0123456789abcdef", place[i]))
	}
	return &d.keys[n]
}
