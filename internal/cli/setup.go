package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/pennypost/pennypost/internal/stack"
)

// setupCommand is `pennypost setup`. Keys are typed or come from the standard input,
// never from the command line, which other users of the machine can read.
type setupCommand struct {
	stackFlags
	Rotate  bool   `help:"Make new keys, also where those that are stored work."`
	Mailgun string `help:"The address of Mailgun's API, if it is not the one of newsletter.region." placeholder:"URL"`
}

// Help is shown below the flags.
func (*setupCommand) Help() string {
	return `At a terminal it asks for Mailgun's keys and shows nothing of what is typed. Else it
reads lines like "account: key-…" from the standard input; the names are account,
sending, events and signing, and each is optional. With the account's API key, which is
used once and stored nowhere, it gets the other three by itself.`
}

// Run stores the keys, sets the webhooks and shows the DNS records.
func (c *setupCommand) Run(ctx context.Context, s surroundings) error {
	found, err := c.find(ctx)
	if err != nil {
		return err
	}
	read := readKeys
	if terminal(s.in) {
		fmt.Fprintf(s.out, "Setting up %s.\n", found)
		read = askKeys
	}
	keys, err := read(ctx, s)
	if err != nil {
		return err
	}
	return (&stack.Setup{Stack: found, Keys: keys, Rotate: c.Rotate, Mailgun: strings.TrimSuffix(c.Mailgun, "/"), Out: s.out}).Run(ctx)
}

// askKeys asks whoever sits at the terminal.
func askKeys(ctx context.Context, s surroundings) (stack.Keys, error) {
	var k stack.Keys
	var err error
	ask := func(to *string, question string) {
		if err == nil {
			*to, err = s.askSecret(ctx, question)
		}
	}
	ask(&k.Account, "Mailgun's account API key (it is not stored; Enter to paste the keys one by one)")
	if err == nil && k.Account == "" {
		ask(&k.Sending, "Domain sending key (Enter: the stored one)")
		ask(&k.Events, "A key that reads the log (Enter: the stored one, or none)")
		ask(&k.Signing, "HTTP webhook signing key (Enter: the stored one)")
	}
	return k, err
}

// readKeys reads lines like "sending: key". Every line that is not one is reported.
func readKeys(_ context.Context, s surroundings) (stack.Keys, error) {
	var k stack.Keys
	to := map[string]*string{"account": &k.Account, "sending": &k.Sending, "events": &k.Events, "signing": &k.Signing}
	var wrong []error
	lines := bufio.NewScanner(s.in)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		name, key, _ := strings.Cut(text, ":")
		field := to[strings.TrimSpace(name)]
		if key = strings.TrimSpace(key); field == nil || key == "" { // the text may be a key, so it is not repeated
			wrong = append(wrong, fmt.Errorf(`line %d of the standard input: write "account: KEY", "sending: KEY", "events: KEY" or "signing: KEY"`, n))
			continue
		}
		*field = key
	}
	return k, errors.Join(append(wrong, lines.Err())...)
}

// askSecret asks for what must not be seen on the screen. An interrupt ends it.
func (s surroundings) askSecret(ctx context.Context, question string) (string, error) {
	fd := int(s.in.(*os.File).Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(s.err, question+": ")
	type answer struct {
		text []byte
		err  error
	}
	got := make(chan answer, 1)
	go func() { // a read cannot be interrupted; after one, the program ends
		text, err := term.ReadPassword(fd)
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		err = errors.Join(ctx.Err(), term.Restore(fd, before))
		fmt.Fprintln(s.err)
		return "", err
	case a := <-got:
		fmt.Fprintln(s.err)
		return strings.TrimSpace(string(a.text)), a.err
	}
}
