package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
)

// Expect says in plain words who is mailed about a post and when, or who was: the
// mail lines of its receipt. Pages have none.
func (n *Newsletter) Expect(ctx context.Context, c *catalog.Catalog, e *catalog.Entry) ([]string, error) {
	if e == nil || e.Kind != post.Article {
		return nil, nil
	}
	s, err := n.complete(c)
	if err != nil {
		return nil, err
	}
	i, err := n.loadIssue(ctx, InstantID(e.ID))
	if err != nil && !errors.Is(err, errNoIssue) {
		return nil, err
	}
	return n.expect(ctx, &world{catalog: c, settings: s}, e, i)
}

// expect gathers what the lines depend on; i is nil if the issue was never opened.
func (n *Newsletter) expect(ctx context.Context, w *world, e *catalog.Entry, i *Issue) ([]string, error) {
	o, err := n.loadOutbox(ctx)
	if err != nil {
		return nil, err
	}
	v := outlook{e: e, i: i, s: w.settings, now: n.Now(), digests: o.Digests, foreseen: w.foreseen(i)}
	if i != nil {
		if v.standing, err = n.standingOf(ctx, w, i); err != nil {
			return nil, err
		}
	} else if seen, err := n.witnessOf(ctx, InstantID(e.ID)); err != nil {
		return nil, err
	} else if seen != nil && seen.Cancelled {
		return []string{cancelledByAuthor}, nil
	} else if seen != nil {
		return []string{"nobody else: its mail was sent before the records were restored, and is not sent again"}, nil
	}
	if v.covering, err = n.covering(ctx, o, e, i); err != nil {
		return nil, err
	}
	if v.needsCounts() {
		if v.counts, err = n.Audience.Count(ctx); err != nil {
			return nil, fmt.Errorf("count the audience: %w", err)
		}
	}
	if v.needsCounts() && limited(w.settings) && (i == nil || !i.begun()) {
		if v.account, err = n.account(ctx); err != nil {
			return nil, err
		}
		if v.queue, v.place, err = n.queued(ctx, w, o, errand{instantly(e, v.counts), v.due()}, InstantID(e.ID), &v.counts); err != nil {
			return nil, err
		}
	}
	return v.lines(), nil
}

// clockAt is clock with the word that belongs before it.
func clockAt(t, now time.Time, loc *time.Location) string {
	at := clock(t, now, loc)
	if at[0] >= '0' && at[0] <= '9' {
		return "at " + at
	}
	return "on " + at
}

// sentLine says what became of an issue that is over.
func sentLine(c Counts, why []Failure) string {
	line := "mailed " + count(c.Sent, "subscriber")
	if c.Sent == 0 {
		line = "mailed to nobody"
	}
	if c.Failed > 0 {
		line += " (" + failedWords(c.Failed, why) + ")"
	}
	return line
}
