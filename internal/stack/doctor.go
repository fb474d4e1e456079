package stack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/pennypost/pennypost/internal/settings"
)

// Finding is what a look at one thing brought.
type Finding struct {
	What  string // "content bucket"
	Found string // what there is, or what is wrong with it
	Do    string // what to do about it; empty: all is well
}

// OK tells that nothing need be done.
func (f Finding) OK() bool { return f.Do == "" }

// Doctor looks at everything that must be right for a stack to publish and to mail. It
// changes nothing but what it says: a webhook that says nothing is sent to the site,
// and, if asked for, a test mail to the author.
type Doctor struct {
	Stack    *Stack
	Mailgun  string // the address of its API; empty: as newsletter.region says
	Revision string // of this command; empty: not known
	Mail     bool   // send the author a test
	Now      func() time.Time
	Rand     io.Reader
	HTTP     *http.Client

	settings *settings.Settings
	parts    []part
}

// patience is how long one look may take.
const patience = 30 * time.Second

// Run tells each finding as it comes, and returns how many ask for something. A look
// that fails is a finding like any other.
func (d *Doctor) Run(ctx context.Context, tell func(Finding)) (wrong int) {
	for _, look := range []func(context.Context) []Finding{
		d.theStack, d.theSettings, d.buckets, d.notifications, d.functions, d.poller, d.schedules, d.queues,
		d.clock, d.site, d.webhook, d.keys, d.domain, d.hooks, d.mail,
	} {
		if ctx.Err() != nil {
			return wrong
		}
		once, cancel := context.WithTimeout(ctx, patience)
		for _, f := range look(once) {
			if !f.OK() {
				wrong++
			}
			tell(f)
		}
		cancel()
	}
	return wrong
}

// one is the only finding of a look.
func one(what, found, do string) []Finding { return []Finding{{what, found, do}} }

// ill is the finding of a look that failed. What AWS or Mailgun said is in the error.
func ill(what string, err error, do string) []Finding {
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("no answer in time")
	}
	return one(what, err.Error(), do)
}

// theStack looks at what CloudFormation says, and which source was deployed.
func (d *Doctor) theStack(ctx context.Context) []Finding {
	s := d.Stack
	var err error
	if d.parts, err = s.parts(ctx); err != nil {
		return ill("stack", err, "allow this user cloudformation:ListStackResources")
	}
	found := []Finding{{"stack", s.String() + ", " + s.Status, ""}}
	if !s.settled() {
		found[0].Do = "look at its events on CloudFormation's page, and run `make deploy` again"
	}
	version := Finding{"version", "the functions are of revision " + s.Revision, ""}
	switch {
	case s.Revision == "" || s.Revision == "unknown" || d.Revision == "":
		version.Found += ", this command of one that is not known"
		if s.Revision == "" || s.Revision == "unknown" {
			version.Found = "the functions are of a revision that is not known"
		}
	case s.Revision != d.Revision:
		version.Found += ", this command is of " + d.Revision
		version.Do = "`make deploy` brings the functions to this command's, `make build` the command to yours"
	}
	return append(found, version)
}

// theSettings looks at posts/site.yaml as it was uploaded.
func (d *Doctor) theSettings(ctx context.Context) []Finding {
	const upload = "upload " + settings.Key + " to the content bucket"
	set, err := d.Stack.Settings(ctx)
	if err != nil && !errors.Is(err, ErrNoSettings) {
		found := []Finding{}
		for _, e := range settings.Errors(err) {
			found = append(found, Finding{"settings", e.Error(), "mend it and upload it again"})
		}
		return found
	}
	d.settings = set
	if err != nil {
		return ill("settings", err, upload)
	}
	found := []Finding{{"settings", settings.Key + " is in order", ""}}
	for _, must := range []struct{ value, name, why string }{
		{set.Newsletter.Domain, "newsletter.domain", "without it no mail is sent"},
		{set.Newsletter.Address, "newsletter.address", "your postal address, which the law wants in every newsletter"},
		{set.Author.Email, "author.email", "without it nobody is told what became of a newsletter"},
	} {
		if must.value == "" {
			found = append(found, Finding{"settings", must.name + " is not set: " + must.why, "write it into " + settings.Key + " and upload it"})
		}
	}
	if set.URL != d.Stack.SiteURL {
		found = append(found, Finding{
			"settings", "url is " + set.URL + ", and the stack's SiteUrl is " + d.Stack.SiteURL,
			"make them one: links in mails sent before a post is published use the stack's; `make deploy ASK=1` asks for it",
		})
	}
	return found
}
