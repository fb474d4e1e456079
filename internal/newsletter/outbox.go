package newsletter

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const outboxKey = "outbox.json"

// outbox lists what is not over yet, so that a tick need not look at every issue.
// It only points: what an issue is stands in its own object.
type outbox struct {
	stamp
	Issues map[string]hint `json:"issues,omitempty"`
	// Freezing is the one freeze under way, if any.
	Freezing *freezing       `json:"freezing,omitempty"`
	Digests  map[Kind]digest `json:"digests,omitempty"`
	// Restored says that a witness knew more than this state, which is to be held
	// against all of them before anything is sent.
	Restored bool `json:"restored,omitempty"`
	// News is what the author is still to be told by mail, by issue or complaint.
	News map[string]news `json:"news,omitempty"`
	// Crowded is the last day on which there were news of too many sign-ups.
	Crowded string `json:"crowded,omitempty"`
	// Telling is the mail to the author that is under way, if any.
	Telling *telling `json:"telling,omitempty"`
}

// hint is an issue as it was last seen, and when to look at it again at the latest.
type hint struct {
	State State     `json:"state"`
	Next  time.Time `json:"next"`
	// Generation is the issue's as it was seen: whoever saw it before says nothing of it.
	Generation int64 `json:"generation,omitempty"`
	// Asked is when the author asked for something of which it is not known that it is done.
	Asked time.Time `json:"asked,omitzero"`
}

// freezing names who is freezing what. Owner is the run, so that a run which knows
// itself alone need not wait for a dead one's time to pass.
type freezing struct {
	Issue string    `json:"issue"`
	Nonce string    `json:"nonce"`
	Owner string    `json:"owner"`
	At    time.Time `json:"at"`
}

// digest is how far the digests of one kind have come.
type digest struct {
	// Due is the last minute of the schedule that was taken care of, Issue the one that
	// was opened for it; empty: there was none yet.
	Due   time.Time `json:"due"`
	Issue string    `json:"issue,omitempty"`
	// Mark is the last go-live number that was covered.
	Mark int64 `json:"mark"`
	// Carry are posts below the mark that could not be in any digest yet.
	Carry []string `json:"carry,omitempty"`
}

func (o *outbox) check() error {
	for id := range o.Issues {
		if !issueID.MatchString(id) {
			return fmt.Errorf("%q is no id of an issue", id)
		}
	}
	if t := o.Telling; t != nil && (t.Nonce == "" || !isNotice.MatchString(t.ID)) {
		return fmt.Errorf("the mail to the author %q is not one", t.ID)
	}
	for id := range o.News {
		if !issueID.MatchString(id) && !complaintID.MatchString(id) && !restoredID.MatchString(id) && !crowdedID.MatchString(id) {
			return fmt.Errorf("%q is no id of an issue", id)
		}
	}
	if f := o.Freezing; f != nil && (!issueID.MatchString(f.Issue) || f.Nonce == "") {
		return fmt.Errorf("the freeze of %q is not one", f.Issue)
	}
	for k, d := range o.Digests {
		if k != Weekly && k != Monthly {
			return fmt.Errorf("there are no digests of kind %q", k)
		}
		if d.Mark < 0 {
			return fmt.Errorf("the %s digest is at number %d", k, d.Mark)
		}
	}
	return nil
}

// put makes sure an issue is looked at, and tells whether that changed anything. What was
// seen before what is known of it changes nothing.
func (o *outbox) put(id string, h hint) bool {
	h.Next, h.Asked = h.Next.UTC().Truncate(time.Second), h.Asked.UTC().Truncate(time.Second)
	if old, ok := o.Issues[id]; ok && (old == h || h.Generation < old.Generation) {
		return false
	}
	o.Issues = maps.Clone(o.Issues)
	if o.Issues == nil {
		o.Issues = map[string]hint{}
	}
	o.Issues[id] = h
	return true
}

// drop forgets an issue that is over.
func (o *outbox) drop(id string) bool {
	if _, ok := o.Issues[id]; !ok {
		return false
	}
	o.Issues = maps.Clone(o.Issues)
	delete(o.Issues, id)
	return true
}

// digestAt changes what is known of the digests of one kind.
func (o *outbox) digestAt(k Kind, d digest) {
	o.Digests = maps.Clone(o.Digests)
	if o.Digests == nil {
		o.Digests = map[Kind]digest{}
	}
	o.Digests[k] = d
}

// carry leaves posts to the next digest of a kind.
func (o *outbox) carry(k Kind, posts []string) bool {
	d, ok := o.Digests[k]
	if !ok || len(posts) == 0 {
		return false
	}
	all := slices.Clone(d.Carry)
	for _, p := range posts {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	if len(all) == len(d.Carry) {
		return false
	}
	d.Carry = all
	o.digestAt(k, d)
	return true
}

// opened moves a digest's mark to exactly what an issue of it covers. Doing it
// again, or for an older issue, changes nothing. A schedule that was changed may come
// round to the same issue once more: what it had to carry is the next one's by then.
func (o *outbox) opened(k Kind, due time.Time, i *Issue) {
	d := o.Digests[k]
	if due.After(d.Due) {
		d.Due = due.UTC()
	}
	if i.To > d.Mark {
		d.Mark = i.To
	}
	if d.Issue != i.ID {
		d.Issue = i.ID
		d.Carry = slices.DeleteFunc(slices.Clone(d.Carry), func(p string) bool {
			return slices.Contains(i.Carry, p)
		})
	}
	o.digestAt(k, d)
}

// ids are the issues in a steady order.
func (o *outbox) ids() []string { return slices.Sorted(maps.Keys(o.Issues)) }
