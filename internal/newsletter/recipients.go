package newsletter

import (
	"bytes"
	"encoding/json"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
)

// What a freeze decided lies apart from the issues, because S3 expires objects by
// the beginning of their keys: lists go after a time, issues never do.
const frozenPrefix = "frozen/"

func recipientsKey(id, freeze string) string { return frozenPrefix + id + "/" + freeze + "/recipients" }
func messageKey(id, freeze, group string) string {
	return frozenPrefix + id + "/" + freeze + "/messages/" + group
}

var textHeader = store.Header{ContentType: "text/plain; charset=utf-8"}

// list is the frozen list of an issue: uids in groups, sorted within each, which
// sorts them by shard. No addresses.
//
// As text it is one line of JSON, which says where each group begins and what it
// is owed, and then one uid a line, so that any place is found by counting.
type list struct {
	head listHead
	body []byte // Total times a uid and a line break
}

type listHead struct {
	Version int     `json:"version"`
	Issue   string  `json:"issue"`
	Freeze  string  `json:"freeze"`
	Total   int     `json:"total"`
	Groups  []group `json:"groups,omitempty"`
	// What else the freeze decided, see [Issue].
	Posts   []string `json:"posts,omitempty"`
	Carried []string `json:"carried,omitempty"`
	Domain  string   `json:"domain"`
	Region  string   `json:"region,omitempty"`
}

// group is a stretch of the list whose people are owed the same posts.
type group struct {
	part
	Posts []string `json:"posts"`
}

// row is the length of a uid with its line break.
const row = audience.UIDLen + 1

// place is the uid at a place of the list.
func (l *list) place(n int) string { return string(l.body[n*row : n*row+audience.UIDLen]) }

func (l *list) parts() []part {
	parts := make([]part, len(l.head.Groups))
	for i, g := range l.head.Groups {
		parts[i] = g.part
	}
	return parts
}

// encode writes the list.
func (l *list) encode() ([]byte, error) {
	head, err := json.Marshal(l.head)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(head)+1+len(l.body))
	out = append(append(out, head...), '\n')
	return append(out, l.body...), nil
}

// decodeList reads a list; one that is not whole is damaged.
func decodeList(text []byte) (*list, error) {
	head, body, found := bytes.Cut(text, []byte("\n"))
	if !found {
		return nil, damaged("the list of recipients has no head")
	}
	l := &list{body: body}
	if err := json.Unmarshal(head, &l.head); err != nil {
		return nil, damaged("the list of recipients cannot be read: %v", err)
	}
	if l.head.Version > version {
		return nil, ErrNewer
	}
	if l.head.Version < 1 || l.head.Total < 0 || len(body)%row != 0 || len(body)/row != l.head.Total {
		return nil, damaged("the list of recipients is cut short: %d bytes for %d people", len(body), l.head.Total)
	}
	at := 0
	for _, g := range l.head.Groups {
		if g.From != at || g.To <= g.From || g.To > l.head.Total {
			return nil, damaged("the list of recipients has a gap at %d", at)
		}
		at = g.To
	}
	if at != l.head.Total {
		return nil, damaged("the list of recipients has no group from %d", at)
	}
	return l, nil
}

// find is the place of a uid within a group, or -1.
func (l *list) find(g group, uid string) int {
	lo, hi := g.From, g.To
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch at := l.body[mid*row : mid*row+audience.UIDLen]; {
		case string(at) < uid:
			lo = mid + 1
		case string(at) > uid:
			hi = mid
		default:
			return mid
		}
	}
	return -1
}
