package newsletter

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/store"
)

const (
	// sentBefore ends an issue of which this state did not know that it is over.
	sentBefore = "it was sent before the state was restored"
	// lostOnTheWay holds or ends one whose list went with the restored state.
	lostOnTheWay = "it was begun before the state was restored, and nobody knows how far it came"
	// restoredOnTheWay holds one that can go on where it certainly had not come.
	restoredOnTheWay = "the state was restored from a backup while it was being sent"
	// notAgain is why somebody counts as failed of whom a restored state does not know
	// whether they were mailed.
	notAgain = "the state was restored from a backup, so nobody knows whether this was mailed, and it is not mailed again"
)

// restoredID names the news that the state was restored.
var restoredID = regexp.MustCompile(`^restored-[0-9]{1,12}$`)

// wasRestored stands where news about an issue has its state.
const wasRestored State = "restored"

const restoredTitle = "The newsletter's records were restored"

// restoredSection tells the author what a restore means.
func restoredSection() mail.Section {
	return mail.Section{Heading: restoredTitle, Lines: []string{
		"They are older than what was mailed, as after a restored backup. So nothing is taken for granted: what was mailed is not mailed again, and what was on its way is held until you decide.",
		"Nobody knows any more who got the posts that were mailed after that backup. So that no one gets them twice, they are in no later digest. If you cancelled, released or changed something since, please look at it again.",
	}}
}

// suspect makes the next tick hold the state against all witnesses: one of them knew
// what the state did not, so the state was restored from a backup.
func (n *Newsletter) suspect(ctx context.Context) error {
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		changed := !o.Restored
		o.Restored = true
		return changed
	})
	return err
}

// afterRestore makes the state agree with all witnesses, holds what had been begun,
// and tells the author. Nothing is sent before it came to its end.
func (n *Newsletter) afterRestore(ctx context.Context) error {
	n.Say("the newsletter's records are older than what was mailed, as after a restore: what had been begun is held")
	if err := n.HoldBegun(ctx); err != nil {
		return err
	}
	if err := n.Repair(ctx); err != nil {
		return err
	}
	now := n.Now()
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		if !o.Restored {
			return false
		}
		o.Restored = false
		o.hear(fmt.Sprintf("restored-%d", now.Unix()), news{State: wasRestored, At: now.UTC().Truncate(time.Second)})
		return true
	})
	return err
}

// endedBy ends an issue as its witness says it did.
func (n *Newsletter) endedBy(ctx context.Context, w *world, i *Issue, seen *witness) (*Issue, error) {
	lost := false
	if !seen.Cancelled {
		_, err := n.State.Head(ctx, recipientsKey(i.ID, seen.Freeze))
		if lost = errors.Is(err, store.ErrNotFound); err != nil && !lost {
			return i, err
		}
	}
	return n.move(ctx, w, i, func(i *Issue) error {
		if i.over() {
			return errSame
		}
		i.endBy(seen)
		i.Lost = lost
		return nil
	})
}

// adopt holds an issue that its witness knows as begun and the state does not.
func (n *Newsletter) adopt(ctx context.Context, w *world, i *Issue, seen *witness) (*Issue, error) {
	l, err := n.loadList(ctx, i.ID, seen.Freeze)
	lost := errors.Is(err, store.ErrNotFound)
	if err != nil && !lost {
		return i, err
	}
	now := n.Now()
	return n.move(ctx, w, i, func(i *Issue) error {
		if i.over() || i.begun() && i.Freeze == seen.Freeze {
			return errSame
		}
		if lost {
			i.Freeze, i.Frozen, i.Posts, i.Lost = seen.Freeze, seen.Begun, seen.Posts, true
			i.hold(lostOnTheWay, now)
			return nil
		}
		i.begin(l.frozen(), seen.Begun)
		i.hold(restoredOnTheWay, now)
		return nil
	})
}

// resumeFrom deals with an issue whose progress is older than its witness: the state
// was restored while the issue was being sent. Whoever may have been mailed since is
// not mailed again; whoever certainly was not waits for the author.
func (n *Newsletter) resumeFrom(ctx context.Context, w *world, i *Issue, seen *witness) error {
	_, err := swap(ctx, n, n.State, progressKey(i.ID), func(p *progress) error {
		if p.Freeze != seen.Freeze || p.Generation >= seen.Progress {
			return errSame
		}
		p.forget(seen.Reached, notAgain)
		p.Generation = seen.Progress // and one more, as for any change
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(n.stop(ctx, w, i.ID, restoredOnTheWay), n.suspect(ctx))
}

// forget counts as failed whatever may have been sent: all that was claimed, up to the
// place that the claims had reached.
func (p *progress) forget(reached int, why string) {
	spans := slices.Clone(p.Todo)
	for _, c := range slices.Concat(p.Inflight, p.Uncertain) {
		spans = append(spans, c.span)
	}
	if reached = min(reached, p.Total); reached > p.Cursor {
		spans = append(spans, span{From: p.Cursor, To: reached})
		p.Cursor = reached
	}
	p.Todo, p.Inflight, p.Uncertain = nil, nil, nil
	for _, s := range spans {
		p.fail(claim{span: s}, why)
	}
}
