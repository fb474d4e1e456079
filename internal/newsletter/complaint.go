package newsletter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/store"
)

// complained stands where news about an issue has its state.
const complained State = "complained"

// complaintID names news that are about a reader, not about an issue. What follows
// is a hash of the event, never of an address.
var complaintID = regexp.MustCompile(`^complaint-[0-9a-f]{24}$`)

// TellComplaint makes the next tick mail the author that somebody called a mail
// spam, and when, but not who. event names the provider's report: telling of the
// same one again mails nothing.
func (n *Newsletter) TellComplaint(ctx context.Context, event string, at time.Time) error {
	sum := sha256.Sum256([]byte(event))
	id := "complaint-" + hex.EncodeToString(sum[:12])
	// What is told depends on the report alone, so that a repetition after a crash is
	// the same mail.
	what := news{State: complained, At: at.UTC().Truncate(time.Second)}
	err := n.read(ctx, noticePrefix+id, &notice{})
	if err == nil {
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err = n.changeOutbox(ctx, func(o *outbox) bool { return o.hear(id, what) })
	if err != nil {
		return err
	}
	_, _, err = create(ctx, n, n.State, noticePrefix+id, &notice{News: map[string]news{id: what}})
	return err
}

// complaints takes the news of complaints out of what the author is told: how many
// there are, and when the last one came.
func complaints(owed map[string]news) (issues map[string]news, many int, last time.Time) {
	issues = map[string]news{}
	for id, what := range owed {
		if !complaintID.MatchString(id) {
			issues[id] = what
			continue
		}
		if many++; what.At.After(last) {
			last = what.At
		}
	}
	return issues, many, last
}

// complaintTitle says in a line that somebody complained.
func complaintTitle(many int) string {
	if many == 1 {
		return "Somebody called your mail spam"
	}
	return fmt.Sprintf("%d people called your mail spam", many)
}

// complaintSection tells of complaints, and that nothing is left to do.
func complaintSection(many int, last time.Time, zone *time.Location) mail.Section {
	s := mail.Section{Heading: complaintTitle(many)}
	if many == 1 {
		s.Lines = []string{"Reported for " + moment(last, zone) + ". That address is never mailed again, whatever is asked for in its name."}
	} else {
		s.Lines = []string{"The last report is for " + moment(last, zone) + ". Those addresses are never mailed again, whatever is asked for in their names."}
	}
	s.Lines = append(s.Lines, "Nothing is left for you to do. Mail programs put the button for spam beside the one for deleting, so one now and then means little; many after one mail mean that it was not what people had asked for.")
	return s
}
