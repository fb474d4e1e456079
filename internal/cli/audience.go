package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/pennypost/pennypost/internal/audience"
)

// audienceCommand is `pennypost audience`. What it prints holds no address, but for
// an export and the certificate of an erasure, which are asked for by name.
type audienceCommand struct {
	Import audienceImport `cmd:"" help:"Take a list in from a CSV file, after showing what would come of it."`
	Export audienceExport `cmd:"" help:"Write everybody, with their consent, as CSV."`
	List   audienceList   `cmd:"" help:"How many subscribers there are."`
	Add    audienceAdd    `cmd:"" help:"Subscribe somebody who asked you to."`
	Remove audienceRemove `cmd:"" help:"Unsubscribe somebody."`
	Erase  audienceErase  `cmd:"" help:"Forget somebody, and print a certificate of it."`
}

// withAudience calls do with the subscribers of the data.
func withAudience(ctx context.Context, f *dataFlags, do func(*audience.Audience, data) error) (err error) {
	d, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return do(d.Audience(), d)
}

// audienceList is `pennypost audience list`.
type audienceList struct {
	dataFlags
	Count bool `help:"By cadence, topic and status."`
}

// Run shows how many there are.
func (c *audienceList) Run(ctx context.Context, s surroundings) error {
	if !c.Count {
		return errors.New("addresses are given only by `pennypost audience export`; how many there are, by `pennypost audience list --count`")
	}
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, around data) error {
		sum, err := list.Count(ctx)
		if err != nil {
			return err
		}
		chosen, err := list.CountTopics(ctx)
		if err != nil {
			return err
		}
		known, err := topics(ctx, around.Surroundings)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		row := func(name string, n int) { fmt.Fprintf(w, "%s\t%d\n", name, n) }
		fmt.Fprintln(w, "CADENCE\tSUBSCRIBERS")
		row("each post", sum.Each)
		row("weekly", sum.Weekly)
		row("monthly", sum.Monthly)
		row("together", sum.Mailable())
		fmt.Fprintln(w, "\t\nTOPIC\tSUBSCRIBERS")
		row("everything", chosen[""])
		for _, t := range inOrder(topicIDs(known), chosen) {
			row(t, chosen[t])
		}
		fmt.Fprintln(w, "\t\nSTATUS\tPEOPLE")
		row("subscribed", sum.Mailable())
		row("paused", sum.Paused)
		row("left", sum.Left)
		row("bounced", sum.Bounced)
		row("complained", sum.Complained)
		return w.Flush()
	})
}

// audienceAdd is `pennypost audience add`.
type audienceAdd struct {
	changeFlags
	Address string   `arg:"" help:"The e-mail address."`
	Name    string   `help:"Their first name."`
	Cadence string   `enum:"each,weekly,monthly" default:"each" help:"How often they want mail: ${enum}."`
	Topic   []string `help:"What they want to hear about, if not everything; once for each topic." placeholder:"TOPIC"`
}

// Run adds one subscriber on the author's word.
func (c *audienceAdd) Run(ctx context.Context, s surroundings) error {
	address, err := audience.ParseAddress(c.Address)
	if err != nil {
		return fmt.Errorf("not added: %w", err)
	}
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, around data) error {
		known, err := topics(ctx, around.Surroundings)
		if err != nil {
			return err
		}
		if err := choose(c.Topic, topicIDs(known)); err != nil {
			return err
		}
		now := around.Now()
		_, err = list.Add(ctx, audience.Ask{
			Address: address, Name: audience.Line(c.Name, audience.MaxName), Cadence: audience.Cadence(c.Cadence), Topics: c.Topic, At: now,
			Consent: audience.Consent{At: now, Source: "added by the author"},
		})
		var refused *audience.RefusedError
		if errors.As(err, &refused) {
			return notAdded(refused)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, "Added: subscribed to", map[string]string{
			"each": "each post", "weekly": "the weekly digest", "monthly": "the monthly digest",
		}[c.Cadence])
		return err
	})
}

// notAdded says why somebody was not added, and what they can do.
func notAdded(refused *audience.RefusedError) error {
	switch refused.Status {
	case audience.Left, audience.Bounced, audience.Erased:
		return fmt.Errorf("not added: this address %w; only its owner can come back, by the form on the site", refused)
	}
	return fmt.Errorf("not added: this address %w", refused)
}

// audienceRemove is `pennypost audience remove`.
type audienceRemove struct {
	changeFlags
	Address string `arg:"" help:"The e-mail address."`
}

// Run unsubscribes one address, as its owner would.
func (c *audienceRemove) Run(ctx context.Context, s surroundings) error {
	address, err := audience.ParseAddress(c.Address)
	if err != nil {
		return fmt.Errorf("not removed: %w", err)
	}
	return withAudience(ctx, &c.dataFlags, func(list *audience.Audience, around data) error {
		was, err := list.Get(ctx, address)
		if errors.Is(err, audience.ErrNotFound) {
			return errors.New("not removed: nobody on the list has this address")
		}
		if err != nil {
			return err
		}
		if was.Status != audience.Active {
			_, err = fmt.Fprintf(s.out, "Nothing to do: this address was not subscribed any more (%s)\n", was.Status)
			return err
		}
		if stop, err := c.sure(ctx, s, around, "unsubscribe this address, so that only its owner can come back"); stop || err != nil {
			return err
		}
		at := around.Now()
		if was.Asked.After(at) { // of a local run whose clock is ahead
			at = was.Asked
		}
		if err := list.LeaveAddress(ctx, address, at); err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, "Removed: nothing is mailed there any more, and no import brings it back")
		return err
	})
}
