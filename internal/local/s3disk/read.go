package s3disk

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/rclone/gofakes3"
)

// GetObject implements gofakes3.Backend.
func (d *Disk) GetObject(_ context.Context, name, key string, asked *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	b, err := d.bucket(name)
	if err != nil {
		return nil, err
	}
	at := place(key)
	lock := d.lock(at)
	lock.RLock()
	f, err := os.Open(filepath.Join(b.dir, at))
	lock.RUnlock()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, gofakes3.KeyNotFound(key)
	}
	if err != nil {
		return nil, err
	}
	// The open file stays what it is, whatever takes its place from here on.
	foot, err := readFooter(f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	o := described(&foot)
	part, err := asked.Range(foot.Size)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	body := io.NewSectionReader(f, 0, foot.Size)
	if part != nil {
		body = io.NewSectionReader(f, part.Start, part.Length)
	}
	o.Range = part
	o.Contents = reading{body, f}
	return o, nil
}

type reading struct {
	io.Reader
	io.Closer
}

// HeadObject implements gofakes3.Backend.
func (d *Disk) HeadObject(_ context.Context, name, key string) (*gofakes3.Object, error) {
	b, err := d.bucket(name)
	if err != nil {
		return nil, err
	}
	lock := d.lock(place(key))
	lock.RLock()
	defer lock.RUnlock()
	foot := b.look(key)
	if foot == nil {
		return nil, gofakes3.KeyNotFound(key)
	}
	o := described(foot)
	o.Contents = io.NopCloser(strings.NewReader(""))
	return o, nil
}

func described(foot *footer) *gofakes3.Object {
	hash, _ := hex.DecodeString(foot.MD5) // our own hex digits
	header := maps.Clone(foot.Header)
	if header == nil {
		header = map[string]string{}
	}
	header["Last-Modified"] = foot.Modified.UTC().Format(http.TimeFormat)
	return &gofakes3.Object{Name: foot.Key, Metadata: header, Size: foot.Size, Hash: hash}
}

// BucketExists implements gofakes3.Backend.
func (d *Disk) BucketExists(_ context.Context, name string) (bool, error) {
	_, err := d.bucket(name)
	return err == nil, nil
}

// ListBuckets implements gofakes3.Backend.
func (d *Disk) ListBuckets(context.Context) ([]gofakes3.BucketInfo, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var infos []gofakes3.BucketInfo
	for name, b := range d.buckets {
		info, err := os.Stat(b.dir)
		if err != nil {
			return nil, err
		}
		infos = append(infos, gofakes3.BucketInfo{Name: name, CreationDate: gofakes3.NewContentTime(info.ModTime())})
	}
	return infos, nil
}
