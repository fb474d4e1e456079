package newsletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pennypost/pennypost/internal/store"
)

// witnessPrefix is where witnesses lie: in the content bucket, so that they outlive
// a loss or an older backup of the state bucket.
const witnessPrefix = "receipts/issues/"

// witness is the proof that an issue was begun: creating it decides which freeze
// counts. Once it says closed, nothing more is sent, whatever the state says.
type witness struct {
	stamp
	Issue  string    `json:"issue"`
	Freeze string    `json:"freeze"`
	To     int64     `json:"to,omitempty"`    // the last go-live number a digest covers
	Posts  []string  `json:"posts,omitempty"` // what the issue contains
	Begun  time.Time `json:"begun"`
	// Progress and Reached are the generation and the cursor of progress.json at the last
	// claim: each is written here before anything of it is posted. A progress that is
	// older was restored from a backup, and what lies below Reached may have been mailed.
	Progress int64     `json:"progress,omitempty"`
	Reached  int       `json:"reached,omitempty"`
	Closed   time.Time `json:"closed,omitzero"`
	// Cancelled says that the author ended the issue before it was begun: nobody is mailed.
	Cancelled bool      `json:"cancelled,omitempty"`
	Counts    Counts    `json:"counts,omitzero"`
	Failures  []Failure `json:"failures,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

func (w *witness) check() error {
	if !issueID.MatchString(w.Issue) || w.Freeze == "" && !w.Cancelled || w.Reached < 0 {
		return fmt.Errorf("it is no witness of issue %q", w.Issue)
	}
	return nil
}

// witnessOf reads an issue's witness; nil if it was never begun.
func (n *Newsletter) witnessOf(ctx context.Context, id string) (*witness, error) {
	_, body, err := n.Content.Get(ctx, witnessPrefix+id, store.Cond{})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the witness of %s: %w", id, err)
	}
	w := &witness{}
	if err := decode(witnessPrefix+id, body, w); err != nil {
		return nil, err
	}
	if w.Issue != id {
		return nil, damaged("the witness of %s is that of %s", id, w.Issue)
	}
	return w, nil
}

// errOvertaken stops a range that was claimed and not yet posted.
var errOvertaken = errors.New("its witness tells of another freeze, or that it is over")

// reach writes into the witness how far the progress has come. It must precede every
// post, so that no restored progress can pass for the last one.
func (n *Newsletter) reach(ctx context.Context, i *Issue, p *progress) error {
	_, err := swap(ctx, n, n.Content, witnessPrefix+i.ID, func(w *witness) error {
		switch {
		case w.Freeze != i.Freeze || !w.Closed.IsZero():
			return errOvertaken
		case w.Progress >= p.Generation && w.Reached >= p.Cursor:
			return errSame
		}
		w.Progress, w.Reached = max(w.Progress, p.Generation), max(w.Reached, p.Cursor)
		return nil
	})
	return err
}

// trusted reads the progress of an issue that is not over. It is nil if it is lost or its witness
// knows more, as after a restore: whoever changed it then would make it pass for the last one.
func (n *Newsletter) trusted(ctx context.Context, i *Issue) (*progress, error) {
	seen, err := n.witnessOf(ctx, i.ID)
	if err != nil || seen == nil || !seen.Closed.IsZero() || seen.Freeze != i.Freeze {
		return nil, err
	}
	p := &progress{}
	err = n.read(ctx, progressKey(i.ID), p) // after the witness, which is never ahead of it
	if errors.Is(err, store.ErrNotFound) || err == nil && p.Generation < seen.Progress {
		return nil, nil
	}
	return p, err
}

// forbid makes the witness of an issue that is to be cancelled before it was begun: no
// freeze can count any more, also none of a state that is restored later. It tells
// whether a freeze was faster.
func (n *Newsletter) forbid(ctx context.Context, i *Issue, now time.Time) (begun bool, err error) {
	w, _, err := create(ctx, n, n.Content, witnessPrefix+i.ID, &witness{
		Issue: i.ID, Begun: now.UTC(), Closed: now.UTC(), Cancelled: true, Reason: cancelledReason,
	})
	return err == nil && !w.Cancelled, err
}

// closeWitness writes down that an issue is over.
func (n *Newsletter) closeWitness(ctx context.Context, i *Issue, now time.Time) error {
	_, err := swap(ctx, n, n.Content, witnessPrefix+i.ID, func(w *witness) error {
		if !w.Closed.IsZero() {
			return errSame
		}
		if w.Issue == "" {
			w.Issue, w.Freeze, w.To, w.Posts, w.Begun = i.ID, i.Freeze, i.To, i.Posts, i.Frozen
		}
		w.Closed, w.Counts, w.Failures, w.Reason = now, i.Counts, i.Failures, i.Reason
		return nil
	})
	return err
}
