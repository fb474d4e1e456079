package functions

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// newLog writes JSON lines with the keys that Lambda itself uses, each with the id of
// the request it belongs to. What the libraries print by package log comes out the
// same way.
//
// See https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
func newLog(out io.Writer) *slog.Logger {
	log := slog.New(logger{slog.NewJSONHandler(out, &slog.HandlerOptions{ReplaceAttr: plainAttr})})
	slog.SetLogLoggerLevel(slog.LevelError) // aws-lambda-go prints errors only
	slog.SetDefault(log)
	return log
}

// logger adds the request to each record. Much of what logs has no context at hand,
// but a function takes one event at a time.
type logger struct{ slog.Handler }

// request is the id of the request under way, or of the last one.
var request atomic.Value

// Handle implements slog.Handler.
func (l logger) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := request.Load().(string); ok {
		r.AddAttrs(slog.String("requestId", id))
	}
	r.Message = Redact(r.Message)
	return l.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (l logger) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logger{l.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (l logger) WithGroup(name string) slog.Handler { return logger{l.Handler.WithGroup(name)} }

func plainAttr(groups []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(Redact(v))
	case error:
		a.Value = slog.StringValue(Redact(v.Error()))
	}
	return lambdacontext.ReplaceAttr(groups, a)
}
