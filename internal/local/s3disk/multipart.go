package s3disk

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rclone/gofakes3"
)

// upload is an object that comes in parts, each a file until all are put together.
// Uploads do not outlive the process: clients begin anew, and the parts are removed at
// the next start.
type upload struct {
	bucket, key string
	header      map[string]string

	mu    sync.Mutex
	parts map[int]part
	over  bool // completed or aborted
}

type part struct {
	file string
	md5  string
	size int64
}

// CreateMultipartUpload implements gofakes3.MultipartBackend.
func (d *Disk) CreateMultipartUpload(_ context.Context, name, key string, header map[string]string) (gofakes3.UploadID, error) {
	if _, err := d.bucket(name); err != nil {
		return "", err
	}
	id := gofakes3.UploadID(rand.Text())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.uploads[id] = &upload{bucket: name, key: key, header: header, parts: map[int]part{}}
	return id, nil
}

// upload finds an upload under way.
func (d *Disk) upload(name, key string, id gofakes3.UploadID) (*upload, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	u := d.uploads[id]
	if u == nil || u.bucket != name || u.key != key {
		return nil, gofakes3.ErrNoSuchUpload
	}
	return u, nil
}

// UploadPart implements gofakes3.MultipartBackend.
func (d *Disk) UploadPart(_ context.Context, name, key string, id gofakes3.UploadID, number int, size int64, body io.Reader) (etag string, err error) {
	u, err := d.upload(name, key, id)
	if err != nil {
		return "", err
	}
	f, foot, err := receive(filepath.Join(d.dir, temporary), body, size)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = gofakes3.ErrIncompleteBody
	}
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		_ = os.Remove(f.Name())
		return "", gofakes3.ErrNoSuchUpload
	}
	if old, again := u.parts[number]; again {
		_ = os.Remove(old.file)
	}
	u.parts[number] = part{file: f.Name(), md5: foot.MD5, size: foot.Size}
	return `"` + foot.MD5 + `"`, nil
}

// CompleteMultipartUpload implements gofakes3.MultipartBackend. The ETag is the MD5 of
// the whole, as for every other object here; on AWS it would be of another form.
func (d *Disk) CompleteMultipartUpload(ctx context.Context, name, key string, id gofakes3.UploadID, in *gofakes3.CompleteMultipartUploadRequest) (gofakes3.VersionID, string, error) {
	u, err := d.upload(name, key, id)
	if err != nil {
		return "", "", err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return "", "", gofakes3.ErrNoSuchUpload
	}
	whole, size, err := u.whole(in.Parts)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = whole.Close() }()
	foot, err := d.store(ctx, name, key, u.header, whole, size)
	if err != nil {
		return "", "", err
	}
	d.forget(id, u)
	return "", `"` + foot.MD5 + `"`, nil
}

// AbortMultipartUpload implements gofakes3.MultipartBackend.
func (d *Disk) AbortMultipartUpload(_ context.Context, name, key string, id gofakes3.UploadID) error {
	u, err := d.upload(name, key, id)
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	d.forget(id, u)
	return nil
}

// forget removes an upload whose lock is held.
func (d *Disk) forget(id gofakes3.UploadID, u *upload) {
	u.over = true
	for _, p := range u.parts {
		_ = os.Remove(p.file)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.uploads, id)
}

// whole is the named parts one after another. They must be in order, and be the ones
// that were uploaded.
func (u *upload) whole(named []gofakes3.CompletedPart) (*joined, int64, error) {
	if len(named) == 0 {
		return nil, 0, gofakes3.ErrorMessage(gofakes3.ErrMalformedXML, "no parts are named")
	}
	j, size, last := &joined{}, int64(0), 0
	for _, n := range named {
		p, ok := u.parts[n.PartNumber]
		if !ok || strings.Trim(n.ETag, `"`) != p.md5 {
			return nil, 0, gofakes3.ErrorMessagef(gofakes3.ErrInvalidPart, "part %d was not uploaded so", n.PartNumber)
		}
		if n.PartNumber <= last {
			return nil, 0, gofakes3.ErrInvalidPartOrder
		}
		last = n.PartNumber
		size += p.size
		j.files = append(j.files, p.file)
	}
	return j, size, nil
}

// joined reads files one after another, with one open at a time.
type joined struct {
	files []string
	open  *os.File
}

// Read implements io.Reader.
func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.open == nil {
			if len(j.files) == 0 {
				return 0, io.EOF
			}
			f, err := os.Open(j.files[0])
			if err != nil {
				return 0, err
			}
			j.open, j.files = f, j.files[1:]
		}
		n, err := j.open.Read(p)
		if n > 0 || err != io.EOF {
			return n, err
		}
		if err := j.Close(); err != nil {
			return 0, err
		}
	}
}

// Close implements io.Closer.
func (j *joined) Close() error {
	if j.open == nil {
		return nil
	}
	f := j.open
	j.open = nil
	return f.Close()
}

// gofakes3 would keep parts in memory, and not say so, if a method were missing.
var _ gofakes3.MultipartBackend = (*Disk)(nil)
