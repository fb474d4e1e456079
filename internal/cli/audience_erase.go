package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// audienceErase is `pennypost audience erase`.
type audienceErase struct {
	changeFlags
	Address string `arg:"" help:"The e-mail address."`
}

// Run forgets one address and prints the certificate.
func (c *audienceErase) Run(ctx context.Context, s surroundings) error {
	address, err := audience.ParseAddress(c.Address)
	if err != nil {
		return fmt.Errorf("not erased: %w", err)
	}
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, around data) error {
		if !c.Yes {
			yes, asked, err := s.ask(ctx, around.on("This cannot be undone. Erase everything about this address?"))
			if err != nil {
				return err
			}
			if !asked {
				return errors.New("not erased: nobody can be asked here, so add --yes if you are sure")
			}
			if !yes {
				_, err = fmt.Fprintln(s.out, "Nothing was erased.")
				return err
			}
		}
		kept, err := around.keeps(ctx)
		if err != nil {
			return err
		}
		found, err := list.Erase(ctx, address)
		if err != nil {
			return fmt.Errorf("not wholly erased, do it again: %w", err)
		}
		return erasure{address: address, found: found, at: around.Now(), kept: kept}.certify(s.out)
	})
}

// erasure is what a certificate tells.
type erasure struct {
	address string
	found   bool // there was a record
	at      time.Time
	// kept is how long the bucket keeps old versions of its objects; a data folder
	// keeps none.
	kept time.Duration
}

// certify writes the certificate of an erasure, for the author to hand on.
func (e erasure) certify(out io.Writer) error {
	record := "the subscriber's record: address, name, choices, consent and history,\n             and what an earlier or a later address of theirs holds"
	if !e.found {
		record = "there was no subscriber's record of this address"
	}
	end := "at once: no old versions are kept"
	if e.kept > 0 {
		end = "on " + e.at.UTC().Add(e.kept).Format("2 January 2006") + ", when the last old version of these objects expires"
	}
	_, err := fmt.Fprintf(out, `CERTIFICATE OF ERASURE

address      %s
erased       on %s
what         %s;
             what was asked for with it in the sign-up form of the last %d days
gone         %s
what stays   a keyed hash and this day, so that no import brings the address back,
             and whether mail to it was ever complained about or returned;
             lists of who was mailed hold numbers, no addresses
elsewhere    mails that were delivered, the mail service's own log of them, and
             exports made before today are not in this program's hands
`, e.address, e.at.UTC().Format("2 January 2006 at 15:04 MST"), record, audience.SignupDays, end)
	return err
}
