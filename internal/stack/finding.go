package stack

import (
	"context"
	"time"
)

// Finding is what a look at one thing brought.
type Finding struct {
	What  string // "buckets"
	Found string // what there is, or what is wrong
	Do    string // what to do about it; empty: all is well
}

// OK says that nothing need be done.
func (f Finding) OK() bool { return f.Do == "" }

// fine is a finding of something that is as it should be.
func fine(what, found string) Finding { return Finding{What: what, Found: found} }

// wrong is a finding of something that is not.
func wrong(what, found, do string) Finding { return Finding{what, found, do} }

// failed is a finding that could not be had.
func failed(what string, err error, do string) Finding { return Finding{what, err.Error(), do} }

// look is one thing the doctor looks at.
type look func(context.Context) []Finding

// slow is how long one look may take.
const slow = 30 * time.Second
