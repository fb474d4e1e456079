package stack

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// Mishap is something that went wrong in a function, as often as it did.
type Mishap struct {
	Function string // "Publish"
	Text     string // what the function, or Lambda about it, wrote; it holds no address
	Count    int
	Last     time.Time
}

// onlyErrors lets CloudWatch give the lines of functions of the level ERROR, and
// Lambda's own that say that an invocation ended badly. It wants JSON logs.
//
// See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
const onlyErrors = `{ ($.level = "ERROR") || ($.type = "platform.report" && ($.record.status = "error" || $.record.status = "timeout" || $.record.status = "failure")) }`

// mostLines bounds how many log lines of a function are read.
const mostLines = 10_000

// Mishaps reads what went wrong since a time out of the functions' logs, the most
// recent first.
func (s *Stack) Mishaps(ctx context.Context, since time.Time) ([]Mishap, error) {
	parts, err := s.parts(ctx)
	if err != nil {
		return nil, err
	}
	client := cloudwatchlogs.NewFromConfig(s.aws)
	found := map[[2]string]Mishap{}
	for _, p := range of(parts, "AWS::Logs::LogGroup") {
		function := strings.TrimSuffix(p.logical, "Logs")
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(client, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: &p.physical, StartTime: aws.Int64(since.UnixMilli()), FilterPattern: aws.String(onlyErrors),
		})
		for n := 0; n < mostLines && pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, refused("logs:FilterLogEvents", err)
			}
			n += len(page.Events)
			for _, e := range page.Events {
				text, ok := mishap(aws.ToString(e.Message))
				if !ok {
					continue
				}
				m := found[[2]string{function, text}]
				m.Function, m.Text, m.Count = function, text, m.Count+1
				if at := time.UnixMilli(aws.ToInt64(e.Timestamp)); at.After(m.Last) {
					m.Last = at
				}
				found[[2]string{function, text}] = m
			}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Mishap) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Function, b.Function), cmp.Compare(a.Text, b.Text))
	}), nil
}

// mishap is what a log line says went wrong; false if it says nothing of the kind.
func mishap(line string) (string, bool) {
	var l struct {
		Level, Msg, Error, Type string
		Record                  struct {
			Status    string
			ErrorType string
		}
	}
	if json.Unmarshal([]byte(line), &l) != nil {
		return "", false
	}
	switch status := l.Record.Status; {
	case l.Level == "ERROR" && l.Error != "":
		return l.Msg + ": " + l.Error, true
	case l.Level == "ERROR":
		return l.Msg, true
	case l.Type == "platform.report" && status == "timeout":
		return "it took longer than it may", true
	case l.Type == "platform.report" && (status == "error" || status == "failure"):
		if l.Record.ErrorType != "" {
			status = l.Record.ErrorType
		}
		return "an invocation ended badly (" + status + ")", true
	}
	return "", false
}
