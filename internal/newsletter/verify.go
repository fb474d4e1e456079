package newsletter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pennypost/pennypost/internal/store"
)

// Verify compares issues, the outbox and the witnesses with each other, and says what
// differs, a line each in plain words. What a run has under way at this moment may be
// told of too. Nothing is changed. [ErrNewer] is reported where a newer program is at
// work.
func (n *Newsletter) Verify(ctx context.Context) ([]string, error) {
	v := &verifier{Newsletter: n, outbox: &outbox{}}
	if err := n.read(ctx, outboxKey, v.outbox); isDamaged(err) {
		v.tell("%v", err)
		v.outbox = nil
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	ids, err := n.issueIDs(ctx, "issues/", "")
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := v.issue(ctx, id); err != nil {
			return nil, err
		}
	}
	witnessed, err := n.witnessIDs(ctx, "", "")
	if err != nil {
		return nil, err
	}
	for _, id := range witnessed {
		if !slices.Contains(ids, id) {
			v.tell("issue %s was begun, and its record is gone", id)
		}
	}
	if v.outbox != nil {
		for _, id := range v.outbox.ids() {
			if !slices.Contains(ids, id) {
				v.tell("the outbox names issue %s, which is not there", id)
			}
		}
	}
	slices.Sort(v.found)
	return v.found, nil
}

type verifier struct {
	*Newsletter
	outbox *outbox // nil: it cannot be read
	found  []string
}

func (v *verifier) tell(format string, a ...any) {
	v.found = append(v.found, fmt.Sprintf(format, a...))
}

// issue looks at one issue and all that belongs to it. Only what is no difference, but
// keeps from looking, is an error.
func (v *verifier) issue(ctx context.Context, id string) error {
	i, err := v.loadIssue(ctx, id)
	seen, seenErr := v.witnessOf(ctx, id)
	for _, e := range []error{err, seenErr} {
		switch {
		case errors.Is(e, errNoIssue):
			return nil // it went this very moment
		case isDamaged(e):
			v.tell("%v", e)
		case e != nil:
			return e
		}
	}
	if err != nil || seenErr != nil {
		return nil
	}
	if v.outbox != nil && !i.over() {
		if _, named := v.outbox.Issues[id]; !named {
			v.tell("issue %s is %s, and the outbox does not name it: nobody would see to it", id, i.State)
		}
	}
	switch {
	case seen == nil && i.begun() && (i.Recipients > 0 || i.State == Sending):
		v.tell("issue %s is %s, and its witness (%s%s in the content bucket) is gone", id, i.State, witnessPrefix, id)
	case seen != nil && !seen.Closed.IsZero() && !i.over():
		v.tell("issue %s is %s, and its witness says that it is over: its record is older", id, i.State)
	case seen != nil && seen.Freeze != i.Freeze && !i.over():
		v.tell("issue %s is %s, and its witness says that it was begun otherwise: its record is older", id, i.State)
	}
	if i.State == Sending || i.State == Held && i.begun() {
		return v.sending(ctx, i)
	}
	return nil
}

// sending looks at what an issue needs that is being sent, or stopped on its way.
func (v *verifier) sending(ctx context.Context, i *Issue) error {
	l, err := v.readList(ctx, i.ID, i.Freeze)
	unusable := func(err error) bool { return isDamaged(err) || errors.Is(err, store.ErrNotFound) }
	if unusable(err) {
		v.tell("issue %s cannot be sent on: %v", i.ID, err)
		return nil
	}
	if err != nil {
		return err
	}
	p := &progress{}
	switch err := v.read(ctx, progressKey(i.ID), p); {
	case unusable(err):
		v.tell("issue %s cannot be sent on: %v", i.ID, err)
	case err != nil:
		return err
	case p.Freeze != i.Freeze || p.Total != l.head.Total:
		v.tell("issue %s cannot be sent on: the record of how far it came is that of another list", i.ID)
	}
	for _, g := range l.head.Groups {
		key := messageKey(i.ID, i.Freeze, g.Group)
		if _, err := v.State.Head(ctx, key); errors.Is(err, store.ErrNotFound) {
			v.tell("issue %s cannot be sent on: %s is gone", i.ID, key)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// witnessIDs lists the issues that have a witness and whose ids begin with a prefix, those
// that come after an id.
func (n *Newsletter) witnessIDs(ctx context.Context, prefix, after string) ([]string, error) {
	var ids []string
	prefix, after = witnessPrefix+prefix, witnessPrefix+after
	for more := true; more; {
		var objects []store.Object
		var err error
		if objects, more, err = n.Content.List(ctx, prefix, after, 1000); err != nil {
			return nil, err
		}
		for _, o := range objects {
			after = o.Key
			if id := strings.TrimPrefix(o.Key, witnessPrefix); issueID.MatchString(id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}
