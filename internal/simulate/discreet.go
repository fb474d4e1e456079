package simulate

import (
	"bytes"
	"strings"
	"sync"

	"github.com/pennypost/pennypost/internal/simulate/memory"
)

// Subscribers' addresses are to be read in what is kept of subscribers and in the mails
// to them, and nowhere else.

// signs are what tells an address: of a subscriber, in a text or in a URL, and the author's.
var (
	readerSigns = [][]byte{[]byte("@example.org"), []byte("%40example.org")}
	authorSign  = []byte("@example.net")
)

// ears are where the logs of all processes go. They remember the first line that names
// somebody.
type ears struct {
	mu    sync.Mutex
	slip  string
	alarm bool // one takes the state for a restored one
}

func (e *ears) Write(line []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.slip == "" && (names(line) || bytes.Contains(line, authorSign)) {
		e.slip = string(line)
	}
	e.alarm = e.alarm || bytes.Contains(line, []byte("what this catalog never saw"))
	return len(line), nil
}

func names(text []byte) bool {
	return bytes.Contains(text, readerSigns[0]) || bytes.Contains(text, readerSigns[1])
}

// judgeLogs: no line of a log names anybody, or tells of a restored backup that never was.
func (w *World) judgeLogs() {
	w.ears.mu.Lock()
	defer w.ears.mu.Unlock()
	if w.ears.slip != "" {
		w.fail("a log names somebody: %s", w.ears.slip)
	}
	if w.ears.alarm && w.restored.IsZero() {
		w.fail("the catalog is taken for a restored one")
	}
}

// discreetCall holds a request against what others may read of it on the way: its URL.
func (w *World) discreetCall(c *call) {
	if u := c.req.URL.String(); names([]byte(u)) {
		w.fail("%s names somebody in a URL: %s", c.by, u)
	}
}

// discreetChange holds what is written against who may read it.
func (w *World) discreetChange(c memory.Change) {
	if c.New == nil || c.Bucket == "content" && strings.HasPrefix(c.Key, "posts/") {
		return
	}
	if c.Bucket == "state" && (strings.HasPrefix(c.Key, "audience/") || strings.HasPrefix(c.Key, "signups/")) {
		return
	}
	if names(c.New.Body) {
		w.fail("%s/%s names somebody: %s", c.Bucket, c.Key, c.New.Body)
	}
}
