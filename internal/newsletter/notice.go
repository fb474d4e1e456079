package newsletter

import (
	"errors"
	"maps"
	"time"
)

// news is something about an issue, or a complaint, that the author is to be told by mail.
type news struct {
	State State     `json:"state"`
	At    time.Time `json:"at"`
}

// noticePrefix is where mails to the author are remembered.
const noticePrefix = "notices/"

// notice is a mail to the author. Once mailed it is marked, not deleted, so that
// whoever dies before the outbox forgets it does not mail it twice.
type notice struct {
	stamp
	News   map[string]news `json:"news"` // by issue
	Mailed time.Time       `json:"mailed,omitzero"`
	Failed string          `json:"failed,omitempty"`
}

func (n *notice) check() error {
	if len(n.News) == 0 {
		return errors.New("it tells nothing")
	}
	return nil
}

// tell queues news about an issue, if the author would want to know.
func (o *outbox) tell(i *Issue, now time.Time) bool {
	switch {
	case i.State == Waiting && i.Kind == Instant && i.Due.After(now):
	case i.State == Held:
	case i.State == Closed && (i.Recipients > 0 || !i.begun()):
	default:
		return false
	}
	if old, ok := o.News[i.ID]; ok && old.State == i.State {
		return false
	}
	return o.hear(i.ID, news{State: i.State, At: now.UTC().Truncate(time.Second)})
}

// hear queues news, and tells whether they are new.
func (o *outbox) hear(id string, what news) bool {
	if o.News[id] == what {
		return false
	}
	o.News = maps.Clone(o.News)
	if o.News == nil {
		o.News = map[string]news{}
	}
	o.News[id] = what
	return true
}

// quiet is the time before which no mail to the author is tried again.
func (n *Newsletter) quiet() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.quietUntil
}

func (n *Newsletter) beQuiet() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.quietUntil = n.Now().Add(min(max(n.Settle/6, time.Second), 5*time.Minute))
}
