package audience

import (
	"log/slog"
	"slices"
	"time"
)

// Cadence is how often somebody wants mail.
type Cadence string

const (
	Each    Cadence = "each"    // every post, at once
	Weekly  Cadence = "weekly"  // one digest a week
	Monthly Cadence = "monthly" // one digest a month
)

// Cadences are all there are, the default first.
var Cadences = [...]Cadence{Each, Weekly, Monthly}

// Valid tells whether c is one of Cadences.
func (c Cadence) Valid() bool { return slices.Contains(Cadences[:], c) }

// Status is whether somebody may be mailed, and if not, why. It follows from a
// record's times alone, so that events in any order end in the same state.
type Status string

const (
	Active     Status = "active"
	Left       Status = "left"       // unsubscribed
	Bounced    Status = "bounced"    // the mailbox does not exist (any more)
	Complained Status = "complained" // called it spam: never again, whatever they ask for
	Moved      Status = "moved"      // changed address; the record MovedTo carries on
	// Erased stands in no record: there is none. It is in answers only.
	Erased Status = "erased"
)

// CadenceChange is one change of mind about the cadence.
type CadenceChange struct {
	At   time.Time `json:"at"`
	From Cadence   `json:"from"`
	To   Cadence   `json:"to"`
}

// Consent is the record of what somebody agreed to.
type Consent struct {
	At     time.Time `json:"at"`               // when the button was pressed
	Page   string    `json:"page,omitempty"`   // the path of the page it was sent from
	Shown  string    `json:"shown,omitempty"`  // the sentence beside the button
	Source string    `json:"source,omitempty"` // "form", "import of …", "added by the author"
}

// Subscriber is one person's record. Printing it in any way shows only its uid.
type Subscriber struct {
	UID string `json:"uid"` // permanent, random, see [ShardOf]
	// Email is the address mail goes to; empty in a record that moved.
	Email   string   `json:"email,omitempty"`
	Name    string   `json:"name,omitempty"` // first name, may be empty
	Status  Status   `json:"status"`
	Cadence Cadence  `json:"cadence"`
	Topics  []string `json:"topics,omitempty"` // ids of settings' topics; none: all
	// Chosen is when name, cadence, topics or pause were last chosen anew; zero: never since they
	// first came. A record they moved to has it from the one it has the choices of.
	Chosen time.Time `json:"chosen,omitzero"`
	// Since is the first confirmation of all; Asked is when what was last confirmed
	// was asked for, Confirmed when it was confirmed.
	Since     time.Time `json:"since"`
	Asked     time.Time `json:"asked"`
	Confirmed time.Time `json:"confirmed"`
	// Paused is the moment until which nothing is sent; zero or past: not paused.
	Paused  time.Time `json:"paused,omitzero"`
	Consent Consent   `json:"consent"`
	// History is the last changes of cadence, oldest first.
	History []CadenceChange `json:"history,omitempty"`

	// When they last left, bounced or complained; zero: never. An ending holds if
	// it is not before Asked; a complaint always holds.
	LeftAt       time.Time `json:"left_at,omitzero"`
	BouncedAt    time.Time `json:"bounced_at,omitzero"`
	ComplainedAt time.Time `json:"complained_at,omitzero"`

	// MovedTo is the uid of the record that carries on after a change of address.
	// Former are the uids that moved here: whoever has been mailed as one of them
	// has been mailed.
	MovedTo string    `json:"moved_to,omitempty"`
	MovedAt time.Time `json:"moved_at,omitzero"`
	Former  []string  `json:"former,omitempty"`
	// Moving is the fingerprint of the address it is about to move to, from before
	// anything stands there until it moved: whoever leaves meanwhile leaves there too.
	Moving string `json:"moving,omitempty"`
	// Hash is the fingerprint of the former address in a record that moved.
	Hash string `json:"hash,omitempty"`
}

// String is the uid: an address must not end up in a log by accident.
func (s Subscriber) String() string { return "subscriber " + s.UID }

// GoString is the same for %#v.
func (s Subscriber) GoString() string { return s.String() }

// LogValue is the same for structured logs.
func (s Subscriber) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Mailable tells whether a newsletter may go to this record now: active and not paused.
func (s *Subscriber) Mailable(now time.Time) bool {
	return s.Status == Active && !now.Before(s.Paused)
}

// Wants tells whether any of a post's topics was asked for. No choice means all.
func (s *Subscriber) Wants(topics []string) bool {
	if len(s.Topics) == 0 {
		return true
	}
	return slices.ContainsFunc(topics, func(t string) bool { return slices.Contains(s.Topics, t) })
}

// CadenceAt is the cadence that held at a moment, as far as History reaches back;
// a change at that very moment already counts.
func (s *Subscriber) CadenceAt(t time.Time) Cadence {
	c := s.Cadence
	for _, h := range slices.Backward(s.History) {
		if !h.At.After(t) {
			break
		}
		c = h.From
	}
	return c
}

// How much history is kept: longer than any issue can wait (a month's digest,
// then thirty days held), and never more than one record should carry.
const (
	historyFor = 120 * 24 * time.Hour
	historyMax = 40
)

// setCadence changes the cadence and remembers that it did.
func (s *Subscriber) setCadence(c Cadence, at time.Time) {
	if c == s.Cadence {
		return
	}
	s.History = slices.DeleteFunc(slices.Clone(s.History), func(h CadenceChange) bool {
		return at.Sub(h.At) > historyFor
	})
	s.History = append(s.History, CadenceChange{At: at, From: s.Cadence, To: c})
	if over := len(s.History) - historyMax; over > 0 {
		s.History = slices.Delete(s.History, 0, over)
	}
	s.Cadence = c
}

// settle derives Status from the times. Each time only ever moves forward, so the
// end state does not depend on the order in which events came in.
func (s *Subscriber) settle() {
	holds := func(end time.Time) bool { return !end.IsZero() && !end.Before(s.Asked) }
	switch {
	case s.MovedTo != "":
		s.Status = Moved
	case !s.ComplainedAt.IsZero():
		s.Status = Complained
	case holds(s.LeftAt):
		s.Status = Left
	case holds(s.BouncedAt):
		s.Status = Bounced
	default:
		s.Status = Active
	}
}

// later is the later of two moments, to the millisecond in UTC as they are stored.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return stamp(b)
	}
	return a
}

// stamp is a moment as it is stored: UTC, whole milliseconds, no monotonic part.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
