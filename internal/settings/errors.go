package settings

import (
	"errors"
	"fmt"
)

// Error is one mistake in site.yaml that must be mended before the file is used.
type Error struct {
	Line, Column int    // from 1; 0 where none can be named
	What         string // what is wrong
	Instead      string // what to write instead
}

// Error is the mistake in one sentence or two, with its file and line.
func (e *Error) Error() string {
	where := Key
	if e.Line > 0 {
		where = fmt.Sprintf("%s, line %d", Key, e.Line)
	}
	if e.Instead == "" {
		return where + ": " + e.What
	}
	return where + ": " + e.What + " " + e.Instead
}

// Warning is something in site.yaml that has no effect or is likely not meant;
// the file is used all the same.
type Warning struct {
	Line int    // from 1; 0 where none can be named
	Text string // what is wrong and what to write instead
}

// Errors lists the mistakes that an error of [Parse] holds, in the order of their lines.
func Errors(err error) []*Error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Error
		for _, e := range joined.Unwrap() {
			all = append(all, Errors(e)...)
		}
		return all
	}
	var one *Error
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return []*Error{{What: err.Error()}}
}
