package catalog

import "slices"

// kinship finds candidates for "this is the same post" without a walk over all of
// them. It may name some that are none any more: whoever asks looks for itself.
type kinship struct {
	bodies map[string][]string // hash → ids of posts
	copies map[string][]string // source key → keys of files that repeat it
	keys   map[string][]string // source key → ids of tombstones
	slugs  map[string][]string // slug → ids of tombstones
	hashes map[string][]string // hash → ids of tombstones
}

func (c *Catalog) kin() *kinship {
	if c.kinship != nil {
		return c.kinship
	}
	k := &kinship{
		bodies: make(map[string][]string, len(c.Posts)),
		copies: map[string][]string{},
		keys:   make(map[string][]string, len(c.Tombstones)),
		slugs:  make(map[string][]string, len(c.Tombstones)),
		hashes: make(map[string][]string, len(c.Tombstones)),
	}
	for id, e := range c.Posts {
		k.bodies[e.Hash] = append(k.bodies[e.Hash], id)
	}
	for key, f := range c.Files {
		if f.CopyOf != "" {
			k.copied(f.CopyOf, key)
		}
	}
	for _, t := range c.Tombstones {
		k.buried(&t.Entry)
	}
	c.kinship = k
	return k
}

// setPost puts a post into the catalog.
func (c *Catalog) setPost(e *Entry) {
	k := c.kin()
	c.Posts[e.ID] = e
	if !slices.Contains(k.bodies[e.Hash], e.ID) {
		k.bodies[e.Hash] = append(k.bodies[e.Hash], e.ID)
	}
}

func (k *kinship) copied(source, key string) { k.copies[source] = append(k.copies[source], key) }

func (k *kinship) buried(e *Entry) {
	k.keys[e.Key] = append(k.keys[e.Key], e.ID)
	k.slugs[e.Slug] = append(k.slugs[e.Slug], e.ID)
	k.hashes[e.Hash] = append(k.hashes[e.Hash], e.ID)
}

// removed names the tombstones an upload may be the return of.
func (k *kinship) removed(s Seen) []string {
	return slices.Concat(k.keys[s.Key], k.slugs[s.Post.Slug], k.hashes[s.Hash])
}
