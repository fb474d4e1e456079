// Package catalog is the one value that knows all content and all outputs: every
// file of the author with its ETag, every post with its identity, what the site
// consists of, and what is still owed to it. It is a pure value: changes are
// methods that take what was seen and the time; reading and writing it is the
// publish package's business.
package catalog

import (
	"sync/atomic"
	"time"

	"github.com/pennypost/pennypost/internal/post"
)

// Version is the format this program writes. A reader refuses a newer one.
const Version = 1

// Key is the catalog's key in the state bucket.
const Key = "catalog.json.gz"

// Catalog is one state of the whole. Entries behind its maps are never changed
// in place but replaced, so that Clone is cheap.
type Catalog struct {
	Version    int       `json:"version"`
	Generation int64     `json:"generation"` // one more with each commit
	Nonce      string    `json:"nonce"`      // of the commit that wrote this body
	Changed    time.Time `json:"changed"`
	// Secret is random, drawn once; draft previews hide behind it.
	Secret string `json:"secret"`
	// Sequence is the last go-live number given out.
	Sequence int64 `json:"sequence"`
	// Reader is the version of the code that read the sources: another one reads them all again.
	Reader string `json:"reader,omitempty"`
	// Settings is the last good text of posts/site.yaml.
	Settings string `json:"settings,omitempty"`

	Files      map[string]*File     `json:"files"`      // by content key
	Posts      map[string]*Entry    `json:"posts"`      // by post id
	Tombstones map[string]Tombstone `json:"tombstones"` // by post id
	Outputs    map[string]Output    `json:"outputs"`    // by site key
	Pending    map[string]Pending   `json:"pending"`    // by site key
	Owed       Owed                 `json:"owed"`
	Sweep      Sweep                `json:"sweep"`
	// Marks are the nonces of the commits that owed receipts, in order, from the one of which
	// the receipts certainly tell. One that is older is never named beside them again.
	Marks []string `json:"marks,omitempty"`
	// Unread are content keys that a sweep found, or that a run had no time to look at. While there are any,
	// nothing is written to the site: it would be made of half of what was uploaded.
	Unread map[string]Unread `json:"unread,omitempty"`
	// Suspects counts the runs that began to read a key alone and were not seen to
	// come back.
	Suspects map[string]int `json:"suspects,omitempty"`
	// Reading is until when the one of them that began last may still be under way.
	Reading map[string]time.Time `json:"reading,omitempty"`
	// Rebuilt is when a lost catalog was made anew; what was uploaded before counts
	// as announced. Zero: it never was lost.
	Rebuilt time.Time `json:"rebuilt,omitzero"`

	index   atomic.Pointer[index] // made when first asked for; nil after a change
	kinship *kinship              // made when first needed; kept up to date by See
}

// File is one object of the author below posts/.
type File struct {
	ETag     string    `json:"etag"`
	Size     int64     `json:"size"`
	Uploaded time.Time `json:"uploaded"`
	// Post is the id of the post this file is the source of; empty for images,
	// settings, and files with a Problem that never were a post.
	Post string `json:"post,omitempty"`
	// CopyOf names the key of a post this file repeats word for word: the first half
	// of a rename, perhaps. Copy is what was read from it.
	CopyOf string     `json:"copy_of,omitempty"`
	Copy   *post.Meta `json:"copy,omitempty"`
	// Picture is set on images that can be shown, Hash to the SHA-256 of their content
	// in hex. A post's hash is in its Meta.
	Hash    string        `json:"hash,omitempty"`
	Picture *post.Picture `json:"picture,omitempty"`
	// Problem says why the file cannot be used, in words for the author.
	Problem string `json:"problem,omitempty"`
}

// Entry is one post or page.
type Entry struct {
	ID  string `json:"id"`
	Key string `json:"key"` // the source file now
	// ETag is of the content this entry was read from: the last good one.
	ETag string `json:"etag"`
	// First is the first upload of all, kept for ever; an undated post's date.
	First time.Time `json:"first"`
	// GoLive is when it was or will be published; resolved again only when the
	// text of its date changes. Seq numbers posts in the order in which they went
	// live, from 1; 0 while it never was.
	GoLive time.Time `json:"go_live"`
	Seq    int64     `json:"seq,omitempty"`
	Live   bool      `json:"live,omitempty"`
	// Late is set on a post that was already older than newsletter.max_age when it
	// was first uploaded: it is in no mail until the author releases it.
	Late bool `json:"late,omitempty"`
	// Path is its URL path ("/blog/x/"); empty while another post holds it.
	Path string `json:"path,omitempty"`
	// Rival is the id of the post that holds the path this one asks for.
	Rival string `json:"rival,omitempty"`
	// Former are URL paths it had before, for redirects.
	Former []string `json:"former,omitempty"`

	post.Meta
}

// Tombstone remembers a post that is gone, so that it can come back as itself.
type Tombstone struct {
	Gone time.Time `json:"gone"`
	Entry
}

// Output is an object of the site bucket: the digest of the inputs it was made
// from and the ETag of our last write.
type Output struct {
	Digest string `json:"digest"`
	ETag   string `json:"etag"`
	// Post is the id of the post whose page it is, or Signpost; empty: it is none's, or that
	// was not noted when it was written.
	Post string `json:"post,omitempty"`
}

// Signpost stands for the post of a page that only leads on to where a post is now.
const Signpost = "-"

// Pending is an output that is to be written, or with an empty Digest deleted.
type Pending struct {
	Digest string `json:"digest,omitempty"`
	Nonce  string `json:"nonce"` // of the commit that marked it last
	// Fails counts renderings that failed, so that a broken one is told of, not tried every second.
	Fails int `json:"fails,omitempty"`
}

// Owed is what publishing still has to do besides writing outputs. The numbers
// are generations: what is owed is cleared only if its number is unchanged.
type Owed struct {
	Announce     map[string]int64 `json:"announce,omitempty"` // post id
	Receipts     map[string]int64 `json:"receipts,omitempty"` // content key
	Invalidation int64            `json:"invalidation,omitempty"`
	// Cleared is when somebody last set out to clear the CDN's copies, so that it
	// happens at most once a minute.
	Cleared time.Time `json:"cleared,omitzero"`
}

// Unread is a content key that is still to be looked at.
type Unread struct {
	Anew bool `json:"anew,omitempty"` // also if it is as it is known
	// Tried counts the runs that began to look at the key together with others and were
	// not seen to come back: one of them may end every run.
	Tried int `json:"tried,omitempty"`
}

// Sweep is how far the comparison of the catalog with both buckets has come.
type Sweep struct {
	Done   time.Time `json:"done"`             // when the last whole one ended
	Bucket string    `json:"bucket,omitempty"` // the one being listed; empty: none is under way
	After  string    `json:"after,omitempty"`
}
