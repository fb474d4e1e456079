package catalog

import (
	"bytes"
	"compress/gzip"
	"testing"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// FuzzDecodeText is FuzzDecode behind the gzip: whatever JSON lies in the bucket, of
// older, newer, damaged or hostile make, it is refused or every operation holds, and
// what is written again is read again.
func FuzzDecodeText(f *testing.F) {
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`{"version":2,"posts":7}`))
	f.Add([]byte(`{"version":1,"files":{"posts/a.md":{"post":"x","copy_of":"posts/a.md","copy":null}},"posts":{"x":{"id":"x","key":"posts/a.md"}}}`))
	f.Add([]byte(`{"version":1,"files":{"posts/a.md":{"post":"x"},"posts/b.md":{"post":"x"}},"posts":{"x":{"id":"x","key":"posts/a.md"}}}`))
	f.Add([]byte(`{"version":1,"files":{"posts/a.md":{"etag":"1","post":"nobody"},"posts/b.jpg":{"picture":{"URL":"/media/x.jpg","Sizes":null}}},"tombstones":{"t":{"id":"u","key":"posts/a.md","slug":"a"}},"owed":{"announce":null}}`))
	f.Add([]byte(`{"version":1,"files":{"posts/a.md":{"post":"x"}},"posts":{"x":{"id":"x","key":"posts/a.md","live":true}},"tombstones":null,"outputs":null,"pending":null,"unread":null,"suspects":null,"reading":null,"owed":{"announce":null,"receipts":null}}`))
	f.Add([]byte(`{"version":1,"posts":{"x":{"id":"x","key":"posts/a.md","rival":"x","live":true,"seq":-1,"go_live":"9999-12-31T23:59:59Z"}},"outputs":{"../x":{}},"pending":{"":{"fails":-5}}}`))
	packed, err := newStoryCatalog().Encode()
	if err != nil {
		f.Fatal(err)
	}
	text, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		f.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := whole.ReadFrom(text); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()/2])
	f.Fuzz(func(t *testing.T, text []byte) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(text) // a buffer takes everything
		_ = z.Close()
		c, err := Decode(packed.Bytes())
		if err != nil {
			return
		}
		now := time.Unix(2e9, 0).UTC()
		c = c.Clone()
		for key := range c.Files {
			c.Target(key, "a.md")
			c.ImageKey(key, "b.jpg")
			c.ByKey(key)
			c.Heir(key)
			c.See(Seen{Key: key, ETag: "new", Hash: "h", Uploaded: now, Post: &post.Meta{Slug: "a", Hash: "h"}}, now)
			c.See(Seen{Key: key, Missing: true}, now)
		}
		c.See(Seen{Key: "posts/new.md", ETag: "n", Hash: "h", Uploaded: now, Post: &post.Meta{Slug: "a", Hash: "h"}}, now)
		c.Settle(now, testRules)
		c.Live()
		c.Pages()
		c.Due()
		c.Reconcile(map[string]string{"index.html": "d"}, func(string) bool { return false }, func(string) bool { return false }, "n")
		again, err := c.Encode()
		if err != nil {
			return // a time outside JSON's range
		}
		if _, err := Decode(again); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
