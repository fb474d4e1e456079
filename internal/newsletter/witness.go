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
	To     int64     `json:"to,omitempty"` // the last go-live number a digest covers
	Begun  time.Time `json:"begun"`
	Closed time.Time `json:"closed,omitzero"`
	Counts Counts    `json:"counts,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

func (w *witness) check() error {
	if !issueID.MatchString(w.Issue) || w.Freeze == "" {
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
		return nil, fmt.Errorf("the witness of %s is that of %s", id, w.Issue)
	}
	return w, nil
}

// closeWitness writes down that an issue is over.
func (n *Newsletter) closeWitness(ctx context.Context, i *Issue, now time.Time) error {
	_, err := swap(ctx, n, n.Content, witnessPrefix+i.ID, func(w *witness) error {
		if !w.Closed.IsZero() {
			return errSame
		}
		if w.Issue == "" {
			w.Issue, w.Freeze, w.To, w.Begun = i.ID, i.Freeze, i.To, i.Frozen
		}
		w.Closed, w.Counts, w.Reason = now, i.Counts, i.Reason
		return nil
	})
	return err
}
