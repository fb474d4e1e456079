package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/pennypost/pennypost/internal/audience"
)

// audienceImport is `pennypost audience import`.
type audienceImport struct {
	changeFlags
	File string `arg:"" help:"The list: an export of Mailchimp, Substack, Ghost, Buttondown, Squarespace or pennypost, or any CSV with a column Email." placeholder:"FILE.csv"`
}

// Run reads the list without writing, says what it found, asks, and takes it in.
func (c *audienceImport) Run(ctx context.Context, s surroundings) (err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return err
	} else if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file that can be read twice: save the list to one first", c.File)
	}
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, around data) error {
		known, err := topics(ctx, around.Surroundings)
		if err != nil {
			return err
		}
		o := audience.ImportOptions{Source: "import of " + filepath.Base(c.File), DryRun: true, Topics: topicNames(known)}
		bar := s.bar(-1, "reading the list")
		trial, err := list.Import(ctx, file, o)
		_ = bar.Finish() // drawing is not worth failing for
		if err != nil {
			return err
		}
		describe(s.out, filepath.Base(c.File), trial)
		if trial.Added == 0 && trial.Remembered == 0 {
			_, err = fmt.Fprintln(s.out, "There is nobody to add.")
			return err
		}
		if !c.Yes {
			yes, asked, err := s.ask(ctx, around.on("go on?"))
			if err != nil {
				return err
			}
			if !asked {
				_, err = fmt.Fprintln(s.out, "This was a dry run, and nothing was written: add --yes to take the list in.")
				return err
			}
			if !yes {
				_, err = fmt.Fprintln(s.out, "Nothing was written.")
				return err
			}
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		bar = s.bar(trial.Rows, "taking the list in")
		o.DryRun, o.Progress = false, func(done int) { _ = bar.Set(done) }
		got, err := list.Import(ctx, file, o)
		_ = bar.Finish()
		if err != nil {
			fmt.Fprintf(s.err, "Not finished: %d were added and stay. The same import goes on from there.\n", got.Added)
			return err
		}
		told := make(map[audience.Refusal]bool, len(trial.Refused))
		for _, r := range trial.Refused {
			told[r] = true
		}
		for _, r := range got.Refused {
			if !told[r] { // somebody was faster
				refusal(s.out, r)
			}
		}
		_, err = fmt.Fprintf(s.out, "Added %s; %d not taken.\n", count(got.Added, "subscriber"), len(got.Refused))
		return err
	})
}

// describe says what a dry run understood, and what it would not take and why.
func describe(out io.Writer, name string, r audience.Report) {
	switch r.Service {
	case "a plain list", "a list with headings":
		fmt.Fprintf(out, "%s is %s.\n", name, r.Service)
	default:
		fmt.Fprintf(out, "%s looks like an export of %s.\n", name, r.Service)
	}
	for _, u := range r.Understood {
		fmt.Fprintln(out, "  "+u)
	}
	for _, x := range r.Refused {
		refusal(out, x)
	}
	fmt.Fprintf(out, "Of %s %d would be added and %d not taken.\n", count(r.Rows, "row"), r.Added, len(r.Refused))
	if r.Remembered > 0 {
		fmt.Fprintf(out, "%d of those not taken would be remembered, so that no other list brings them in.\n", r.Remembered)
	}
}

// refusal is one row that is not taken, without its address.
func refusal(out io.Writer, r audience.Refusal) {
	fmt.Fprintf(out, "not taken, line %d: %s\n", r.Line, r.Why)
}

// bar is a progress bar on stderr, if that is a terminal; a maximum of -1 is
// unknown.
func (s surroundings) bar(most int, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(most,
		progressbar.OptionSetWriter(s.err),
		progressbar.OptionSetVisibility(terminal(s.err)),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
}
