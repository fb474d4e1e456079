package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/stack"
)

// doctorCommand is `pennypost doctor`.
type doctorCommand struct {
	stackFlags
	Mail    bool   `help:"Send a test mail to author.email, too."`
	Mailgun string `help:"The address of Mailgun's API, if it is not the one of newsletter.region." placeholder:"URL"`
}

// Run looks at everything and fails if anything is not as it should be.
func (c *doctorCommand) Run(ctx context.Context, s surroundings) error {
	found, err := c.find(ctx)
	if err != nil {
		return err
	}
	d := stack.Doctor{
		Stack: found, Mailgun: strings.TrimSuffix(c.Mailgun, "/"), Revision: revision(), Mail: c.Mail,
		Now: time.Now, Rand: rand.Reader, HTTP: http.DefaultClient,
	}
	wrong := d.Run(ctx, func(f stack.Finding) { finding(s.out, f) })
	if err := ctx.Err(); err != nil {
		return err
	}
	if wrong > 0 {
		return fmt.Errorf("%s to look at", count(wrong, "thing"))
	}
	_, err = fmt.Fprintln(s.out, "All is well.")
	return err
}

// finding prints one line for what is well, and two for what is not.
func finding(out io.Writer, f stack.Finding) {
	if f.OK() {
		fmt.Fprintf(out, "ok     %-17s %s\n", f.What, f.Found)
		return
	}
	fmt.Fprintf(out, "LOOK   %-17s %s\n%25s→ %s\n", f.What, f.Found, "", f.Do)
}

// revision is the commit this program was built from, as `make deploy` names it: empty
// if it was not built in a checkout, as by `go run`.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var commit, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	if commit == "" {
		return ""
	}
	return commit + dirty
}
