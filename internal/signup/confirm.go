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
	return a.show(http.StatusOK, page{Title: "Please confirm", Template: "confirm", Data: confirmData{
		Token: token, Masked: audience.Mask(q.Email), Move: q.Kind == move,
		Promise: promise(a.look.settings, q.Cadence, q.Topics),
	}})
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
	if errors.As(err, &refused) || errors.Is(err, audience.ErrNotFound) {
		return a.show(http.StatusOK, page{Title: "This link is from before", Template: "overtaken"})
	}
	if err != nil {
		return err
	}
	if s.Status != audience.Active {
		return a.show(http.StatusOK, page{Title: "This link is from before", Template: "overtaken"})
	}
	tokens, err := a.Audience.Tokens(ctx)
	if err != nil {
		return err
	}
	a.Say("a subscriber confirmed · " + string(s.Cadence))
	return a.show(http.StatusOK, page{Title: "Welcome", Template: "welcome", Data: welcomeData{
		Title: a.look.settings.Title, Cadence: cadenceWords(s.Cadence), Move: q.Kind == move,
		Token: tokens.Sign(audience.ForSubscriber, s.UID),
	}})
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

func cadenceWords(c audience.Cadence) string {
	switch c {
	case audience.Weekly:
		return "one mail a week"
	case audience.Monthly:
		return "one mail a month"
	}
	return "each post as it appears"
}
