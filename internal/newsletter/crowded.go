package newsletter

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/pennypost/pennypost/internal/mail"
)

// crowded stands where news about an issue has its state.
const crowded State = "crowded"

// crowdedID names the news that more people asked to subscribe than were mailed, by day.
var crowdedID = regexp.MustCompile(`^signups-[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// TellCrowded makes the next tick mail the author that more people asked to subscribe
// within an hour than newsletter.max_signups_per_hour allows to be mailed. The news and the
// day (UTC) for which there are such news are one write: saying it again that day, as who
// died after saying it does, mails nothing.
func (n *Newsletter) TellCrowded(ctx context.Context, at time.Time) error {
	at = at.UTC().Truncate(time.Second)
	day := at.Format(time.DateOnly)
	_, err := n.changeOutbox(ctx, func(o *outbox) bool {
		if o.Crowded >= day { // days as written sort as they come
			return false
		}
		o.Crowded = day
		return o.hear("signups-"+day, news{State: crowded, At: at})
	})
	return err
}

// takeCrowded takes such news out of what the author is told.
func takeCrowded(owed map[string]news) (found bool) {
	maps.DeleteFunc(owed, func(id string, _ news) bool {
		is := crowdedID.MatchString(id)
		found = found || is
		return is
	})
	return found
}

const crowdedTitle = "Very many people ask to subscribe"

// crowdedSection tells of it, and what can be done.
func crowdedSection(most int) mail.Section {
	return mail.Section{Heading: crowdedTitle, Lines: []string{
		fmt.Sprintf("Within an hour more than %d people asked for the mail with which one confirms a subscription. The others are not mailed for now; whoever sends the form again an hour later gets it.", most),
		"Mostly this is a program that fills in the addresses of strangers, and then nothing is left for you to do. If you know why so many people come, allow more of them in site.yaml, by newsletter.max_signups_per_hour.",
	}}
}
