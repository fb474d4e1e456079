package mirror

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pennypost/pennypost/internal/store"
)

// errMoving: the file changed while it was read; the next look takes it.
var errMoving = errors.New("the file is being written")

// upload takes a file that is new or has changed.
func (m *Mirror) upload(ctx context.Context, name string) error {
	now, body, err := m.read(name)
	if err != nil {
		return err
	}
	known, ok := m.index.get(name)
	if ok && known.SHA256 == now.SHA256 { // only touched
		now.ETag = known.ETag
		m.index.set(name, now)
		return nil
	}
	now.ETag, err = m.write(ctx, name, body, known.ETag, !ok && m.first)
	if err != nil {
		return err
	}
	m.index.set(name, now)
	return nil
}

// read reads a file that is at rest.
func (m *Mirror) read(name string) (file, []byte, error) {
	f, err := os.Open(filepath.Join(m.root, filepath.FromSlash(name)))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return file{}, nil, errMoving
		}
		return file{}, nil, err
	}
	defer func() { _ = f.Close() }()
	before, err := f.Stat()
	if err != nil {
		return file{}, nil, err
	}
	body := bytes.NewBuffer(make([]byte, 0, before.Size()+bytes.MinRead))
	if _, err := body.ReadFrom(f); err != nil {
		return file{}, nil, err
	}
	after, err := f.Stat()
	if err != nil {
		return file{}, nil, err
	}
	found := m.seen[name]
	if int64(body.Len()) != found.size || after.Size() != found.size || !after.ModTime().Equal(found.time) {
		return file{}, nil, errMoving
	}
	sum := sha256.Sum256(body.Bytes())
	return file{Size: found.size, Time: found.time, SHA256: hex.EncodeToString(sum[:])}, body.Bytes(), nil
}

// write brings a file's body to the bucket. was is the ETag of the object that it
// made last, "" if none. An object that is somebody else's is replaced, for the file
// changed after it came, unless shy is set: then it was found so at the start and
// stays, with "" for its ETag, until the file changes.
func (m *Mirror) write(ctx context.Context, name string, body []byte, was string, shy bool) (etag string, err error) {
	key := m.o.Prefix + name
	header := store.Header{ContentType: contentType(name)}
	for range 10 {
		etag, err = m.o.Bucket.Swap(ctx, key, body, header, was)
		if err == nil {
			return etag, nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrChanged) && !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
		there, stored, err := m.o.Bucket.Get(ctx, key, store.Cond{Limit: int64(len(body)) + 1})
		switch {
		case errors.Is(err, store.ErrNotFound):
			was = ""
			continue
		case errors.Is(err, store.ErrTooLarge):
		case err != nil:
			return "", err
		case bytes.Equal(stored, body):
			return there.ETag, nil // an upload whose end was not remembered
		}
		if shy {
			m.o.Say(fmt.Sprintf("%s was uploaded by somebody else and stays as it is until the file changes", key))
			return "", nil
		}
		was = there.ETag
	}
	return "", err
}

// remove deletes the object of a file that is gone, if it is still the one that was
// made of it.
func (m *Mirror) remove(ctx context.Context, name string) error {
	known, ok := m.index.get(name)
	if ok && known.ETag != "" {
		err := m.o.Bucket.Delete(ctx, m.o.Prefix+name, known.ETag)
		if errors.Is(err, store.ErrChanged) {
			m.o.Say(fmt.Sprintf("%s was changed by somebody else and stays, though the file is gone", m.o.Prefix+name))
		} else if err != nil {
			return err
		}
	}
	m.index.forget(name)
	return nil
}

func contentType(name string) string {
	switch ending := strings.ToLower(path.Ext(name)); ending {
	case ".md", ".markdown":
		return "text/markdown; charset=utf-8"
	case ".yaml", ".yml":
		return "application/yaml"
	default:
		if kind := mime.TypeByExtension(ending); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}
