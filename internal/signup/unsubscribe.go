package signup

import (
	"errors"
	"net/http"

	"github.com/pennypost/pennypost/internal/audience"
)

// getUnsubscribe shows the button, whatever the state of the subscription.
func (a *answer) getUnsubscribe() error {
	token := a.r.URL.Query().Get("t")
	s, _, err := a.subscriber(token)
	if errors.Is(err, audience.ErrToken) {
		return a.badLink()
	}
	if errors.Is(err, audience.ErrNotFound) {
		return a.show(http.StatusOK, page{Title: "You are not subscribed", Template: "gone"})
	}
	if err != nil {
		return err
	}
	return a.show(http.StatusOK, page{Title: "Unsubscribe", Template: "unsubscribe", Data: unsubscribeData{
		Token: token, Masked: audience.Mask(s.Email), Title: a.look.settings.Title,
	}})
}

// postUnsubscribe is both the button above and the one-click request that mail
// programs send (RFC 8058): no cookie, no redirect, done when it is answered.
func (a *answer) postUnsubscribe() error {
	uid, _, err := a.named(a.token())
	if errors.Is(err, audience.ErrToken) {
		return a.badLink()
	}
	if err != nil {
		return err
	}
	switch err = a.Audience.Leave(a.r.Context(), uid, a.Now()); {
	case err == nil:
		a.Say("a subscriber left")
	case !errors.Is(err, audience.ErrNotFound): // somebody erased is not subscribed either
		return err
	}
	return a.show(http.StatusOK, page{Title: "You are unsubscribed", Template: "left", Data: a.look.settings.Title})
}

// badLink is the one answer to every link that is not good. Its status is one that
// no cache in front of us replaces by a page of its own.
func (a *answer) badLink() error { return a.showBadLink(http.StatusBadRequest, nil) }

func (a *answer) showBadLink(status int, errs map[string]string) error {
	seal, err := a.seal()
	if err != nil {
		return err
	}
	return a.show(status, page{Title: "This link does not work", Template: "badlink", Data: linkData{Seal: seal, Error: errs["email"], Quick: errs[""]}})
}
