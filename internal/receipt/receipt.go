// Package receipt says in plain words what became of an upload. A receipt is a
// small text file the author finds in the content bucket next to the posts; it
// is written for somebody who has never seen a log.
package receipt

import (
	"strings"
	"time"
)

// State is the first word of a receipt: what the file is now.
type State string

// The states a source file can be in.
const (
	Published State = "Published" // its page is on the site
	Scheduled State = "Scheduled" // its date lies ahead; it goes live on its own
	Draft     State = "Draft"     // only the unlisted preview shows it
	Held      State = "Held"      // waits for something; the first sentence says what for
	Rejected  State = "Rejected"  // the file cannot be used as it is
	Removed   State = "Removed"   // the file is gone, and so is its page
)

// Receipt is the outcome of one upload.
type Receipt struct {
	State State
	Key   string // the content key of the source, "posts/x.md"
	Title string // of the post, empty where there is none (a picture, a file that cannot be read)
	URL   string // where readers find it, absolute
	// Preview is the unlisted address of a draft or a scheduled post, absolute.
	Preview string
	// Detail is the rest of the first sentence, after the state: "and mailed to
	// nobody, because its date is long past". Empty: a sentence that fits the state.
	Detail   string
	Changed  []string  // what was rewritten on the site, one short phrase each
	Warnings []Note    // what to look at; on a rejected file: what to mend
	Mail     []string  // who is mailed and when, one sentence each
	At       time.Time // when this became so, in the site's time zone
}

// Note is a remark about one line of the source.
type Note struct {
	Line int // from 1; 0 where no line can be named
	// Text may hold several remarks, each on a line of its own and perhaps beginning
	// with the file's key and its line ("posts/x.md, line 3: …"), as errors do.
	Text string
}

// Key is where the receipt of a source file is kept in the content bucket.
func Key(source string) string { return "receipts/" + source + ".txt" }

// Source is the file whose receipt is kept at a key, if one's is.
func Source(key string) (source string, ok bool) {
	key, below := strings.CutPrefix(key, "receipts/")
	source, ok = strings.CutSuffix(key, ".txt")
	return source, below && ok
}
