package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/pennypost/pennypost/internal/newsletter"
)

// issuesCommand is `pennypost issues`.
type issuesCommand struct {
	List    issuesList    `cmd:"" default:"withargs" help:"All issues, the newest first."`
	Show    issuesShow    `cmd:"" help:"One issue and how far it is."`
	Release issuesRelease `cmd:"" help:"Send an issue that is held."`
	Cancel  issuesCancel  `cmd:"" help:"Send an issue to nobody, or to nobody else one that was stopped."`
	Resume  issuesResume  `cmd:"" help:"Go on with an issue that was stopped while it was being sent."`
}

type (
	issuesList struct{ dataFlags }
	issuesShow struct {
		dataFlags
		issueID
	}
	issuesRelease struct {
		changeFlags
		issueID
	}
	issuesCancel struct {
		changeFlags
		issueID
	}
	issuesResume struct {
		changeFlags
		issueID
	}
)

// issueID is the argument that names an issue.
type issueID struct {
	ID string `arg:"" help:"The issue's id, as the list shows it."`
}

// with calls do with the newsletter of the data.
func with(ctx context.Context, f *dataFlags, do func(*newsletter.Newsletter, data) error) (err error) {
	d, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	n, err := d.Newsletter()
	if err != nil {
		return err
	}
	return do(n, d)
}

// Run lists all issues.
func (c *issuesList) Run(ctx context.Context, s surroundings) error {
	return with(ctx, &c.dataFlags, func(n *newsletter.Newsletter, _ data) error {
		all, err := n.List(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			_, err = fmt.Fprintln(s.out, "There are no issues yet: the first post that goes live opens one.")
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ISSUE\tSTATE\tOPENED\tSENT\tABOUT")
		for _, i := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", i.ID, i.State, i.Opened.Local().Format("2006-01-02 15:04"), i.Counts.Sent, about(i))
		}
		return w.Flush()
	})
}

// about says what an issue is about, and why it waits. Why it sleeps may have changed since it
// fell asleep.
func about(i newsletter.Issue) string {
	text := i.Key
	if text == "" {
		text = i.Period
	}
	if i.Reason != "" && i.State != newsletter.Dormant {
		text += ": " + i.Reason
	}
	return text
}

// Run shows one issue.
func (c *issuesShow) Run(ctx context.Context, s surroundings) error {
	return with(ctx, &c.dataFlags, func(n *newsletter.Newsletter, _ data) error {
		d, err := n.Show(ctx, c.ID)
		if err != nil {
			return unknown(c.ID, err)
		}
		return show(s.out, d)
	})
}

func show(out io.Writer, d newsletter.Detail) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\n", name, value) }
	line("issue", d.ID)
	line("about", cmp.Or(d.Key, d.Period))
	line("title", d.Title)
	line("state", d.State)
	line("opened", d.Opened.Local().Format("2006-01-02 15:04:05"))
	line("due", d.Due.Local().Format("2006-01-02 15:04:05"))
	for _, text := range d.Lines {
		line("mail", text)
	}
	if d.Frozen.IsZero() { // whom it reaches is decided when it begins
		return w.Flush()
	}
	line("recipients", d.Recipients)
	line("sent", d.Counts.Sent)
	line("failed", d.Counts.Failed)
	line("left before", d.Counts.Left)
	line("waiting", d.Waiting)
	line("under way", d.Inflight)
	line("uncertain", d.Uncertain)
	if !d.Next.IsZero() {
		line("goes on", d.Next.Local().Format("2006-01-02 15:04:05"))
	}
	if !d.Queued.IsZero() {
		line("queued until", d.Queued.Local().Format("2006-01-02 15:04:05"))
	}
	for _, f := range d.Failures {
		line("refused", fmt.Sprintf("%d: %s", f.Count, f.Reason))
	}
	return w.Flush()
}

// Run releases a held issue.
func (c *issuesRelease) Run(ctx context.Context, s surroundings) error {
	return c.act(ctx, s, c.ID, "release", "released: it is sent when its time comes", (*newsletter.Newsletter).Release)
}

// Run cancels an issue.
func (c *issuesCancel) Run(ctx context.Context, s surroundings) error {
	return c.act(ctx, s, c.ID, "cancel", "cancelled: it is never sent", (*newsletter.Newsletter).Cancel)
}

// Run resumes an issue.
func (c *issuesResume) Run(ctx context.Context, s surroundings) error {
	return c.act(ctx, s, c.ID, "resume", "resumed: it goes on at the next tick", (*newsletter.Newsletter).Resume)
}

// act does one thing to one issue, after asking where that is due.
func (f *changeFlags) act(ctx context.Context, s surroundings, id, verb, done string, do func(*newsletter.Newsletter, context.Context, string) error) error {
	return with(ctx, &f.dataFlags, func(n *newsletter.Newsletter, d data) error {
		i, err := n.Show(ctx, id)
		if err != nil {
			return unknown(id, err)
		}
		if stop, err := f.sure(ctx, s, d, fmt.Sprintf("%s the issue %s (%s)", verb, id, about(i.Issue))); stop || err != nil {
			return err
		}
		if err := do(n, ctx, id); err != nil {
			return unknown(id, err)
		}
		if verb == "cancel" && !i.Frozen.IsZero() {
			done = "ended: nobody else is mailed"
		}
		_, err = fmt.Fprintln(s.out, id, done)
		return err
	})
}

func unknown(id string, err error) error {
	if errors.Is(err, newsletter.ErrNoIssue) {
		return fmt.Errorf("there is no issue %q: `pennypost issues` lists them all", id)
	}
	var refusal *newsletter.Refusal
	if errors.As(err, &refusal) {
		return fmt.Errorf("issue %s: %w", id, err)
	}
	return err
}
