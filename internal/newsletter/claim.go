package newsletter

import (
	"context"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/settings"
)

// claim reserves an allowance and claims ranges within it.
func (n *Newsletter) claim(ctx context.Context, s *settings.Settings, i *Issue, l *list) (claims []claim, p *progress, until time.Time, err error) {
	p = &progress{}
	if err := n.read(ctx, progressKey(i.ID), p); err != nil {
		return nil, p, until, err
	}
	now := n.Now()
	perHour, perDay := s.Newsletter.PerHour, s.Newsletter.PerDay
	want := min(p.waiting(), roundPeople)
	batch, got := 0, 0
	account, err := swap(ctx, n, n.State, sendingKey, func(a *sending) error {
		batch = a.batch(s.Newsletter.Batch, now)
		for _, most := range []int{perHour, perDay} {
			if most > 0 {
				batch = min(batch, most)
			}
		}
		got = min(max(want, batch), p.waiting(), a.allowance(perHour, perDay, now))
		if got == 0 {
			return errSame
		}
		a.reserve(got, now)
		return nil
	})
	if err != nil {
		return nil, p, until, err
	}
	if got == 0 {
		if p.waiting() > 0 {
			until = account.next(perHour, perDay, now)
		}
		return nil, p, until, nil
	}
	call, err := n.nonce()
	if err != nil {
		return nil, p, until, err
	}
	p, err = swap(ctx, n, n.State, progressKey(i.ID), func(p *progress) error {
		if p.Freeze != i.Freeze {
			return fmt.Errorf("the progress of %s belongs to freeze %q", i.ID, p.Freeze)
		}
		if claims = p.claimedBy(call); len(claims) > 0 {
			return errSame
		}
		claims = p.take(l.parts(), roundRanges, batch, got, now, call, n.owner)
		if len(claims) == 0 {
			return errSame
		}
		return nil
	})
	if err != nil {
		// What is reserved stays reserved: too few mails, never too many. The claim may
		// have been written all the same; nothing was posted, so it can be put back.
		n.later(i.ID, unposted(claims))
		return nil, p, until, err
	}
	claimed := 0
	for _, c := range claims {
		claimed += c.len()
	}
	if claimed < got {
		err = n.refund(ctx, got-claimed, now)
	}
	if claimed == 0 && p.waiting() > 0 {
		until = now // what is left to do is larger than what may be sent now
	}
	return claims, p, until, err
}

func (n *Newsletter) refund(ctx context.Context, messages int, at time.Time) error {
	_, err := swap(ctx, n, n.State, sendingKey, func(a *sending) error {
		a.refund(messages, at)
		return nil
	})
	return err
}

// messageID is the name of a range's mail, the same at every attempt.
func messageID(i *Issue, c claim) string {
	return fmt.Sprintf("%s.%s.%d-%d@%s", i.ID, i.Freeze, c.From, c.To, i.route(c).Domain)
}
