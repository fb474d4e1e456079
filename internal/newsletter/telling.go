package newsletter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// telling is the mail to the author that is under way. What it tells has left the news,
// so that runs which overlap do not tell it twice.
type telling struct {
	ID     string          `json:"id"` // of its notice
	News   map[string]news `json:"news"`
	Domain string          `json:"domain"`
	Region string          `json:"region,omitempty"`
	// Nonce names the claim; Owner is the run that made it.
	Nonce string    `json:"nonce"`
	Owner string    `json:"owner"`
	At    time.Time `json:"at"`
}

func (t *telling) key() string       { return noticePrefix + t.ID }
func (t *telling) messageID() string { return "notice." + t.ID + "@" + t.Domain }

// isNotice is what the id of a notice looks like: it becomes part of a key.
var isNotice = regexp.MustCompile(`^[0-9a-f]{24}$`)

// unaddressedFor is how long news wait where nobody is named to tell them to. It is not
// known that there never will be: site.yaml may come with the first posts and be read
// after them.
const unaddressedFor = time.Hour

// tellAuthor mails what is new to the author: one mail for all that a tick found.
func (n *Newsletter) tellAuthor(ctx context.Context, o *outbox) error {
	if len(o.News) == 0 && o.Telling == nil || n.ending(ctx) || n.Now().Before(n.quiet()) || o.Restored {
		return nil
	}
	w, err := n.look(ctx)
	if err != nil {
		return err
	}
	to := w.settings.Author.Email
	if to == "" || w.settings.Newsletter.Domain == "" {
		return n.forgetNews(ctx, o, n.Now().Add(-unaddressedFor))
	}
	if o.Telling != nil {
		return n.finishTelling(ctx, o.Telling)
	}
	t, err := n.startTelling(ctx, w)
	if err != nil || t == nil {
		return err
	}
	n.underWay(t.Nonce, true)
	defer n.underWay(t.Nonce, false)
	there, _, err := create(ctx, n, n.State, t.key(), &notice{News: t.News})
	if err != nil {
		return errors.Join(err, n.putBack(ctx, t))
	}
	if !there.Mailed.IsZero() { // an outbox that was restored owes what had been told
		return n.endTelling(ctx, t)
	}
	message, err := n.noticeMail(ctx, w, t.News)
	if err != nil {
		return errors.Join(fmt.Errorf("make a mail to the author: %w", err), n.putBack(ctx, t))
	}
	outcome := n.Sender.Send(ctx, Request{
		Domain: t.Domain, Region: t.Region, Message: message, MessageID: t.messageID(), To: []Recipient{{Address: to}},
	})
	switch o := outcome.(type) {
	case Accepted:
		return n.markTold(ctx, t, "")
	case Failed:
		return n.markTold(ctx, t, o.Reason)
	case BadRecipient:
		return n.markTold(ctx, t, o.Reason)
	case Uncertain:
		return nil // until Mailgun's log is asked
	}
	n.beQuiet() // not now
	return n.putBack(ctx, t)
}

// startTelling claims all news for one mail; nil if another run was faster.
func (n *Newsletter) startTelling(ctx context.Context, w *world) (*telling, error) {
	nonce, err := n.nonce()
	if err != nil {
		return nil, err
	}
	t := telling{
		Nonce: nonce, Owner: n.owner, At: n.Now().UTC(),
		Domain: w.settings.Newsletter.Domain, Region: w.settings.Newsletter.Region,
	}
	o, err := n.changeOutbox(ctx, func(o *outbox) bool {
		if o.Telling != nil || len(o.News) == 0 {
			return false
		}
		mine := t
		mine.News, mine.ID = o.News, noticeID(o.News)
		o.Telling, o.News = &mine, nil
		return true
	})
	if err != nil || o.Telling == nil || o.Telling.Nonce != nonce {
		return nil, err
	}
	return o.Telling, nil
}

// noticeID names the mail that tells some news: the same ones are never told twice.
func noticeID(what map[string]news) string {
	text, err := json.Marshal(what) // maps are written in the order of their keys
	if err != nil {
		panic(err) // there is nothing in them that cannot be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// finishTelling deals with a mail to the author whose run ended, or could not know
// whether Mailgun took it: the log tells. Without one it counts as told, because telling
// twice would be worse than a missing mail beside the receipts.
func (n *Newsletter) finishTelling(ctx context.Context, t *telling) error {
	now := n.Now()
	if !n.over(&freezing{Nonce: t.Nonce, Owner: t.Owner, At: t.At}) {
		return nil
	}
	there := &notice{}
	switch err := n.read(ctx, t.key(), there); {
	case err != nil && !errors.Is(err, store.ErrNotFound) && !isDamaged(err):
		return err
	case !there.Mailed.IsZero():
		return n.endTelling(ctx, t)
	}
	if now.Sub(t.At) < n.Settle {
		return nil
	}
	if n.Events == nil || now.Sub(t.At) >= askFor {
		return n.markTold(ctx, t, "nobody knows whether Mailgun took it")
	}
	if !n.mayAsk(t.messageID(), now) {
		return nil
	}
	found, trustworthy, err := n.Events.Accepted(ctx, t.Domain, t.Region, t.messageID())
	switch {
	case errors.Is(err, ErrNoLog):
		return n.markTold(ctx, t, "nobody knows whether Mailgun took it")
	case err != nil:
		return nil // it is asked again
	case found:
		return n.markTold(ctx, t, "")
	case trustworthy:
		return n.putBack(ctx, t)
	}
	return nil
}

// markTold writes down that a mail to the author went out, or why it did not for good.
func (n *Newsletter) markTold(ctx context.Context, t *telling, failed string) error {
	_, err := swap(context.WithoutCancel(ctx), n, n.State, t.key(), func(s *notice) error {
		s.News, s.Mailed, s.Failed = t.News, n.Now().UTC(), failed
		return nil
	})
	return errors.Join(err, n.endTelling(ctx, t))
}

// endTelling makes room for the next mail.
func (n *Newsletter) endTelling(ctx context.Context, t *telling) error {
	_, err := n.changeOutbox(context.WithoutCancel(ctx), func(o *outbox) bool {
		if o.Telling == nil || o.Telling.Nonce != t.Nonce {
			return false
		}
		o.Telling = nil
		return true
	})
	return err
}

// putBack returns what was not told to the news, but for what came after it.
func (n *Newsletter) putBack(ctx context.Context, t *telling) error {
	_, err := n.changeOutbox(context.WithoutCancel(ctx), func(o *outbox) bool {
		if o.Telling == nil || o.Telling.Nonce != t.Nonce {
			return false
		}
		newer := o.News
		o.Telling, o.News = nil, maps.Clone(t.News)
		maps.Copy(o.News, newer)
		return true
	})
	return err
}

// forgetNews drops what is older than a time and can be told to nobody.
func (n *Newsletter) forgetNews(ctx context.Context, o *outbox, before time.Time) error {
	old := func(what news) bool { return what.At.Before(before) }
	stale := o.Telling != nil && o.Telling.At.Before(before)
	for _, what := range o.News {
		stale = stale || old(what)
	}
	if !stale {
		return nil
	}
	_, err := n.changeOutbox(context.WithoutCancel(ctx), func(o *outbox) bool {
		kept := maps.Clone(o.News)
		maps.DeleteFunc(kept, func(_ string, what news) bool { return old(what) })
		changed := len(kept) != len(o.News)
		if o.News = kept; o.Telling != nil && o.Telling.At.Before(before) {
			o.Telling, changed = nil, true
		}
		return changed
	})
	return err
}
