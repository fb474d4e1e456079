package catalog

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

// deriveID is a post's id from its first source key: 13 characters a–z2–7, 65
// bits, so that a million posts collide with a chance below one in ten million.
// The n-th id of one key serves when earlier ones belong to posts that moved away.
func deriveID(key string, n int) string {
	if n > 0 {
		key += "\x00" + strconv.Itoa(n)
	}
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:13]
}

// Heir is the post that was first uploaded at a key and goes on under another; or nil.
func (c *Catalog) Heir(key string) *Entry {
	if e := c.Posts[deriveID(key, 0)]; e != nil && e.Key != key {
		return e
	}
	return nil
}
