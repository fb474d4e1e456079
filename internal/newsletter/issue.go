package newsletter

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Kind is what an issue is about.
type Kind string

const (
	Instant Kind = "post"    // one post, at once
	Weekly  Kind = "weekly"  // the digest of a week
	Monthly Kind = "monthly" // the digest of a month
)

// State is where an issue stands.
type State string

const (
	Waiting   State = "waiting"   // for its time
	Dormant   State = "dormant"   // its post is away, a draft, or not to be mailed; it wakes when that ends
	Held      State = "held"      // waits for the author; Reason says why
	Sending   State = "sending"   // frozen: who gets what is decided
	Closed    State = "closed"    // over
	Cancelled State = "cancelled" // by the author, for ever
)

// heldFor is how long a held issue waits for the author before it expires.
const heldFor = 30 * 24 * time.Hour

// Issue is one thing to say to a set of people. Its JSON is issues/<id>/issue.json.
type Issue struct {
	stamp
	ID   string `json:"id"`
	Kind Kind   `json:"kind"`
	// Post is what an instant issue is about; Key is its source, for the receipt.
	Post string `json:"post,omitempty"`
	Key  string `json:"key,omitempty"`
	// Period names a digest ("2026-W47", "2026-11"). It covers the go-live numbers
	// After+1 to To, and Carry: posts that earlier digests had to leave out.
	Period string   `json:"period,omitempty"`
	After  int64    `json:"after,omitempty"`
	To     int64    `json:"to,omitempty"`
	Carry  []string `json:"carry,omitempty"`

	Opened time.Time `json:"opened"`
	// Due is when it may be frozen, at the earliest. Undo is how long its undo window is.
	Due  time.Time     `json:"due"`
	Undo time.Duration `json:"undo,omitempty"`

	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // for the author: why it is held or dormant, how it ended
	// HeldAt is when it was held last; Released is when the author last said that
	// it goes all the same, and from then on no guard stops it.
	HeldAt   time.Time `json:"held_at,omitzero"`
	Released time.Time `json:"released,omitzero"`

	// Freeze is the nonce of the freeze under way (state waiting) or of the one that
	// counts (later). Posts are what it contains, Carried what its digest had to
	// leave to the next one, Recipients how many people are in the frozen list.
	Freeze     string    `json:"freeze,omitempty"`
	Posts      []string  `json:"posts,omitempty"`
	Carried    []string  `json:"carried,omitempty"`
	Recipients int       `json:"recipients,omitempty"`
	Frozen     time.Time `json:"frozen,omitzero"`
	Domain     string    `json:"domain,omitempty"` // the sending domain, fixed at freeze
	Region     string    `json:"region,omitempty"`

	// Lost says that the state was restored and the frozen list went with it: nobody
	// knows any more who had the posts, so no digest mails them.
	Lost bool `json:"lost,omitempty"`

	Ended  time.Time `json:"ended,omitzero"`
	Counts Counts    `json:"counts,omitzero"`
	// Failures are the reasons behind Counts.Failed, the most frequent first.
	Failures []Failure `json:"failures,omitempty"`
	// Digests remembers in a post's own issue which digests carried it, by kind.
	Digests map[Kind]Mention `json:"digests,omitempty"`
}

// Mention is a post's part in a digest that is over.
type Mention struct {
	Issue string    `json:"issue"`
	At    time.Time `json:"at"`
	Sent  int       `json:"sent"` // how many people got the post in it
	// Why says how the digest ended before everybody was mailed, or anybody: "cancelled by
	// you". Then At is when it was due.
	Why string `json:"why,omitempty"`
}

// Counts is what became of the people on an issue's list.
type Counts struct {
	Sent   int `json:"sent,omitempty"`   // accepted by Mailgun
	Failed int `json:"failed,omitempty"` // refused, or never known
	Left   int `json:"left,omitempty"`   // left, bounced or paused between the freeze and the sending
}

// errNoIssue is what a change of an issue that does not exist answers.
var errNoIssue = errors.New("there is no such issue")

// issueID is what an id looks like: it becomes part of keys and of Message-Ids.
var issueID = regexp.MustCompile(`^(post|weekly|monthly)-[A-Za-z0-9][A-Za-z0-9_-]{0,79}$`)

// InstantID is the id of a post's own issue.
func InstantID(postID string) string { return string(Instant) + "-" + postID }

func issueKey(id string) string { return "issues/" + id + "/issue.json" }

func (i *Issue) check() error {
	if !issueID.MatchString(i.ID) {
		return fmt.Errorf("%q is no id of an issue", i.ID)
	}
	switch i.Kind {
	case Instant:
		if i.Post == "" || i.ID != InstantID(i.Post) {
			return fmt.Errorf("issue %s is not the one of post %q", i.ID, i.Post)
		}
	case Weekly, Monthly:
		if i.ID != string(i.Kind)+"-"+i.Period || i.After < 0 || i.To < i.After {
			return fmt.Errorf("issue %s covers no period", i.ID)
		}
	default:
		return fmt.Errorf("issue %s is of unknown kind %q", i.ID, i.Kind)
	}
	switch i.State {
	case Waiting, Dormant, Held, Closed, Cancelled:
	case Sending:
		if i.Freeze == "" {
			return fmt.Errorf("issue %s is being sent but was never frozen", i.ID)
		}
	default:
		return fmt.Errorf("issue %s is in unknown state %q", i.ID, i.State)
	}
	if i.Recipients < 0 {
		return fmt.Errorf("issue %s has %d recipients", i.ID, i.Recipients)
	}
	return nil
}

// over tells whether nothing more will happen to the issue.
func (i *Issue) over() bool { return i.State == Closed || i.State == Cancelled }

// toldAlready tells whether publishing said, a moment ago, whom this issue is mailed
// to: saying it again when it is frozen would be noise.
func (i *Issue) toldAlready() bool {
	return i.Kind == Instant && i.Undo == 0 && i.Released.IsZero()
}

// begun tells whether the issue passed the point of no return.
func (i *Issue) begun() bool { return !i.Frozen.IsZero() }

// reachedNobody tells whether an issue that is over was refused for everybody on its list.
func (i *Issue) reachedNobody() bool { return i.Counts.Sent == 0 && i.Counts.Failed > 0 }

// expired tells whether the author has let a held issue lie for too long. An
// issue that was begun never expires: somebody on its list is still waiting.
func (i *Issue) expired(now time.Time) bool {
	return i.State == Held && !i.begun() && now.Sub(i.HeldAt) >= heldFor
}
