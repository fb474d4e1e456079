package functions

import (
	"context"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/newsletter"
	"github.com/pennypost/pennypost/internal/publish"
	"github.com/pennypost/pennypost/internal/store"
)

// New wires all five functions in one process, as the local program wants them.
func New(s Surroundings) (Handlers, error) {
	n, err := s.Newsletter()
	if err != nil {
		return Handlers{}, err
	}
	p := s.Publisher(n)
	return Handlers{
		Publish:     (&queue{publisher: p, log: s.Log}).Handle,
		PublishTick: p.Tick,
		DigestTick:  n.OpenDigests,
		SendTick:    n.Work,
		Subscribe:   s.Subscribe(),
		Webhook:     s.Webhook(),
	}, nil
}

// Publisher wires the publish steps.
func (s Surroundings) Publisher(a publish.Announcer) *publish.Publisher {
	return publish.New(publish.Options{
		Content:     s.bucket(s.Content),
		Site:        s.bucket(s.Site),
		State:       s.bucket(s.State),
		Announcer:   a,
		Invalidator: invalidator(s.Invalidate),
		Now:         s.Now,
		Rand:        s.Rand,
		Log:         s.Log,
		SiteURL:     s.SiteURL,
		Patience:    s.Deadline,
		Alone:       s.Alone,
		Say: func(r *publish.Report) {
			s.published(r)
		},
	})
}

type invalidator func(context.Context) error

func (i invalidator) Invalidate(ctx context.Context) error { return i(ctx) }

// Audience opens the list of subscribers.
func (s Surroundings) Audience() *audience.Audience {
	return audience.Open(audience.Options{State: s.bucket(s.State), Now: s.Now, Rand: s.Rand})
}

// Newsletter wires opening, freezing and sending of issues.
func (s Surroundings) Newsletter() (*newsletter.Newsletter, error) {
	return newsletter.New(newsletter.Options{
		State:    s.bucket(s.State),
		Content:  s.bucket(s.Content),
		Audience: s.Audience(),
		Sender:   s.mailer(),
		Events:   s.mailer(),
		Now:      s.Now,
		Rand:     s.Rand,
		SiteURL:  s.SiteURL,
		Domain:   s.Mailgun.Domain,
		Undo:     s.Undo,
		Settle:   s.Settle,
		Deadline: s.Deadline,
		Alone:    s.Alone,
		Say:      s.say,
		Moved:    s.moved,
		Standing: s.standing,
	})
}

// bucket opens one of the buckets.
func (s Surroundings) bucket(name string) *store.Bucket {
	return store.New(s.S3, name).WithRand(s.Rand)
}

func (s Surroundings) say(line string) {
	if s.Say != nil {
		s.Say(line)
	}
}
