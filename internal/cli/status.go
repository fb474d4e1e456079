package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/stack"
	"github.com/pennypost/pennypost/internal/store"
)

// statusCommand is `pennypost status`.
type statusCommand struct{ dataFlags }

// few is how many lines each part of the screen takes at most.
const few = 5

// Run prints one screen: what was published, what is pending, which issues are open,
// and on a stack how full its queues are and what went wrong in the last day.
func (c *statusCommand) Run(ctx context.Context, s surroundings) error {
	return with(ctx, &c.dataFlags, func(n *newsletter.Newsletter, d data) error {
		known, err := loadCatalog(ctx, d.Surroundings)
		if err != nil {
			return err
		}
		issues, err := n.List(ctx)
		if err != nil {
			return err
		}
		b := board{out: s.out, now: d.Now()}
		if d.stack != nil {
			b.line("stack", "%s in account %s, %s: %s", d.stack.Name, d.stack.Account, d.stack.Region, d.stack.Status)
		}
		b.posts(known)
		b.pending(known)
		b.issues(issues)
		if d.stack == nil {
			return nil
		}
		queues, err := d.stack.Queues(ctx)
		if err != nil {
			return err
		}
		b.queues(queues)
		mishaps, err := d.stack.Mishaps(ctx, b.now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		b.mishaps(mishaps)
		return nil
	})
}

// loadCatalog reads the catalog; nothing was published yet if there is none.
func loadCatalog(ctx context.Context, s functions.Surroundings) (*catalog.Catalog, error) {
	_, body, err := store.New(s.S3, s.State).Get(ctx, catalog.Key, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return &catalog.Catalog{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the catalog: %w", err)
	}
	return catalog.Decode(body)
}

// board is the screen.
type board struct {
	out io.Writer
	now time.Time
}

// line is the first line of a part, more one of those below it.
func (b board) line(what, format string, args ...any) {
	fmt.Fprintf(b.out, "%-10s %s\n", what, fmt.Sprintf(format, args...))
}

func (b board) more(format string, args ...any) { b.line("", "  "+format, args...) }

func minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// posts are how many there are, the last that went live, and the next that will.
func (b board) posts(c *catalog.Catalog) {
	var live, soon []*catalog.Entry
	pages, drafts, wrong := 0, 0, 0
	for _, e := range c.Posts {
		switch {
		case e.Kind == post.Page:
			pages++
		case e.Live:
			live = append(live, e)
		case e.Draft:
			drafts++
		case e.GoLive.After(b.now):
			soon = append(soon, e)
		}
	}
	for _, f := range c.Files {
		if f.Problem != "" {
			wrong++
		}
	}
	b.line("posts", "%d live, %d scheduled, %s; %s", len(live), len(soon), count(drafts, "draft"), count(pages, "page"))
	if wrong > 0 {
		b.more("%s cannot be used: receipts/ in the content bucket says why", count(wrong, "file"))
	}
	slices.SortFunc(live, func(a, b *catalog.Entry) int { return int(b.Seq - a.Seq) })
	for _, e := range live[:min(few, len(live))] {
		b.more("%s  %s", minute(e.GoLive), e.Path)
	}
	slices.SortFunc(soon, func(a, b *catalog.Entry) int { return a.GoLive.Compare(b.GoLive) })
	for _, e := range soon[:min(few, len(soon))] {
		b.more("%s  %s, not before", minute(e.GoLive), e.Path)
	}
}

// pending is what the next run of publish still has to do.
func (b board) pending(c *catalog.Catalog) {
	failing := 0
	for _, p := range c.Pending {
		if p.Fails > 0 {
			failing++
		}
	}
	b.line("pending", "%s to write, %s to open, %s", count(len(c.Pending), "output"), count(len(c.Owed.Announce), "issue"), count(len(c.Owed.Receipts), "receipt"))
	if n := len(c.Unread); n > 0 {
		b.more("%s to be read first", count(n, "uploaded file"))
	}
	if failing > 0 {
		b.more("%s could not be made yet: the receipts of their posts say why", count(failing, "output"))
	}
}

// issues are those that are not over.
func (b board) issues(all []newsletter.Issue) {
	states := map[newsletter.State]int{}
	var open []newsletter.Issue
	for _, i := range all {
		states[i.State]++
		if i.State == newsletter.Waiting || i.State == newsletter.Sending || i.State == newsletter.Held {
			open = append(open, i)
		}
	}
	b.line("issues", "%d waiting, %d being sent, %d held; %d closed", states[newsletter.Waiting], states[newsletter.Sending], states[newsletter.Held], states[newsletter.Closed])
	for _, i := range open[:min(few, len(open))] {
		b.more("%s  %s: %s", i.ID, i.State, about(i))
	}
	if len(open) > few {
		b.more("and %d more: `pennypost issues`", len(open)-few)
	}
}

func (b board) queues(all []stack.Queue) {
	for _, q := range all {
		if q.Dead {
			b.line("dead", "%d given up, in %s", q.Waiting, q.Name)
			continue
		}
		b.line("queue", "%d waiting in %s", q.Waiting, q.Name)
	}
}

func (b board) mishaps(all []stack.Mishap) {
	sum := 0
	for _, m := range all {
		sum += m.Count
	}
	b.line("errors", "%d in the last 24 hours", sum)
	for _, m := range all[:min(few, len(all))] {
		b.more("%s  %s, %s: %s", minute(m.Last), m.Function, count(m.Count, "time"), m.Text)
	}
	if len(all) > few {
		b.more("and %d other kinds: the log groups in CloudWatch have them", len(all)-few)
	}
}
