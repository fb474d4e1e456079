package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// Seen is what was found at one content key just now.
type Seen struct {
	Key      string
	Missing  bool
	ETag     string
	Size     int64
	Uploaded time.Time
	// Hash is the SHA-256 of the content in hex; empty if it was too large to read.
	Hash string

	// At most one of these tells what it is. Problem goes with none of them.
	Post     *post.Meta
	Picture  *post.Picture
	Settings *string // the text of posts/site.yaml, free of mistakes
	Problem  string
}

// returnsWithin is how long a body that vanished is taken for the same post when
// it comes back under another name.
const returnsWithin = 24 * time.Hour

// See takes what was found into the catalog: files, identities and tombstones.
// Paths and publication are settled afterwards, by Settle, because they depend on
// all posts together. Seeing a thing twice changes nothing.
func (c *Catalog) See(s Seen, now time.Time) {
	c.touched()
	if s.Missing {
		c.gone(s.Key, now)
		return
	}
	was := c.Files[s.Key]
	file := &File{ETag: s.ETag, Size: s.Size, Uploaded: s.Uploaded, Picture: s.Picture, Problem: s.Problem}
	if s.Picture != nil {
		file.Hash = s.Hash
	}
	if was != nil {
		file.Post = was.Post
		if was.ETag == s.ETag {
			file.Uploaded = was.Uploaded
		}
	}
	c.Files[s.Key] = file
	switch {
	case s.Settings != nil:
		c.Settings = *s.Settings
	case s.Post == nil:
		// A picture, or something unreadable. What was a post stays as it was last good,
		// but nobody can tell any more what repeats it.
		c.partCopies(s)
	case file.Post != "":
		c.edit(file.Post, s)
	default:
		c.arrive(s, file, now)
	}
}

// edit gives a known post its new text.
func (c *Catalog) edit(id string, s Seen) {
	old := c.Posts[id]
	e := *old
	e.ETag, e.Meta = s.ETag, *s.Post
	if e.DateText != old.DateText {
		e.GoLive = time.Time{} // resolved again by Settle
	}
	c.setPost(&e)
	c.partCopies(s)
}

// partCopies makes posts of their own of the copies that what was found is unlike.
func (c *Catalog) partCopies(s Seen) {
	for _, key := range c.copiesOf(s.Key) {
		if f := c.Files[key]; f.Copy.Hash != s.Hash {
			c.part(key, f)
		}
	}
}

// part makes a file that was taken for a copy a post of its own.
func (c *Catalog) part(key string, f *File) {
	own := *f
	own.CopyOf, own.Copy = "", nil
	c.Files[key] = &own
	c.found(key, &own, *f.Copy, f.Uploaded)
}

// arrive decides who it is that a key not known as a post brings.
func (c *Catalog) arrive(s Seen, file *File, now time.Time) {
	if id := c.returning(s, now); id != "" {
		c.revive(id, s.Key, file, *s.Post, now)
		return
	}
	if len(c.Posts) >= MaxPosts {
		file.Problem = fmt.Sprintf("the site has %d posts and pages, which is the most there can be: delete some, and then upload this one again", MaxPosts)
		return
	}
	if key := c.twin(s); key != "" {
		file.CopyOf, file.Copy = key, s.Post
		c.kin().copied(key, s.Key)
		return
	}
	c.found(s.Key, file, *s.Post, s.Uploaded)
}

// returning is the id of the removed post that the upload is, or "": the one that
// was removed from this key; else of equal slug, if the body is equal or it went
// less than a day ago; else of equal body, less than a day ago. Of several, the
// one that went last.
func (c *Catalog) returning(s Seen, now time.Time) string {
	best, rank := "", 0
	for _, id := range c.kin().removed(s) {
		t, there := c.Tombstones[id]
		if !there || t.Kind != s.Post.Kind {
			continue
		}
		lately := now.Sub(t.Gone) < returnsWithin
		r := 0
		switch {
		case t.Key == s.Key:
			r = 3
		case t.Slug == s.Post.Slug && (lately || t.Hash == s.Hash):
			r = 2
		case lately && t.Hash == s.Hash:
			r = 1
		}
		if r == 0 || r < rank {
			continue
		}
		if r == rank && cmp.Or(t.Gone.Compare(c.Tombstones[best].Gone), cmp.Compare(best, id)) < 0 {
			continue
		}
		best, rank = id, r
	}
	return best
}

// revive brings a removed post back under a key.
func (c *Catalog) revive(id, key string, file *File, meta post.Meta, now time.Time) {
	t := c.Tombstones[id]
	delete(c.Tombstones, id)
	e := t.Entry
	redated := meta.DateText != e.DateText
	if rebuilt := e.Hash == ""; rebuilt {
		// Nobody knows what the date was written like. What is still to come depends on it.
		redated = e.GoLive.After(now) || meta.Date.After(now)
	}
	if redated {
		e.GoLive = time.Time{}
	}
	e.Key, e.ETag, e.Meta = key, file.ETag, meta
	c.setPost(&e)
	file.Post = id
}

// twin is the key of a present post with the very same body, or "". A post whose file
// cannot be read now has another body than the one that is known of it.
func (c *Catalog) twin(s Seen) string {
	twin := ""
	for _, id := range c.kin().bodies[s.Hash] {
		e := c.Posts[id]
		if e != nil && e.Hash == s.Hash && e.Kind == s.Post.Kind && c.Files[e.Key].Problem == "" && (twin == "" || e.Key < twin) {
			twin = e.Key
		}
	}
	return twin
}

// found makes a post that never was before.
func (c *Catalog) found(key string, file *File, meta post.Meta, first time.Time) {
	id := c.newID(key)
	c.setPost(&Entry{ID: id, Key: key, ETag: file.ETag, First: first, Meta: meta})
	file.Post = id
}

// newID derives a post's permanent id from its first source key.
func (c *Catalog) newID(key string) string {
	for n := 0; ; n++ {
		id := deriveID(key, n)
		_, lives := c.Posts[id]
		_, dead := c.Tombstones[id]
		if !lives && !dead {
			return id
		}
	}
}

// gone takes a key out. Its post becomes a tombstone, unless a copy of it is
// there: then the file was renamed, and the copy is the post from now on.
func (c *Catalog) gone(key string, now time.Time) {
	file := c.Files[key]
	if file == nil {
		return
	}
	delete(c.Files, key)
	e := c.Posts[file.Post]
	if e == nil {
		return
	}
	copies := c.copiesOf(key)
	if len(copies) == 0 {
		t := *e
		t.Live, t.Rival = false, ""
		delete(c.Posts, e.ID)
		c.Tombstones[e.ID] = Tombstone{Gone: now, Entry: t}
		c.kin().buried(&t)
		return
	}
	heir := *c.Files[copies[0]]
	moved := *e
	moved.Key, moved.ETag, moved.Meta = copies[0], heir.ETag, *heir.Copy
	heir.Post, heir.CopyOf, heir.Copy = e.ID, "", nil
	c.Files[copies[0]] = &heir
	c.setPost(&moved)
	for _, other := range copies[1:] {
		f := *c.Files[other]
		f.CopyOf = copies[0]
		c.Files[other] = &f
		c.kin().copied(copies[0], other)
	}
}

// copiesOf lists the files taken for copies of a post's source, the first upload first.
func (c *Catalog) copiesOf(key string) []string {
	var keys []string
	for _, k := range c.kin().copies[key] {
		if f := c.Files[k]; f != nil && f.CopyOf == key && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(c.Files[a].Uploaded.Compare(c.Files[b].Uploaded), cmp.Compare(a, b))
	})
	return keys
}
