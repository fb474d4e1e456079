package receipt

import (
	"bytes"
	"regexp"
	"strconv"
)

// edition is how the last line of a receipt ends: "at 09:05 (Europe/London), edition 3".
var edition = regexp.MustCompile(`, edition ([0-9]{1,9})\n$`)

// Edition is how often a receipt was written so far: each writer counts on from what it
// replaces. No two writings of a file's receipt are the same bytes, so they have different
// ETags: a replacement that was held up on its way cannot take a later text, which says
// again what an earlier one said, for the one that it was to replace. 0 where none is named.
func Edition(text []byte) int {
	found := edition.FindSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(found[1])) // its digits fit
	return n
}

// WithEdition is the receipt as its n-th edition. A text that does not end in the time at
// which it became true is not ours, and stays as it is.
func WithEdition(text []byte, n int) []byte {
	body := bytes.TrimSuffix(edition.ReplaceAll(text, []byte("\n")), []byte("\n"))
	last := bytes.LastIndexByte(body, '\n')
	if last < 0 || !bytes.HasSuffix(body[:last], []byte("\n\n"+headWhen)) {
		return text
	}
	return append(bytes.Clone(body), ", edition "+strconv.Itoa(n)+"\n"...)
}
