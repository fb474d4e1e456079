package s3disk

import (
	"context"
	"errors"
	"io"
	"net/textproto"
	"os"
	"path/filepath"
	"time"

	"github.com/rclone/gofakes3"
)

// PutObject implements gofakes3.Backend. The body is received first; the conditions
// are checked and the object swapped under the key's lock.
func (d *Disk) PutObject(ctx context.Context, name, key string, header map[string]string, body io.Reader, size int64) (gofakes3.PutObjectResult, error) {
	foot, err := d.store(ctx, name, key, header, body, size)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	return gofakes3.PutObjectResult{ETag: `"` + foot.MD5 + `"`}, nil
}

// CopyObject implements gofakes3.Backend.
func (d *Disk) CopyObject(ctx context.Context, fromBucket, fromKey, name, key string, header map[string]string) (gofakes3.CopyObjectResult, error) {
	from, err := d.GetObject(ctx, fromBucket, fromKey, nil)
	if err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	defer func() { _ = from.Contents.Close() }()
	foot, err := d.store(ctx, name, key, header, from.Contents, from.Size)
	if err != nil {
		return gofakes3.CopyObjectResult{}, err
	}
	return gofakes3.CopyObjectResult{ETag: `"` + foot.MD5 + `"`, LastModified: gofakes3.NewContentTime(foot.Modified)}, nil
}

func (d *Disk) store(ctx context.Context, name, key string, header map[string]string, body io.Reader, size int64) (*footer, error) {
	b, err := d.bucket(name)
	if err != nil {
		return nil, err
	}
	f, foot, err := receive(filepath.Join(d.dir, temporary), body, size)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = gofakes3.ErrIncompleteBody
	}
	if err != nil {
		return nil, err
	}
	foot.Key, foot.Header, foot.Modified = key, map[string]string{}, d.now().UTC().Truncate(time.Millisecond)
	for name, value := range header {
		if name = textproto.CanonicalMIMEHeaderKey(name); name != "Last-Modified" {
			foot.Header[name] = value
		}
	}
	if err := seal(f, foot, d.sync); err != nil {
		discard(f)
		return nil, err
	}
	if err := f.Close(); err != nil {
		_ = os.Remove(f.Name())
		return nil, err
	}
	err = d.swap(b, key, ctx, func() error {
		if err := b.move(f.Name(), key); err != nil {
			return err
		}
		b.put(&foot)
		return nil
	})
	if err != nil {
		_ = os.Remove(f.Name())
		return nil, err
	}
	d.notify(Event{Name: cause(ctx), Bucket: name, Key: key, ETag: foot.MD5, Size: foot.Size, Time: foot.Modified})
	return &foot, nil
}

// swap changes a key if the conditions of the request allow it.
func (d *Disk) swap(b *bucket, key string, ctx context.Context, change func() error) error {
	lock := d.lock(place(key))
	lock.Lock()
	defer lock.Unlock()
	if err := conditionsOf(ctx).check(b.look(key)); err != nil {
		return err
	}
	return change()
}

// DeleteObject implements gofakes3.Backend.
func (d *Disk) DeleteObject(ctx context.Context, name, key string) (gofakes3.ObjectDeleteResult, error) {
	var none gofakes3.ObjectDeleteResult
	b, err := d.bucket(name)
	if err != nil {
		return none, err
	}
	was := false
	err = d.swap(b, key, ctx, func() error {
		was = b.look(key) != nil
		if err := b.erase(key); err != nil {
			return err
		}
		b.remove(key)
		return nil
	})
	if err == nil && was {
		d.notify(Event{Name: RemovedDelete, Bucket: name, Key: key, Time: d.now().UTC()})
	}
	return none, err
}

// DeleteMulti implements gofakes3.Backend.
func (d *Disk) DeleteMulti(ctx context.Context, name string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	var out gofakes3.MultiDeleteResult
	for _, key := range keys {
		if _, err := d.DeleteObject(ctx, name, key); err != nil {
			out.Error = append(out.Error, gofakes3.ErrorResult{Key: key, Code: gofakes3.ErrInternal, Message: "could not be deleted"})
			continue
		}
		out.Deleted = append(out.Deleted, gofakes3.ObjectID{Key: key})
	}
	return out, nil
}

// CreateBucket implements gofakes3.Backend.
func (d *Disk) CreateBucket(_ context.Context, name string) error {
	err := d.make(name)
	if errors.Is(err, errBucketExists) {
		return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, name)
	}
	return err
}

// DeleteBucket implements gofakes3.Backend.
func (d *Disk) DeleteBucket(_ context.Context, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.buckets[name]
	if b == nil {
		return gofakes3.BucketNotFound(name)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if len(b.keys) > 0 {
		return gofakes3.ResourceError(gofakes3.ErrBucketNotEmpty, name)
	}
	if err := os.RemoveAll(b.dir); err != nil {
		return err
	}
	delete(d.buckets, name)
	return syncDir(d.dir)
}
