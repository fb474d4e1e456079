package s3disk

import (
	"encoding/binary"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzFooter: no file makes readFooter panic, or read a footer that does not fit it.
func FuzzFooter(f *testing.F) {
	seal := func(text string) []byte {
		return append(binary.BigEndian.AppendUint32([]byte(text), uint32(len(text))), magic...)
	}
	f.Add([]byte(""))
	f.Add([]byte(magic))
	f.Add(seal(`{"key":"x","size":0}`))
	f.Add(append([]byte("body"), seal(`{"key":"x","size":4,"header":{"A":"b"}}`)...))
	f.Add([]byte("\xff\xff\xff\xff" + magic))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		foot, err := readFooter(file)
		if err == nil && (foot.Size < 0 || foot.Size > int64(len(content))-tailBytes) {
			t.Errorf("read %+v from %d bytes", foot, len(content))
		}
	})
}

// FuzzCopySource: however a source is encoded, gofakes3, which decodes it as a form's
// value, sees what was meant.
func FuzzCopySource(f *testing.F) {
	for _, s := range []string{"content/a b", "content/a%20b", "/content/a+b", "content%2Fx%2Fy", "content/%", "content", "", "content/x?versionId=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := copySource(s)
		path, _, _ := strings.Cut(s, "?")
		meant, err := url.PathUnescape(path)
		if err != nil || !utf8.ValidString(meant) {
			return
		}
		bucket, key, _ := strings.Cut(strings.TrimPrefix(meant, "/"), "/")
		if strings.Contains(bucket, "?") {
			return
		}
		gotBucket, rest, ok := strings.Cut(got, "/")
		rest, _, _ = strings.Cut(rest, "?")
		gotKey, err := url.QueryUnescape(rest)
		if !ok || err != nil || gotBucket != bucket || gotKey != key {
			t.Errorf("%q: bucket %q key %q, want %q %q", s, gotBucket, gotKey, bucket, key)
		}
	})
}
