// Package local runs the whole of pennypost in one process on one machine: an S3
// endpoint, the queue and the clock that wake the functions, the site as the CDN
// would serve it, an inbox in Mailgun's place, and a folder that is mirrored into the
// bucket. Everything lives in one data folder and outlives the process.
package local

import (
	"context"
	"time"

	"github.com/pennypost/pennypost/functions"
)

// Options are the flags of `pennypost local` and what it is wired with.
type Options struct {
	Dir     string        // folder mirrored to posts/ of the content bucket; "" for none
	Data    string        // data folder, made if it is missing
	Fresh   bool          // forget what the data folder holds first
	Site    string        // host:port of the site
	S3      string        // host:port of the S3 endpoint
	Mailgun string        // host:port of Mailgun's stand-in and the inbox
	Undo    time.Duration // how long an instant issue waits
	Tick    time.Duration // between two ticks of the clock; 0: 1 s
	Settle  time.Duration // before an uncertain batch is asked about
	Now     time.Time     // where to start the clock; zero: the machine's own

	// Wire makes the functions, which get S3, clock and mail of this process.
	Wire func(functions.Surroundings) (functions.Handlers, error)
	// Seed is called once in the life of a data folder, before the functions first
	// run; nil for nothing.
	Seed func(context.Context, functions.Surroundings) error
}

// Names of the buckets.
const (
	content = "content"
	site    = "site"
	state   = "state"
)

// MailDomain is the sending domain where site.yaml sets none.
const MailDomain = "mail.localhost"

// posts is the prefix of the content bucket that is the author's.
const posts = "posts/"

// deadline is the longest a function may run, as on AWS.
const deadline = time.Minute

// grace is how long functions under way are waited for at the end.
const grace = 10 * time.Second

// clock returns a clock that shows `start` now; the machine's own if it is zero.
func clock(start time.Time) func() time.Time {
	if start.IsZero() {
		return time.Now
	}
	began := time.Now()
	return func() time.Time { return start.Add(time.Since(began)) }
}
