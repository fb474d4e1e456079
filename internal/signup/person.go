package signup

import (
	"errors"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
)

// ownerFor is how long a fresh link shows its owner what other links hide. A mail
// is soon forwarded, with all the links in it; a link asked for today is still
// with whoever asked.
const ownerFor = 24 * time.Hour

// token is the one a POST carries: the form's, else the link's.
func (a *answer) token() string {
	if t := a.r.PostForm.Get("t"); t != "" {
		return t
	}
	return a.r.URL.Query().Get("t")
}

// named is the uid in a link's token, from any mail or from a fresh one. owner is
// set for the latter as long as it is fresh. The error is audience.ErrToken for
// every token that is not good.
func (a *answer) named(token string) (uid string, owner bool, err error) {
	ctx := a.r.Context()
	uid, err = a.Audience.Verify(ctx, audience.ForSubscriber, token)
	if !errors.Is(err, audience.ErrToken) {
		return uid, false, err
	}
	uid, made, err := a.Audience.VerifyFresh(ctx, audience.ForOwner, token)
	return uid, err == nil && a.Now().Sub(made) < ownerFor, err
}

// subscriber is the record of whom a token names. Errors: audience.ErrToken,
// audience.ErrNotFound for somebody erased, others.
func (a *answer) subscriber(token string) (s audience.Subscriber, owner bool, err error) {
	uid, owner, err := a.named(token)
	if err != nil {
		return s, false, err
	}
	s, err = a.Audience.ByUID(a.r.Context(), uid)
	return s, owner, err
}
