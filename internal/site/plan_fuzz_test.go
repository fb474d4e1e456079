package site

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"testing"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/theme"
)

// FuzzPlan: whatever catalog can be read, of older, damaged or hostile make, a site can
// be planned of it, whose outputs can be made or say why not.
func FuzzPlan(f *testing.F) {
	w := smallSite(f)
	s := w.settings(f)
	th, err := theme.New(s)
	if err != nil {
		f.Fatal(err)
	}
	packed, err := w.catalog(f, s).Encode()
	if err != nil {
		f.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		f.Fatal(err)
	}
	whole, err := io.ReadAll(z)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	const entry = `{"version":1,"secret":"s","files":{"posts/a.md":{"etag":"1","post":"a"},"posts/b.jpg":{"etag":"2","hash":"ab","picture":{"url":"/media/x.jpg"}}},"posts":{"a":{"id":"a","key":"posts/a.md","etag":"1","kind":"article","title":"A","slug":"a","path":"/blog/a/","live":true,"go_live":"2024-05-01T12:00:00Z"`
	for _, more := range []string{
		`}}}`, `,"book":{}}}}`, `,"book":{"rating":-7,"rated":true,"cover":"b.jpg","finished":"0000-01-01T00:00:00Z"}}}}`, `,"image":"b.jpg","images":[{"to":"b.jpg"},{"to":""}],"links":[{"to":"#"}],"places":[{"to":"%zz"},{"to":""}]}}}`,
		`,"path":"","former":["","/","//","/../x/"],"aliases":["x","/blog/a/","/a/b/"],"tags":["","/","..","C++"]}}}`, `,"path":"../../x","title":"","live":false,"draft":true}}}`, `,"kind":"page","path":"/"}}}`, `,"kind":"","words":-5,"date":"9999-12-31T23:59:59Z"}}}`,
	} {
		f.Add([]byte(entry + more))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, _ = z.Write(text) // a buffer takes everything
		_ = z.Close()
		c, err := catalog.Decode(packed.Bytes())
		if err != nil {
			return
		}
		p := New(c, s, th)
		for key := range p.Outputs() {
			if _, err := p.Render(key, func(key string) ([]byte, error) { return w.read(key) }); err != nil && errors.Is(err, ErrNotPlanned) {
				t.Errorf("%s: %v", key, err)
			}
		}
		for _, e := range c.Posts {
			for _, key := range p.Reads(e) {
				if c.Files[key] == nil {
					t.Errorf("%s reads %s, which the catalog does not know", e.Key, key)
				}
			}
			_, _ = p.Warnings(e, w.read) // what the catalog knows need not be there
		}
	})
}
