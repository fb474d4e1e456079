package newsletter

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
)

// Options is what a Newsletter works with.
type Options struct {
	State, Content *store.Bucket
	Audience       *audience.Audience
	Sender         Sender
	Events         Events // nil: there is no log to ask
	Now            func() time.Time
	Rand           io.Reader // cryptographically strong

	// SiteURL and Domain stand in where site.yaml sets no url and newsletter.domain.
	// Without any domain, issues wait.
	SiteURL, Domain string
	// Undo is how long an instant issue waits unless newsletter.undo says otherwise.
	Undo time.Duration
	// Settle is how long an uncertain request rests before the log is asked.
	Settle time.Duration
	// Deadline is the longest a run can live. A claim or a freeze older than this and
	// a minute belongs to nobody any more.
	Deadline time.Duration
	// Alone says that no run of another process can be under way, so that whatever
	// another one left behind is dead at once.
	Alone bool
	// Workers is how many requests are under way at a time; 0: 4.
	Workers int
	// Say is told what happened, one line each, without addresses; nil for nobody.
	Say func(line string)
	// Moved is told of each issue that came to another state; Standing at the end of
	// each tick how many issues are not over, and how many of these are held. Either
	// may be nil.
	Moved    func(Moved)
	Standing func(open, held int)
}

// Newsletter opens issues and sends them. It is safe for concurrent use, in one
// process and in many.
type Newsletter struct {
	Options
	owner string // this run, in what it leaves behind

	mu       sync.Mutex // guards what is at hand
	cached   map[string]cached
	world    *world
	lists    map[string]*list
	busy     map[string]bool // freezes under way, by nonce
	leavings leavings
	unsaved  map[string][]result  // outcomes whose swap failed, by issue
	asked    map[string]time.Time // when the log was last asked, by Message-Id
	waits    map[string]waited    // by issue

	noLog      bool      // the log was asked and there is no key to it
	quietUntil time.Time // no mail to the author before this
}

// New makes a Newsletter. It reads and writes nothing yet.
func New(o Options) (*Newsletter, error) {
	if o.Workers <= 0 {
		o.Workers = 4
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	o.SiteURL = strings.TrimSuffix(o.SiteURL, "/")
	o.Rand = &lockedReader{r: o.Rand}
	n := &Newsletter{Options: o, cached: map[string]cached{}, lists: map[string]*list{}, busy: map[string]bool{}, unsaved: map[string][]result{}, asked: map[string]time.Time{}, waits: map[string]waited{}}
	owner, err := n.nonce()
	n.owner = owner
	return n, err
}

// lockedReader lets several goroutines draw from a source that may not like it.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

// nonce draws 60 random bits as twelve characters that fit into keys and Message-Ids.
func (n *Newsletter) nonce() (string, error) {
	b := make([]byte, 10)
	if _, err := io.ReadFull(n.Rand, b); err != nil {
		return "", fmt.Errorf("draw a nonce: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))[:12], nil
}

// dead tells whether what a run began at a time can no longer be under way.
func (n *Newsletter) dead(owner string, at time.Time) bool {
	if n.Alone && owner != n.owner {
		return true
	}
	return n.Now().Sub(at) > n.Deadline+time.Minute
}
