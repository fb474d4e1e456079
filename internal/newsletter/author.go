package newsletter

import (
	"context"
	"encoding/binary"
	"errors"
	"net/url"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// Action is what the author can do about an issue from a link in a mail.
type Action string

const (
	ActSend    Action = "send"    // end the undo window
	ActCancel  Action = "cancel"  // mail it to nobody (else)
	ActRelease Action = "release" // send what was held
	ActResume  Action = "resume"  // go on with what was stopped
)

// ErrLink is reported for a link that is not one of ours, or too old.
var ErrLink = errors.New("this link is not valid any more")

// linkFor is how long an author's link works: longer than any issue is held.
const linkFor = 35 * 24 * time.Hour

// AuthorView is what the author sees about an issue, or about all that are held.
type AuthorView struct {
	Detail
	Actions []Action    // what fits its state, the likeliest first
	Held    []HeldIssue // on the page that lists them
}

// AuthorLink is the path and query of the page on which the author can act on an
// issue. The token in it holds for that issue alone and for 35 days.
func (n *Newsletter) AuthorLink(ctx context.Context, id string) (string, error) {
	link, err := n.authorLinks(ctx)
	if err != nil {
		return "", err
	}
	return link(id), nil
}

// authorLinks makes the links of many issues with one look at the keys.
func (n *Newsletter) authorLinks(ctx context.Context) (link func(id string) string, err error) {
	tokens, err := n.Audience.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	until := uint32(n.Now().Add(linkFor).Unix() / 3600)
	return func(id string) string {
		payload := append(binary.BigEndian.AppendUint32(nil, until), id...)
		return "/author?t=" + url.QueryEscape(tokens.Seal(audience.ForAuthor, payload))
	}, nil
}

// linked is the issue a token is for, or allHeld; ErrLink if it is for none.
func (n *Newsletter) linked(ctx context.Context, token string) (string, error) {
	tokens, err := n.Audience.Tokens(ctx)
	if err != nil {
		return "", err
	}
	payload, err := tokens.Open(audience.ForAuthor, token)
	if err != nil || len(payload) < 5 {
		return "", ErrLink
	}
	until := time.Unix(int64(binary.BigEndian.Uint32(payload))*3600, 0)
	id := string(payload[4:])
	if n.Now().After(until) || id != allHeld && !issueID.MatchString(id) {
		return "", ErrLink
	}
	return id, nil
}

// AuthorPage tells about the issue of a link and what can be done, or about all issues
// that are held. It changes nothing.
func (n *Newsletter) AuthorPage(ctx context.Context, token string) (AuthorView, error) {
	id, err := n.linked(ctx, token)
	if err != nil {
		return AuthorView{}, err
	}
	if id == allHeld {
		return n.heldPage(ctx)
	}
	d, err := n.Show(ctx, id)
	if errors.Is(err, ErrNoIssue) {
		return AuthorView{}, ErrLink
	}
	if err != nil {
		return AuthorView{}, err
	}
	w, err := n.look(ctx)
	if err != nil {
		return AuthorView{}, err
	}
	return AuthorView{Detail: d, Actions: w.fitting(&d.Issue)}, nil
}

// AuthorAct does what the author asked for on the page of a link. A [*Refusal] says
// why it does not fit (any more).
func (n *Newsletter) AuthorAct(ctx context.Context, token string, a Action) error {
	id, err := n.linked(ctx, token)
	if err != nil {
		return err
	}
	if id == allHeld {
		return ErrLink // nothing is done to all of them at once
	}
	switch a {
	case ActSend:
		return n.SendNow(ctx, id)
	case ActCancel:
		return n.Cancel(ctx, id)
	case ActRelease:
		return n.Release(ctx, id)
	case ActResume:
		return n.Resume(ctx, id)
	}
	return &Refusal{"there is no such thing to do as " + string(a)}
}

// fitting is what can be done about an issue in its state, the likeliest first.
func (w *world) fitting(i *Issue) []Action {
	switch {
	case w.foreseen(i) != "":
		return []Action{ActRelease, ActCancel}
	case i.State == Waiting:
		return []Action{ActSend, ActCancel}
	case i.State == Held && i.Lost:
		return []Action{ActCancel}
	case i.State == Held && i.begun():
		return []Action{ActResume, ActCancel}
	case i.State == Held:
		return []Action{ActRelease, ActCancel}
	case i.State == Dormant:
		return []Action{ActCancel}
	}
	return nil
}
