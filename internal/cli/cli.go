// Package cli is the pennypost command: what it is called with, and one line for
// everything that can go wrong.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line as a value; kong reads the tags.
type commands struct {
	Local    localCommand    `cmd:"" help:"Run the blog, the mail and all on this machine."`
	Build    buildCommand    `cmd:"" help:"Write the whole site to a folder."`
	Issues   issuesCommand   `cmd:"" help:"What is mailed, was mailed, or is held."`
	Send     sendCommand     `cmd:"" help:"Look at the mail of a post: in files, or in one inbox."`
	Audience audienceCommand `cmd:"" help:"The list of subscribers: in, out, and how long it is."`
	Verify   verifyCommand   `cmd:"" help:"Compare files, catalog, site and issues, and say what differs."`
	Repair   repairCommand   `cmd:"" help:"Mend what verify tells of. Nobody is mailed twice."`
	Status   statusCommand   `cmd:"" help:"One screen: published, pending, open issues, errors."`
	Setup    setupCommand    `cmd:"" help:"Tell a stack on AWS and Mailgun of each other."`
	Doctor   doctorCommand   `cmd:"" help:"Look at everything a stack on AWS needs, and say what to do."`
	Keys     keysCommand     `cmd:"" help:"The keys that sign links in mails."`
}

// surroundings is what a command writes to, and whom it may ask.
type surroundings struct {
	in       io.Reader
	out, err io.Writer
}

// Main runs the command line and returns the exit code: 0, or 1 after one line on
// stderr that says what is wrong. The first Ctrl-C asks a command to end.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	colours()
	code := -1
	var c commands
	parser, err := kong.New(&c,
		kong.Name("pennypost"),
		kong.Description("A blog and newsletter out of a folder of Markdown, on S3, Lambda and Mailgun, or on this machine."),
		kong.Vars{"site": defaultSite},
		kong.Writers(stdout, stderr),
		kong.Exit(func(n int) { code = n }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(surroundings{os.Stdin, stdout, stderr}),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(stderr, "pennypost:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // --help has been answered
		return code
	}
	if err == nil {
		err = parsed.Run()
	}
	if err == nil || errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return 0
	}
	fmt.Fprintln(stderr, "pennypost:", err)
	return 1
}
