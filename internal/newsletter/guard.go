package newsletter

import (
	"fmt"
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/catalog"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// overdueAfter is how late an issue may be and still go out without the author:
// longer means an outage or a restored backup.
const overdueAfter = 24 * time.Hour

// mailable tells why a post is in no mail for now, or "" if it may be.
func mailable(e *catalog.Entry) string {
	switch {
	case e == nil:
		return "the post is not there"
	case e.Kind != post.Article:
		return "it is a page, and pages are not mailed"
	case e.Draft:
		return "the post is a draft"
	case e.Mailing == post.MailNone:
		return "the post says email: none"
	case !e.Live:
		return "the post is not published yet"
	}
	return ""
}

// lateReason is for a post that was old when it was first uploaded.
func lateReason(e *catalog.Entry, s *settings.Settings) string {
	return fmt.Sprintf("its date, %s, was more than %s before its upload on %s",
		day(e.Shown(), s.Location), long(s.Newsletter.MaxAge), day(e.First, s.Location))
}

// crowd counts the posts that went live within one hour with e, itself included:
// the fullest sliding hour it lies in. Late posts are held anyway, and what is
// never mailed crowds nobody.
func crowd(c *catalog.Catalog, e *catalog.Entry) int {
	var times []time.Time
	for _, other := range c.Live() {
		near := other.GoLive.Sub(e.GoLive).Abs() <= time.Hour
		if near && !other.Late && other.Mailing != post.MailNone && other.ID != e.ID {
			times = append(times, other.GoLive)
		}
	}
	times = append(times, e.GoLive)
	slices.SortFunc(times, time.Time.Compare)
	most, from := 0, 0
	for to := range times {
		for times[to].Sub(times[from]) > time.Hour {
			from++
		}
		if !times[from].After(e.GoLive) && !times[to].Before(e.GoLive) {
			most = max(most, to-from+1)
		}
	}
	return most
}

// crowdedReason is for a post that went live among too many others, "" for any other.
func crowdedReason(c *catalog.Catalog, e *catalog.Entry, s *settings.Settings) string {
	if s.Newsletter.MaxPerHour <= 0 {
		return ""
	}
	n := crowd(c, e)
	if n <= s.Newsletter.MaxPerHour {
		return ""
	}
	return fmt.Sprintf("%d posts were published within one hour, more than newsletter.max_per_hour: %d",
		n, s.Newsletter.MaxPerHour)
}

// foreseen tells why an issue that waits will be held when its time comes, as far as that
// is known already, or "". It may change its mind: what is taken back crowds nobody.
func (w *world) foreseen(i *Issue) string {
	if i == nil || i.Kind != Instant || i.State != Waiting || !i.Released.IsZero() {
		return ""
	}
	e := w.catalog.Posts[i.Post]
	if mailable(e) != "" {
		return ""
	}
	return crowdedReason(w.catalog, e, w.settings)
}

// guard tells why a due issue must wait for the author, or "".
func guard(i *Issue, e *catalog.Entry, c *catalog.Catalog, s *settings.Settings, now time.Time) string {
	if !i.Released.IsZero() {
		return ""
	}
	if i.Kind == Instant {
		if e.Late {
			return lateReason(e, s)
		}
		if why := crowdedReason(c, e, s); why != "" {
			return why
		}
	}
	if late := now.Sub(i.Due); late > overdueAfter {
		return fmt.Sprintf("it should have gone out on %s, more than a day ago", moment(i.Due, s.Location))
	}
	return ""
}
