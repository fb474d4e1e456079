package signup

import (
	"errors"
	"net/http"

	"github.com/pennypost/pennypost/internal/audience"
)

// getConfirm shows the button. Programs that open every link in a mail end here.
func (a *answer) getConfirm() error {
	token := a.r.URL.Query().Get("t")
	q, err := a.ticketed(token)
	if err != nil {
		return err
	}
	if q == nil {
		return a.badLink()
	}
	return a.show(http.StatusOK, confirmPage(a.look.settings, token, q))
}

func (a *answer) postConfirm() error {
	ctx := a.r.Context()
	q, err := a.ticketed(a.token())
	if err != nil {
		return err
	}
	if q == nil {
		return a.badLink()
	}
	ask := audience.Ask{
		Address: q.Email, Name: q.Name, Cadence: q.Cadence, Topics: q.Topics, At: q.wanted(),
		Consent: audience.Consent{At: a.Now(), Page: q.Page, Source: "form"},
	}
	var s audience.Subscriber
	if q.Kind == move {
		ask.Consent.Shown = "Send the newsletter to this address from now on."
		ask.Consent.Source = "change of address"
		s, err = a.Audience.Move(ctx, q.UID, ask)
	} else {
		ask.Consent.Shown = promise(a.look.settings, q.Cadence, q.Topics)
		s, err = a.Audience.Confirm(ctx, ask)
	}
	var refused *audience.RefusedError
	if errors.As(err, &refused) && refused.Status == audience.Complained || err == nil && s.Status == audience.Complained {
		return a.show(http.StatusOK, neverPage)
	}
	if errors.As(err, &refused) || errors.Is(err, audience.ErrNotFound) || err == nil && s.Status != audience.Active {
		return a.show(http.StatusOK, overtakenPage)
	}
	if err != nil {
		return err
	}
	tokens, err := a.Audience.Tokens(ctx)
	if err != nil {
		return err
	}
	a.Say("a subscriber confirmed · " + string(s.Cadence))
	token := tokens.Sign(audience.ForSubscriber, s.UID)
	return a.show(http.StatusOK, welcomePage(a.look.settings.Title, q.Kind == move, s.Cadence, token))
}

// ticketed loads what a confirmation link stands for; nil if the link is not good.
func (a *answer) ticketed(token string) (*request, error) {
	b, err := a.Audience.OpenToken(a.r.Context(), audience.ForConfirm, token)
	if errors.Is(err, audience.ErrToken) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t, ok := readTicket(b)
	if !ok {
		return nil, nil
	}
	q, _, err := a.find(a.r.Context(), t)
	return q, err
}
