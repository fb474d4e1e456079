package functions

import (
	"context"
	"log/slog"
	"time"
)

// The metrics that the functions write; template.yaml's alarms and dashboard name them.
const (
	PostsPublished   = "PostsPublished"   // posts that went live
	PublishLatency   = "PublishLatency"   // seconds from the upload, or the date in it, to the page
	PostsOverdue     = "PostsOverdue"     // posts that should have been live for ten minutes; 0 on every quiet tick
	IssuesHeld       = "IssuesHeld"       // issues that wait for the author; 0 on every quiet tick
	RecipientsSent   = "RecipientsSent"   // of issues that were closed
	RecipientsFailed = "RecipientsFailed" // of issues that were closed
	RecipientsHeld   = "RecipientsHeld"   // still owed an issue that was stopped while being sent
)

// Namespace is where CloudWatch keeps the metrics; their one dimension is Stack.
const Namespace = "Pennypost"

// metrics writes measurements as log lines in CloudWatch's embedded metric format: no
// call, no permission, and nothing lost when the function ends.
//
// See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type metrics struct {
	log   *slog.Logger
	stack string
	now   func() time.Time
}

// measurement is a value of a metric, or several: []float64.
type measurement struct {
	name, unit string
	value      any
}

func counted(name string, n int) measurement { return measurement{name, "Count", n} }

// put writes measurements of one moment as one line, with whatever else tells of it.
// Without a stack, as locally, it writes nothing.
func (m metrics) put(line string, what []measurement, attrs ...slog.Attr) {
	if m.stack == "" {
		return
	}
	type metric struct{ Name, Unit string }
	type directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}
	d := directive{Namespace: Namespace, Dimensions: [][]string{{"Stack"}}}
	for _, w := range what {
		d.Metrics = append(d.Metrics, metric{w.name, w.unit})
		attrs = append(attrs, slog.Any(w.name, w.value))
	}
	attrs = append(attrs, slog.String("Stack", m.stack), slog.Any("_aws", struct {
		Timestamp         int64
		CloudWatchMetrics []directive
	}{m.now().UnixMilli(), []directive{d}}))
	m.log.LogAttrs(context.Background(), slog.LevelInfo, line, attrs...)
}
