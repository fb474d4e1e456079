package functions

import (
	"context"
	"log/slog"
	"time"

	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/publish"
)

// overdueAfter is when a post that is not live is called overdue.
const overdueAfter = 10 * time.Minute

// published tells what a publish run did: on AWS in a structured line with metrics,
// else in words.
func (s Surroundings) published(r *publish.Report) {
	line := r.String()
	if s.metrics.stack == "" {
		if line != "" {
			s.say(line)
		}
		return
	}
	if r.Empty() {
		return
	}
	attrs := []slog.Attr{
		slog.Int("new", len(r.New)), slog.Int("updated", len(r.Updated)), slog.Int("removed", len(r.Removed)),
		slog.Int("pictures", r.Pictures), slog.Any("lists", r.Lists), slog.Int64("ms", r.Took.Milliseconds()),
	}
	if len(r.Published) == 0 {
		s.Log.LogAttrs(context.Background(), slog.LevelInfo, line, attrs...)
		return
	}
	var posts []string
	var waits []float64
	for i, p := range r.Published {
		if i < mostValues {
			posts, waits = append(posts, p.Post), append(waits, p.Wait.Seconds())
		}
	}
	s.metrics.put(line, []measurement{
		counted(PostsPublished, len(r.Published)), {PublishLatency, "Seconds", waits},
	}, append(attrs, slog.Any("posts", posts))...)
}

// mostValues is how many values one line may have for a metric.
const mostValues = 100

// moved tells of an issue that came to another state.
func (s Surroundings) moved(m newsletter.Moved) {
	if s.metrics.log == nil {
		return
	}
	attrs := []slog.Attr{slog.String("issue", m.Issue), slog.String("state", string(m.State)), slog.Int("recipients", m.Recipients)}
	switch {
	case m.State == newsletter.Closed && m.Recipients > 0:
		s.metrics.put("an issue is over", []measurement{
			counted(RecipientsSent, m.Counts.Sent), counted(RecipientsFailed, m.Counts.Failed),
		}, append(attrs, slog.Int("left", m.Counts.Left))...)
	case m.State == newsletter.Held:
		s.metrics.put("an issue is held", []measurement{counted(RecipientsHeld, m.Owed)}, attrs...)
	default:
		s.Log.LogAttrs(context.Background(), slog.LevelInfo, "an issue moved on", attrs...)
	}
}

// standing tells at the end of a tick of send what is not over.
func (s Surroundings) standing(open, held int) {
	s.metrics.put("tick", []measurement{counted(IssuesHeld, held)}, slog.Int("open", open))
}

// overdue tells at the end of a tick of publish what should be live and is not.
func (s Surroundings) overdue(p *publish.Publisher) {
	s.metrics.put("tick", []measurement{counted(PostsOverdue, p.Overdue(overdueAfter))})
}
