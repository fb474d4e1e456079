package s3disk

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// footer stands behind the body in an object's file, as JSON, followed by its length
// in four bytes, most significant first, and the four bytes of magic. It is at the
// end because its ETag is known only when the whole body has been received.
type footer struct {
	Key      string            `json:"key"`
	MD5      string            `json:"md5"` // 32 hex digits: the ETag
	Size     int64             `json:"size"`
	Modified time.Time         `json:"modified"`
	Header   map[string]string `json:"header,omitempty"` // canonical HTTP header names
}

const (
	magic     = "pnp1"
	tailBytes = 8
	// footerBytes is what is read of a file's end at once; few footers are longer.
	footerBytes = 4096
	// footerLimit is above what a key (1 KB) and headers (gofakes3: 2 KB, escaped) need.
	footerLimit = 1 << 20
)

var errNotAnObject = errors.New("this file is damaged or not one of ours; move it away to go on without it")

// place is where in its bucket's folder an object of that key is.
func place(key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(name[:2], name)
}

// receive writes a body to a new file of the folder dir and returns its name, to be
// moved or removed by the caller, with the footer's MD5 and Size filled in. The file
// has no footer yet. size is the length the body must have, -1 if unknown.
func receive(dir string, body io.Reader, size int64) (f *os.File, foot footer, err error) {
	f, err = os.CreateTemp(dir, "")
	if err != nil {
		return nil, foot, err
	}
	hash := md5.New()
	n, err := io.Copy(io.MultiWriter(f, hash), body)
	if err == nil && size >= 0 && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		discard(f)
		return nil, foot, err
	}
	return f, footer{MD5: hex.EncodeToString(hash.Sum(nil)), Size: n}, nil
}

// discard closes and removes a file that is not wanted.
func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// seal appends the footer to a received body and, if sync is set, waits until both
// are on the disk.
func seal(f *os.File, foot footer, sync bool) error {
	text, err := json.Marshal(foot)
	if err != nil {
		return err
	}
	text = binary.BigEndian.AppendUint32(text, uint32(len(text)))
	if _, err := f.Write(append(text, magic...)); err != nil || !sync {
		return err
	}
	return f.Sync()
}

// readFooter reads the footer of an object's open file.
func readFooter(f *os.File) (footer, error) {
	var foot footer
	info, err := f.Stat()
	if err != nil {
		return foot, err
	}
	buffer := make([]byte, min(info.Size(), footerBytes))
	if _, err := f.ReadAt(buffer, info.Size()-int64(len(buffer))); err != nil {
		return foot, err
	}
	if len(buffer) < tailBytes || !bytes.HasSuffix(buffer, []byte(magic)) {
		return foot, fmt.Errorf("%s: %w", f.Name(), errNotAnObject)
	}
	n := int64(binary.BigEndian.Uint32(buffer[len(buffer)-tailBytes:]))
	if n > footerLimit || n > info.Size()-tailBytes {
		return foot, fmt.Errorf("%s: %w", f.Name(), errNotAnObject)
	}
	if n > int64(len(buffer)-tailBytes) {
		buffer = make([]byte, n+tailBytes)
		if _, err := f.ReadAt(buffer, info.Size()-int64(len(buffer))); err != nil {
			return foot, err
		}
	}
	text := buffer[int64(len(buffer))-tailBytes-n : len(buffer)-tailBytes]
	if err := json.Unmarshal(text, &foot); err != nil || foot.Size != info.Size()-tailBytes-n {
		return foot, fmt.Errorf("%s: %w", f.Name(), errNotAnObject)
	}
	return foot, nil
}

// syncDir brings the names in a folder to the disk. Windows has no such call.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}
