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
		return a.show(http.StatusOK, notSubscribedPage)
	}
	if err != nil {
		return err
	}
	return a.show(http.StatusOK, unsubscribePage(a.look.settings.Title, audience.Mask(s.Email), token))
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
	return a.show(http.StatusOK, leftPage(a.look.settings.Title))
}

// badLink is the one answer to every link that is not good. Its status is one that
// no cache in front of us replaces by a page of its own.
func (a *answer) badLink() error { return a.showBadLink(http.StatusBadRequest, linkForm{}) }

func (a *answer) showBadLink(status int, f linkForm) (err error) {
	if f.Seal, err = a.seal(); err != nil {
		return err
	}
	return a.show(status, badLinkPage(f))
}
