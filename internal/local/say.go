package local

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/pennypost/pennypost/functions"
)

// voice writes lines to the terminal, one at a time and without anybody's address.
type voice struct {
	mu  sync.Mutex
	out io.Writer
}

// say writes a line.
func (v *voice) say(line string) {
	line = functions.Redact(strings.ReplaceAll(line, "\n", "; "))
	v.mu.Lock()
	defer v.mu.Unlock()
	_, _ = fmt.Fprintln(v.out, line)
}

// log writes what functions log: warnings and errors, each as one calm line.
type log struct {
	voice *voice
	attrs []slog.Attr
}

// Enabled implements slog.Handler.
func (l log) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle implements slog.Handler.
func (l log) Handle(_ context.Context, r slog.Record) error {
	var line strings.Builder
	line.WriteString(r.Message)
	each := func(a slog.Attr) bool {
		fmt.Fprintf(&line, " · %s: %s", a.Key, a.Value.String())
		return true
	}
	for _, a := range l.attrs {
		each(a)
	}
	r.Attrs(each)
	l.voice.say(line.String())
	return nil
}

// WithAttrs implements slog.Handler.
func (l log) WithAttrs(attrs []slog.Attr) slog.Handler {
	return log{l.voice, append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)}
}

// WithGroup implements slog.Handler; groups are not shown.
func (l log) WithGroup(string) slog.Handler { return l }
