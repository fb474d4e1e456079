package newsletter

import (
	"context"
	"errors"
	"fmt"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/store"
)

// route is the way mails take: the sending domain, its region, and the sender.
type route struct {
	Domain string `json:"domain"`
	Region string `json:"region,omitempty"`
	From   string `json:"from"`
}

// route is that of a claim: the one it was made with, else the one the issue was frozen with,
// whose sender stands in the frozen mail.
func (i *Issue) route(c claim) route {
	if c.Route != nil {
		return *c.Route
	}
	return route{Domain: i.Domain, Region: i.Region}
}

// reroute lets what is left of a stopped issue go through the domain that the settings
// name by now. Mailgun may have refused the one it was frozen with, and then this is what
// the author mended. What was claimed before keeps its route, which is where the log has it.
func (n *Newsletter) reroute(ctx context.Context, i *Issue) error {
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	s := w.settings.Newsletter
	var way *route
	if s.Domain != "" && (s.Domain != i.Domain || s.Region != i.Region) {
		from, err := mail.From(w.settings)
		if err != nil {
			return fmt.Errorf("the sender of the mails: %w", err)
		}
		way = &route{Domain: s.Domain, Region: s.Region, From: from}
	}
	_, err = swap(ctx, n, n.State, progressKey(i.ID), func(p *progress) error {
		if p.Freeze != i.Freeze || way == nil && p.Route == nil || way != nil && p.Route != nil && *way == *p.Route {
			return errSame
		}
		p.Route = way
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil // it begins anew, or is lost: the next tick finds out
	}
	return err
}
