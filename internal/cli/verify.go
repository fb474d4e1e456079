package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/publish"
)

// verifyCommand is `pennypost verify`.
type verifyCommand struct{ dataFlags }

// repairCommand is `pennypost repair`.
type repairCommand struct {
	changeFlags
	Restored bool `help:"The state was restored from a backup: hold every issue that is being sent, because more may have been sent than it knows."`
}

// all is everything that can be verified and repaired.
type all struct {
	data
	newsletter *newsletter.Newsletter
	publisher  *publish.Publisher
}

// withAll calls do with everything over the data.
func withAll(ctx context.Context, f *dataFlags, do func(all) error) (err error) {
	d, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	n, err := d.Newsletter()
	if err != nil {
		return err
	}
	return do(all{d, n, d.Publisher(n)})
}

// verify says what differs.
func (a all) verify(ctx context.Context) ([]string, error) {
	var found []string
	for _, part := range []func(context.Context) ([]string, error){a.publisher.Verify, a.newsletter.Verify, a.Audience().Check} {
		lines, err := part(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, lines...)
	}
	return found, nil
}

// Run compares content, catalog, site, issues and the list of subscribers.
func (c *verifyCommand) Run(ctx context.Context, s surroundings) error {
	return withAll(ctx, &c.dataFlags, func(a all) error {
		found, err := a.verify(ctx)
		if err != nil {
			return err
		}
		if err := list(s, found); err != nil {
			return err
		}
		switch len(found) {
		case 0:
			_, err = fmt.Fprintln(s.out, "Everything is as it should be.")
		case 1:
			err = errors.New("one thing is not as it should be: `pennypost repair` mends what can be mended")
		default:
			err = fmt.Errorf("%d things are not as they should be: `pennypost repair` mends what can be mended", len(found))
		}
		return err
	})
}

// Run mends what verify tells of, and tells what is left.
func (c *repairCommand) Run(ctx context.Context, s surroundings) error {
	return withAll(ctx, &c.dataFlags, func(a all) error {
		before, err := a.verify(ctx)
		if err != nil {
			return err
		}
		if stop, err := c.sure(ctx, s, a.data, "mend what can be mended"); stop {
			return err
		}
		if c.Restored {
			if err := a.newsletter.HoldBegun(ctx); err != nil {
				return err
			}
		}
		// The newsletter first: it must know what was sent before posts are looked at again.
		for _, repair := range []func(context.Context) error{a.newsletter.Repair, a.publisher.Repair, a.newsletter.Repair} {
			if err := repair(ctx); err != nil {
				return err
			}
		}
		found, err := a.verify(ctx)
		if err != nil {
			return err
		}
		if err := list(s, found); err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("%d of %d could not be mended", len(found), max(len(before), len(found)))
		}
		if len(before) == 0 {
			_, err = fmt.Fprintln(s.out, "There was nothing to mend.")
		} else {
			_, err = fmt.Fprintf(s.out, "Mended %d.\n", len(before))
		}
		return err
	})
}

// list prints lines.
func list(s surroundings, lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(s.out, line); err != nil {
			return err
		}
	}
	return nil
}
