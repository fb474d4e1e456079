package newsletter

import (
	"slices"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/post"
	"github.com/pennypost/pennypost/internal/settings"
)

// offer is one post of an issue, as far as it decides who is owed it.
type offer struct {
	ID      string
	Mailing post.Mailing
	Topics  []string
	// Since is when the post could first have been mailed. Whoever had the issue's
	// cadence at any time since then belongs to the issue, also if they have another
	// one now: so nobody falls between two cadences. That they do not get it twice is
	// seen to by the earlier lists.
	Since time.Time
}

// owed tells whether an issue of a kind is for a subscriber as far as one post goes.
func (o offer) owed(k Kind, s *audience.Subscriber) bool {
	return o.addresses(k, s) && s.Wants(o.Topics)
}

// addresses tells whether the post goes to the subscriber's cadence in an issue of kind k.
func (o offer) addresses(k Kind, s *audience.Subscriber) bool {
	switch {
	case o.Mailing == post.MailNone:
		return false
	case k == Instant && o.Mailing == post.MailNow:
		return true
	case k == Instant && o.Mailing == post.MailDigest:
		return false
	case k == Weekly && o.Mailing == post.MailDigest:
		return had(s, audience.Weekly, o.Since) || had(s, audience.Each, o.Since)
	case k == Weekly:
		return had(s, audience.Weekly, o.Since)
	case k == Monthly:
		return had(s, audience.Monthly, o.Since)
	}
	return had(s, audience.Each, o.Since)
}

// had tells whether the subscriber has a cadence, or had it at any time since then.
func had(s *audience.Subscriber, c audience.Cadence, since time.Time) bool {
	if s.Cadence == c || s.CadenceAt(since) == c {
		return true
	}
	return slices.ContainsFunc(s.History, func(h audience.CadenceChange) bool {
		return h.At.After(since) && h.From == c
	})
}

// topicsOf names the topics a post belongs to: those that share a tag with it, the
// book topics if it is a review, and if no topic takes it, those that take the rest.
func topicsOf(m *post.Meta, topics []settings.Topic) []string {
	var ids, rest []string
	tags := make([]string, len(m.Tags))
	for i, t := range m.Tags {
		tags[i] = post.Slugify(t)
	}
	for _, t := range topics {
		if len(t.Tags) == 0 && !t.Books {
			rest = append(rest, t.ID)
			continue
		}
		match := t.Books && m.Book != nil
		for _, tag := range t.Tags {
			match = match || slices.Contains(tags, post.Slugify(tag))
		}
		if match {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return rest
	}
	return ids
}
