package newsletter

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// restoredSection tells the author what a restore means, before the issues that it affects.
func restoredSection(issues int) mail.Section {
	s := mail.Section{Heading: restoredTitle, Lines: []string{
		"They are older than what was mailed, as after a restored backup. So nothing is taken for granted: what was mailed is not mailed again, and what was on its way is held until you decide.",
		"Nobody knows any more who got the posts that were mailed after that backup. So that no one gets them twice, they are in no later digest. If you cancelled, released or changed something since, please look at it again.",
	}}
	if issues > 0 {
		s.Lines = append(s.Lines, "This is what it affects, and how it stands now:")
	}
	return s
}

// suspect makes the next tick hold the state against all witnesses: the one of an issue
// knew what the state did not, so the state was restored from a backup. Until then
// nothing is told, because it may have been told before.
func (n *Newsletter) suspect(ctx context.Context, id string) error {
	now := n.Now()
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		changed := !o.Restored
		o.Restored = true
		return o.restored(id, now) || changed
	})
	return err
}

// restored queues an issue as one that a restore affects.
func (o *outbox) restored(id string, now time.Time) bool {
	if o.News[id].State == wasRestored {
		return false
	}
	return o.hear(id, news{State: wasRestored, At: now.UTC().Truncate(time.Second)})
}

// afterRestore makes the state agree with all witnesses, holds what had been begun,
// and tells the author. Nothing is sent before it came to its end.
func (n *Newsletter) afterRestore(ctx context.Context) error {
	n.Say("the newsletter's records are older than what was mailed, as after a restore: what had been begun is held")
	before, err := n.List(ctx)
	if err != nil {
		return err
	}
	if err := n.HoldBegun(ctx); err != nil {
		return err
	}
	if err := n.Repair(ctx); err != nil {
		return err
	}
	after, err := n.List(ctx)
	if err != nil {
		return err
	}
	now := n.Now()
	_, err = n.changeOutbox(ctx, func(o *outbox) bool {
		if !o.Restored {
			return false
		}
		o.Restored, o.Telling = false, nil
		// What was still to be told then may have been told since: it becomes part of this.
		for id, what := range maps.Clone(o.News) {
			if issueID.MatchString(id) && what.State != wasRestored {
				o.restored(id, now)
			}
		}
		for _, id := range affected(before, after) {
			o.restored(id, now)
		}
		o.hear(fmt.Sprintf("restored-%d", now.Unix()), news{State: wasRestored, At: now.UTC().Truncate(time.Second)})
		return true
	})
	return err
}

// affected are the issues that a repair changed, and those that were on their way.
func affected(before, after []Issue) []string {
	was := map[string]int64{}
	for _, i := range before {
		was[i.ID] = i.Generation
	}
	var ids []string
	for _, i := range after {
		if generation, known := was[i.ID]; !known || generation != i.Generation || i.State == Held && i.begun() {
			ids = append(ids, i.ID)
		}
	}
	return ids
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

// adopt holds an issue that its witness knows as begun and the state does not, unless
// it is for nobody.
func (n *Newsletter) adopt(ctx context.Context, w *world, i *Issue, seen *witness) (*Issue, error) {
	// Not the list that this process remembers: a restore may have taken it away since.
	l, err := n.readList(ctx, i.ID, seen.Freeze)
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
		if i.Recipients > 0 { // of an empty list nothing was sent
			i.hold(restoredOnTheWay, now)
		}
		return nil
	})
}

// resumeFrom deals with an issue whose progress is older than its witness: the state
// was restored while the issue was being sent. Whoever may have been mailed since is
// not mailed again; whoever certainly was not waits for the author.
func (n *Newsletter) resumeFrom(ctx context.Context, w *world, i *Issue, seen *witness) error {
	if err := n.forgetBehind(ctx, i.ID, seen); err != nil {
		return err
	}
	if err := n.suspect(ctx, i.ID); err != nil { // first, so that the stop is not told by itself
		return err
	}
	return n.stop(ctx, w, i.ID, restoredOnTheWay)
}

// forgetBehind counts as failed what a restored progress does not know to be sent and its
// witness knows to have been claimed.
func (n *Newsletter) forgetBehind(ctx context.Context, id string, seen *witness) error {
	_, err := swap(ctx, n, n.State, progressKey(id), func(p *progress) error {
		if p.Freeze != seen.Freeze || p.Generation >= seen.Progress {
			return errSame
		}
		p.forget(seen.Reached, notAgain)
		p.Generation = seen.Progress // and one more, as for any change
		return nil
	})
	return err
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
