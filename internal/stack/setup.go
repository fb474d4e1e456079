package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/pennypost/pennypost/internal/mailgun"
	"github.com/pennypost/pennypost/internal/settings"
)

// Keys are Mailgun's keys as somebody pasted them; each may be empty.
type Keys struct {
	Account string // may do everything; it is used once and stored nowhere
	Sending string // a domain sending key
	Events  string // reads the log
	Signing string // the HTTP webhook signing key
}

// Setup tells Mailgun and the stack of each other. It can be done again at any time:
// what is right already stays.
type Setup struct {
	Stack *Stack
	Keys  Keys
	// Rotate makes new keys also where those that are stored work.
	Rotate bool
	// Mailgun is the address of its API; empty: as newsletter.region says.
	Mailgun string
	Out     io.Writer
}

// Run stores the keys, points the webhooks at the site, shows the DNS records that
// Mailgun wants, and says what is next. What fails holds up nothing else; all of it is
// in the error, one line each.
func (u *Setup) Run(ctx context.Context) error {
	set, err := u.Stack.Settings(ctx)
	if err != nil && !errors.Is(err, ErrNoSettings) {
		return err
	}
	if set.Newsletter.Domain == "" {
		return errors.Join(err, fmt.Errorf("the sending domain is not known: write `newsletter: {domain: …}` into %s, upload it, and do this again", settings.Key))
	}
	account := client(set, u.Mailgun, u.Keys.Account, "")
	problems := []error{
		u.storeSending(ctx, set, account),
		u.storeEvents(ctx, set, account),
		u.storeSigning(ctx, account),
		u.pointHooks(ctx, set, account),
		u.showDomain(ctx, set, account),
	}
	u.advise(set)
	return errors.Join(problems...)
}

func (u *Setup) say(format string, args ...any) { fmt.Fprintf(u.Out, format+"\n", args...) }

// noAccount: something that only an account's key can do is left to a person.
const noAccount = "no account API key was given to do it with"

// storeSending stores a key that can send for the domain and nothing else.
func (u *Setup) storeSending(ctx context.Context, set *settings.Settings, account *mailgun.Client) error {
	return u.store(ctx, job{
		what: "sending key", name: u.Stack.SendingKey, given: u.Keys.Sending,
		try:   func(key string) error { return client(set, u.Mailgun, key, "").TrySending(ctx) },
		fresh: func() (string, error) { return account.NewSendingKey(ctx, "pennypost "+u.Stack.Name+", sending") },
		hand:  fmt.Sprintf("make one in Mailgun under Sending > Domain settings > Sending keys of %s", set.Newsletter.Domain),
	})
}

// storeEvents stores a key that can read the log.
func (u *Setup) storeEvents(ctx context.Context, set *settings.Settings, account *mailgun.Client) error {
	return u.store(ctx, job{
		what: "events key", name: u.Stack.EventsKey, given: u.Keys.Events,
		try:   func(key string) error { return client(set, u.Mailgun, "", key).TryLog(ctx) },
		fresh: func() (string, error) { return account.NewReadingKey(ctx, "pennypost "+u.Stack.Name+", reading") },
		hand:  "make one in Mailgun under API keys, of the role Analyst; without it a mail whose fate is unknown is held for you to look at",
	})
}

// storeSigning stores the key that webhooks are signed with. Mailgun has one for the
// whole account.
func (u *Setup) storeSigning(ctx context.Context, account *mailgun.Client) error {
	return u.store(ctx, job{
		what: "signing key", name: u.Stack.SigningKey, given: u.Keys.Signing,
		fresh: func() (string, error) { return account.SigningKey(ctx) },
		hand:  "copy the HTTP webhook signing key from Mailgun's page of API keys",
		again: u.Keys.Account != "", // it may have been changed there, and asking makes none
	})
}

// job is one key to be stored.
type job struct {
	what, name, given string
	try               func(key string) error // nil: it cannot be tried
	fresh             func() (string, error) // asks Mailgun for one
	hand              string                 // how a person gets one
	again             bool                   // ask Mailgun also if one is stored
}

