package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/pennypost/pennypost/functions"
	"github.com/pennypost/pennypost/internal/local"
	"github.com/pennypost/pennypost/internal/stack"
)

// dataFlags say which data a command works on: a folder of this machine, or a stack
// on AWS.
type dataFlags struct {
	Data string `help:"The data folder of a local run (.pennypost)." placeholder:"FOLDER"`
	stackFlags
}

// stackFlags say which stack on AWS a command works on.
type stackFlags struct {
	Stack   string `help:"The stack on AWS, instead of a data folder (also by PENNYPOST_STACK)." placeholder:"NAME"`
	Region  string `help:"Where the stack is; without it as the aws command would." placeholder:"REGION"`
	Profile string `help:"Who asks AWS; without it as the aws command would." placeholder:"NAME"`
}

// changeFlags are those of a command that changes something for good. On a data
// folder it does so at once; on a stack it asks first.
type changeFlags struct {
	dataFlags
	Yes bool `help:"Ask nothing."`
}

// name is the stack that the flags or the environment name; "": none.
func (f *stackFlags) name() string {
	if f.Stack != "" {
		return f.Stack
	}
	return os.Getenv("PENNYPOST_STACK")
}

// find asks AWS for the stack.
func (f *stackFlags) find(ctx context.Context) (*stack.Stack, error) {
	if f.name() == "" {
		return nil, errors.New("which stack? Name it with --stack, or set PENNYPOST_STACK")
	}
	c, err := stack.Connect(ctx, stack.Account{Region: f.Region, Profile: f.Profile})
	if err != nil {
		return nil, err
	}
	return stack.Find(ctx, c, f.name())
}

// data are what a command works on.
type data struct {
	functions.Surroundings
	stack *stack.Stack // nil: a folder of this machine
	close func() error
}

// on puts a question about the data so that it says which, if they are not at home.
func (d data) on(question string) string {
	if d.stack == nil {
		return question
	}
	return fmt.Sprintf("On %s: %s", d.stack, question)
}

// keeps is how long what was deleted from the state bucket is still in a backup.
func (d data) keeps(ctx context.Context) (time.Duration, error) {
	if d.stack == nil {
		return 0, nil // a data folder keeps no old versions
	}
	return d.stack.KeepsState(ctx)
}

// open gives the functions' surroundings over the data: those of a stack, or of a
// folder whether or not a local run is up on it. Call close in the end.
func (f *dataFlags) open(ctx context.Context) (data, error) {
	switch {
	case f.Data != "" && f.Stack != "":
		return data{}, errors.New("--data is a folder here and --stack is on AWS: name one of them")
	case f.Data == "" && f.name() != "":
		return f.remote(ctx)
	case f.Region != "" || f.Profile != "":
		return data{}, errors.New("--region and --profile are for a stack on AWS: name it with --stack")
	case f.Data == "":
		return here(".pennypost")
	}
	return here(f.Data)
}

// here opens a data folder. If no local run is up on it, asking for a key of
// Mailgun's says that nobody takes mail.
func here(folder string) (data, error) {
	c, err := local.Connect(folder)
	if err != nil {
		return data{}, err
	}
	none := func(context.Context) (string, error) { return "", nil }
	key := func(context.Context) (string, error) {
		if c.Mailgun == "" {
			return "", fmt.Errorf("mail goes to the inbox of a local run, and none is up on %s: start `make run`, or `pennypost local --data %[1]s`, and try again", folder)
		}
		return "local", nil
	}
	site := c.Site
	if site == "" {
		site = c.LastSite
	}
	if site == "" {
		site = "http://" + defaultSite
	}
	return data{close: c.Close, Surroundings: functions.Surroundings{
		S3: c.S3, Content: "content", Site: "site", State: "state",
		Now: c.Now, Rand: rand.Reader,
		SiteURL:    site,
		Deadline:   time.Minute,
		Mailgun:    functions.Mailgun{Base: c.Mailgun, Domain: local.MailDomain, SendingKey: key, EventsKey: key, SigningKey: none},
		Invalidate: func(context.Context) error { return nil },
		Log:        slog.New(slog.DiscardHandler),
	}}, nil
}

// remote opens a stack. Its keys are read when they are first needed.
func (f *dataFlags) remote(ctx context.Context) (data, error) {
	s, err := f.find(ctx)
	if err != nil {
		return data{}, err
	}
	around := functions.Deployment{
		Content: s.Content, Site: s.Site, State: s.State, SiteURL: s.SiteURL, Distribution: s.Distribution,
		SendingKey: s.SendingKey, EventsKey: s.EventsKey, SigningKey: s.SigningKey,
		Undo: 10 * time.Minute, Settle: 30 * time.Minute,
		Deadline: 5 * time.Minute, // of the longest function: what is older is nobody's
	}.On(s.Config(), slog.New(slog.DiscardHandler))
	return data{Surroundings: around, stack: s, close: func() error { return nil }}, nil
}

// sure asks whoever sits at the terminal whether to do something to a stack, which
// it names; to is like "release the issue x". A data folder and --yes need no asking.
// It is an error if nobody can be asked, and stop if the answer is no.
func (f *changeFlags) sure(ctx context.Context, s surroundings, d data, to string) (stop bool, err error) {
	if f.Yes || d.stack == nil {
		return false, nil
	}
	yes, asked, err := s.ask(ctx, d.on(to+"?"))
	switch {
	case err != nil:
		return true, err
	case !asked:
		return true, fmt.Errorf("nothing was done on %s: nobody can be asked here, so add --yes if you are sure to %s", d.stack, to)
	case !yes:
		_, err = fmt.Fprintln(s.out, "Nothing was done.")
		return true, err
	}
	return false, nil
}
