package catalog

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

const (
	// MaxBytes is the largest catalog, unpacked: more than MaxPosts come to.
	MaxBytes = 256 << 20
	// MaxPosts is how many posts and pages a site may have. With so many a function
	// needs some 300 MB and a few seconds to read the catalog and plan the site.
	MaxPosts = 50_000
)

// ErrTooLarge is reported for a catalog that could not be read again.
var ErrTooLarge = fmt.Errorf("the catalog would be over %d MB: there are too many files below posts/", MaxBytes>>20)

// ErrNewer is reported for a catalog written by a later version of the program.
var ErrNewer = errors.New("the catalog was written by a newer version of pennypost: update this one")

// New returns a catalog of nothing. The secret is what draft previews hide behind.
func New(secret string) *Catalog {
	return &Catalog{
		Version:    Version,
		Secret:     secret,
		Files:      map[string]*File{},
		Posts:      map[string]*Entry{},
		Tombstones: map[string]Tombstone{},
		Outputs:    map[string]Output{},
		Pending:    map[string]Pending{},
		Owed:       Owed{Announce: map[string]int64{}, Receipts: map[string]int64{}},
		Unread:     map[string]Unread{},
		Suspects:   map[string]int{},
		Reading:    map[string]time.Time{},
	}
}

// Decode reads what Encode wrote: JSON behind gzip, so that `gunzip | jq` can too.
// It reports ErrNewer for a later format, and an error for anything that is not a
// whole catalog; it never returns half a one.
func Decode(packed []byte) (*Catalog, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("the catalog is not gzip: %v", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the catalog is cut short: %v", err)
	}
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("the catalog is over %d MB", MaxBytes>>20)
	}
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("the catalog is not JSON: %v", err)
	}
	if head.Version > Version {
		return nil, ErrNewer
	}
	if head.Version < 1 {
		return nil, errors.New("the catalog names no version")
	}
	c := New("")
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("the catalog cannot be read: %v", err)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

// check refuses what no Encode ever wrote, and mends maps that JSON's null emptied.
func (c *Catalog) check() error {
	n := New(c.Secret)
	for key, f := range c.Files {
		if f == nil {
			return fmt.Errorf("the catalog's file %q is null", key)
		}
		if f.Copy != nil && !possible(f.Copy) {
			return fmt.Errorf("the catalog's file %q is a copy of what cannot be", key)
		}
		if f.CopyOf != "" && f.Copy == nil {
			return fmt.Errorf("the catalog's file %q is a copy of nothing", key)
		}
		if f.Post != "" && (c.Posts[f.Post] == nil || c.Posts[f.Post].Key != key) {
			return fmt.Errorf("the catalog's file %q is of a post that is not there", key)
		}
	}
	for id, t := range c.Tombstones {
		if t.ID != id || !possible(&t.Meta) {
			return fmt.Errorf("the catalog's former post %q is not itself", id)
		}
	}
	for key, p := range c.Pending {
		if p.Fails < 0 {
			return fmt.Errorf("the catalog's output %q failed less than never", key)
		}
	}
	for id, e := range c.Posts {
		if e == nil || e.ID != id || !possible(&e.Meta) {
			return fmt.Errorf("the catalog's post %q is not itself", id)
		}
	}
	if c.Files == nil {
		c.Files = n.Files
	}
	if c.Posts == nil {
		c.Posts = n.Posts
	}
	if c.Tombstones == nil {
		c.Tombstones = n.Tombstones
	}
	if c.Outputs == nil {
		c.Outputs = n.Outputs
	}
	if c.Pending == nil {
		c.Pending = n.Pending
	}
	if c.Unread == nil {
		c.Unread = n.Unread
	}
	if c.Suspects == nil {
		c.Suspects = n.Suspects
	}
	if c.Reading == nil {
		c.Reading = n.Reading
	}
	if c.Owed.Announce == nil {
		c.Owed.Announce = n.Owed.Announce
	}
	if c.Owed.Receipts == nil {
		c.Owed.Receipts = n.Owed.Receipts
	}
	return nil
}

// possible tells whether what is known of a post can be shown: stars are drawn one by one.
func possible(m *post.Meta) bool {
	return m.Book == nil || m.Book.Rating >= 0 && m.Book.Rating <= 5
}

// packers are used again, because one takes most of a megabyte to set up.
var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is one there is
	return z
}}

// Encode writes the catalog as gzipped JSON. Equal catalogs give equal bytes.
// [ErrTooLarge] is reported for one beyond MaxBytes.
func (c *Catalog) Encode() ([]byte, error) {
	var out bytes.Buffer
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(&out)
	if err := json.NewEncoder(&bounded{z, MaxBytes}).Encode(c); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// bounded passes on so many bytes and no more.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, ErrTooLarge
	}
	return b.w.Write(p)
}

// Clone returns a catalog that can be changed without the first one noticing.
func (c *Catalog) Clone() *Catalog {
	return &Catalog{
		Version:    c.Version,
		Generation: c.Generation,
		Nonce:      c.Nonce,
		Changed:    c.Changed,
		Secret:     c.Secret,
		Sequence:   c.Sequence,
		Reader:     c.Reader,
		Settings:   c.Settings,
		Files:      maps.Clone(c.Files),
		Posts:      maps.Clone(c.Posts),
		Tombstones: maps.Clone(c.Tombstones),
		Outputs:    maps.Clone(c.Outputs),
		Pending:    maps.Clone(c.Pending),
		Owed: Owed{
			Announce:     maps.Clone(c.Owed.Announce),
			Receipts:     maps.Clone(c.Owed.Receipts),
			Invalidation: c.Owed.Invalidation,
			Cleared:      c.Owed.Cleared,
		},
		Sweep:    c.Sweep,
		Marks:    slices.Clone(c.Marks),
		Unread:   maps.Clone(c.Unread),
		Suspects: maps.Clone(c.Suspects),
		Reading:  maps.Clone(c.Reading),
		Rebuilt:  c.Rebuilt,
	}
}