func (u *Setup) store(ctx context.Context, j job) error {
	stored, err := u.Stack.Key(ctx, j.name)
	if err != nil {
		return fmt.Errorf("the %s: %w", j.what, err)
	}
	try := j.try
	if try == nil {
		try = func(string) error { return nil }
	}
	key, fail := j.given, error(nil)
	switch {
	case key != "":
		if err := try(key); err != nil {
			return fmt.Errorf("the %s that was given does not work: %w", j.what, err)
		}
	case stored != "" && !u.Rotate && !j.again:
		if fail = try(stored); fail == nil {
			u.say("ok     the %s in %s works and stays", j.what, j.name)
			return nil
		}
		fail = fmt.Errorf("the %s in %s does not work (%w) and no other was given", j.what, j.name, fail)
	default:
		fail = fmt.Errorf("no %s was given", j.what)
	}
	if key == "" {
		if u.Keys.Account == "" {
			return fmt.Errorf("%w, nor an account API key to get one with: %s, and do this again with it", fail, j.hand)
		}
		if key, err = j.fresh(); err == nil && key == "" {
			err = errors.New("its answer holds none")
		}
		if err != nil {
			return fmt.Errorf("no %s was got from Mailgun (%w): %s, and do this again with it", j.what, err, j.hand)
		}
	}
	if key == stored {
		u.say("ok     the %s in %s is right and stays", j.what, j.name)
		return nil
	}
	if err := u.Stack.StoreKey(ctx, j.name, key); err != nil {
		return fmt.Errorf("the %s: %w", j.what, err)
	}
	u.say("stored the %s in %s", j.what, j.name)
	return nil
}

// pointHooks lets Mailgun tell the site of bounces, complaints and unsubscribing.
func (u *Setup) pointHooks(ctx context.Context, set *settings.Settings, account *mailgun.Client) error {
	url := set.URL + hookPath
	if u.Keys.Account == "" {
		u.say("look   whether Mailgun's webhooks permanent_fail, complained and unsubscribed call %s: %s", url, noAccount)
		return nil
	}
	changed, err := account.PointHooks(ctx, url)
	for _, kind := range changed {
		u.say("set    the webhook %s to call %s", kind, url)
	}
	if err != nil {
		return fmt.Errorf("the webhooks: %w", err)
	}
	if len(changed) == 0 {
		u.say("ok     the webhooks call %s", url)
	}
	return nil
}

// showDomain prints the DNS records that Mailgun wants to see.
func (u *Setup) showDomain(ctx context.Context, set *settings.Settings, account *mailgun.Client) error {
	if u.Keys.Account == "" {
		u.say("look   at the DNS records of %s in Mailgun: %s", set.Newsletter.Domain, noAccount)
		return nil
	}
	d, err := account.Domain(ctx, true)
	if err != nil {
		return fmt.Errorf("the domain %s: %w", set.Newsletter.Domain, err)
	}
	u.say("\nMailgun's domain %s is %s. Its DNS records, to be set where %[1]s is registered:\n", set.Newsletter.Domain, d.State)
	w := tabwriter.NewWriter(u.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STATE\tTYPE\tNAME\tVALUE\tFOR")
	for _, r := range d.Records {
		state, use := "to set", "receiving, if you want replies there"
		if r.Valid {
			state = "ok"
		}
		if r.Sending {
			use = "sending"
		}
		value := r.Value
		if r.Priority != "" {
			value = r.Priority + " " + value
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", state, r.Type, r.Name, value, use)
	}
	fmt.Fprintf(w, "by you\tTXT\t_dmarc.%s\tv=DMARC1; p=none;\tsending: Gmail, Yahoo and Outlook ask for it\n", set.Newsletter.Domain)
	return w.Flush()
}

// advise says what is next.
func (u *Setup) advise(set *settings.Settings) {
	u.say("\nNext:")
	if set.Newsletter.Address == "" {
		u.say("  write your postal address into newsletter.address of %s: the law wants it in every newsletter", settings.Key)
	}
	if set.Author.Email == "" {
		u.say("  write author.email into %s to be told what became of each newsletter", settings.Key)
	}
	u.say("  pennypost doctor --stack %s           looks at everything", u.Stack.Name)
	u.say("  pennypost doctor --stack %s --mail    and sends you a test", u.Stack.Name)
}
