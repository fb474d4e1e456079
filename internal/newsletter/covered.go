package newsletter

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/catalog"
)

// covers tells whether a digest was opened for a post, whether or not it will be in it.
func (i *Issue) covers(id string, seq int64) bool {
	return seq > i.After && seq <= i.To || slices.Contains(i.Carry, id)
}

// covering are the digests that were opened last, where a post may wait for them: those
// that are over have told the post's own issue.
func (n *Newsletter) covering(ctx context.Context, o *outbox, e *catalog.Entry, own *Issue) (map[Kind]*Issue, error) {
	found := map[Kind]*Issue{}
	for _, k := range []Kind{Weekly, Monthly} {
		d := o.Digests[k]
		if e.Seq == 0 || e.Seq > d.Mark || d.Issue == "" {
			continue
		}
		if own != nil && own.Digests[k].Issue != "" {
			continue
		}
		i, err := n.loadIssue(ctx, d.Issue)
		if errors.Is(err, errNoIssue) {
			continue // lost with a restored state
		}
		if err != nil {
			return nil, err
		}
		found[k] = i
	}
	return found, nil
}

// covered is the line of a post below the mark of a kind of digest: what it waits for, if
// that is not over.
func (v *outlook) covered(k Kind, who string) string {
	i := v.covering[k]
	if i == nil || i.over() || !i.covers(v.e.ID, v.e.Seq) {
		return "" // nobody got it there
	}
	of := "the digest of " + moment(i.Due, v.s.Location)
	switch {
	case i.State == Held && i.begun():
		return who + ": " + of + " was stopped, because " + i.Reason
	case i.State == Held:
		return who + ": nobody yet, " + of + " is held until you release it, because " + i.Reason
	}
	return who + ": in " + of
}

// line says what became of a post in a digest, for a receipt; c is who the digest is for.
func (m Mention) line(c audience.Cadence, loc *time.Location) string {
	of := "the digest of " + moment(m.At, loc)
	switch {
	case m.Why != "" && m.Sent == 0:
		return string(c) + " subscribers: nobody, " + of + " was " + m.Why
	case m.Why != "":
		return readers(m.Sent, c) + ": " + of + " was " + m.Why
	case m.Sent == 0:
		return ""
	}
	return readers(m.Sent, c) + ": mailed in " + of
}

// tellCovered brings up to date what the receipts of a digest's posts say of it. What was
// mailed to the end tells them by itself.
func (n *Newsletter) tellCovered(ctx context.Context, w *world, i *Issue) error {
	if i.State == Closed && i.begun() {
		return n.mention(ctx, w, i)
	}
	if i.begun() {
		return nil
	}
	why := i.Reason // how it ended, if it did
	if i.State == Cancelled {
		why = "cancelled by you"
	}
	return n.tellPosts(ctx, w, covered(w.catalog, i), func(own *Issue) bool {
		return i.over() && own.mention(i.Kind, Mention{Issue: i.ID, At: i.Due, Why: why})
	})
}

// tellPosts changes the own issues of posts, where alter says that there is anything to
// change, and brings their receipts up to date.
func (n *Newsletter) tellPosts(ctx context.Context, w *world, posts []string, alter func(own *Issue) bool) error {
	slices.Sort(posts)
	for _, id := range slices.Compact(posts) {
		own, err := n.changeIssue(ctx, InstantID(id), func(own *Issue) error {
			if !alter(own) {
				return errSame
			}
			return nil
		})
		if errors.Is(err, errNoIssue) {
			continue
		}
		if err != nil {
			return err
		}
		if err := n.tell(ctx, w, own); err != nil {
			return err
		}
	}
	return nil
}

// covered are the ids of the posts that a digest was opened for and that are there.
func covered(c *catalog.Catalog, i *Issue) []string {
	var ids []string
	for id, e := range c.Posts {
		if i.covers(id, e.Seq) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
