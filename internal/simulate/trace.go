package simulate

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"
	"time"
)

// trace is the story of a history, a numbered line for each step.
type trace struct {
	lines []string
	sum   hash.Hash
}

func newTrace() *trace { return &trace{sum: sha256.New()} }

// say adds a line to the trace.
func (w *World) say(format string, args ...any) {
	line := fmt.Sprintf("%5d  %s  ", len(w.trace.lines)+1, time.Now().UTC().Format("Mon 15:04:05.000")) + fmt.Sprintf(format, args...)
	w.trace.lines = append(w.trace.lines, line)
	w.trace.sum.Write([]byte(line))
}

// String is the whole story.
func (t *trace) String() string { return strings.Join(t.lines, "\n") }

// hash stands for the whole story: equal for histories that went the same way.
func (t *trace) hash() string { return fmt.Sprintf("%x", t.sum.Sum(nil)[:8]) }
