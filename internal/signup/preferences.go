package signup

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/store"
	"github.com/pennypost/pennypost/internal/theme"
)

func (a *answer) getPreferences() error {
	token := a.r.URL.Query().Get("t")
	if token == "" {
		seal, err := a.seal()
		if err != nil {
			return err
		}
		return a.show(http.StatusOK, askLinkPage(linkForm{Seal: seal}))
	}
	s, _, err := a.subscriber(token)
	if errors.Is(err, audience.ErrToken) || errors.Is(err, audience.ErrNotFound) {
		return a.badLink()
	}
	if err != nil {
		return err
	}
	return a.showPreferences(http.StatusOK, token, s, preferenceWords{})
}

func (a *answer) postPreferences() error {
	if a.r.PostForm.Get("do") == "link" {
		return a.freshLink()
	}
	token := a.token()
	s, owner, err := a.subscriber(token)
	if errors.Is(err, audience.ErrToken) || errors.Is(err, audience.ErrNotFound) {
		return a.badLink()
	}
	if err != nil {
		return err
	}
	switch a.r.PostForm.Get("do") {
	case "save":
		return a.save(token, s)
	case "pause":
		return a.pause(token, s)
	case "resume":
		return a.resume(token, s)
	case "move":
		return a.move(token, s)
	case "download":
		return a.download(s, owner)
	case "erase":
		return a.erase(token, s)
	}
	return a.showPreferences(http.StatusBadRequest, token, s, preferenceWords{})
}

func (a *answer) showPreferences(status int, token string, s audience.Subscriber, words preferenceWords) error {
	chosen := s.Topics
	if len(chosen) == 0 {
		chosen = nil
	}
	p := preferences{
		Token: token, Title: a.look.settings.Title, Who: s,
		Cadences: theme.Cadences(string(s.Cadence)), Topics: a.look.theme.TopicChoices(chosen),
		Words: words,
	}
	if a.Now().Before(s.Paused) {
		p.Paused = s.Paused.In(a.look.settings.Location).Format("2 January 2006")
	}
	return a.show(status, p.page())
}

// update changes the record, and shows the page as it is afterwards.
func (a *answer) update(token string, s audience.Subscriber, done string, alter func(*audience.Subscriber)) error {
	now, err := a.Audience.Update(a.r.Context(), s.UID, func(s *audience.Subscriber) error { alter(s); return nil })
	var refused *audience.RefusedError
	switch {
	case errors.As(err, &refused):
		s.Status = refused.Status
		return a.showPreferences(http.StatusOK, token, s, preferenceWords{})
	case errors.Is(err, audience.ErrNotFound):
		return a.badLink()
	case err != nil:
		return err
	}
	a.Say("a subscriber changed their preferences")
	return a.showPreferences(http.StatusOK, token, now, preferenceWords{Done: done})
}

func (a *answer) save(token string, s audience.Subscriber) error {
	form := a.r.PostForm
	cadence := audience.Cadence(form.Get("cadence"))
	if !cadence.Valid() {
		return a.showPreferences(http.StatusUnprocessableEntity, token, s, preferenceWords{})
	}
	name, topics := audience.Line(form.Get("name"), audience.MaxName), readTopics(form["topics"], a.look.settings.Topics)
	return a.update(token, s, "Saved.", func(s *audience.Subscriber) {
		s.Cadence, s.Name, s.Topics = cadence, name, topics
	})
}

func (a *answer) pause(token string, s audience.Subscriber) error {
	weeks, err := strconv.Atoi(a.r.PostForm.Get("weeks"))
	if err != nil || weeks < 1 || weeks > 52 {
		return a.showPreferences(http.StatusUnprocessableEntity, token, s, preferenceWords{})
	}
	until := a.Now().Add(time.Duration(weeks) * 7 * day)
	return a.update(token, s, "Paused. Nothing will be sent until then.", func(s *audience.Subscriber) { s.Paused = until })
}

func (a *answer) resume(token string, s audience.Subscriber) error {
	return a.update(token, s, "Welcome back.", func(s *audience.Subscriber) { s.Paused = time.Time{} })
}

// move asks the owner of the new address; nothing changes until they confirm.
func (a *answer) move(token string, s audience.Subscriber) error {
	sent := a.r.PostForm.Get("email")
	address, err := audience.ParseAddress(sent)
	if err != nil {
		return a.showPreferences(http.StatusUnprocessableEntity, token, s, preferenceWords{Error: err.Error(), New: audience.Line(sent, 254)})
	}
	if s.Status != audience.Active {
		return a.showPreferences(http.StatusOK, token, s, preferenceWords{})
	}
	free, err := a.mayMove(s.UID)
	if err != nil {
		return err
	}
	if free {
		q := &request{
			Kind: move, Asked: a.Now().UTC().Truncate(time.Millisecond),
			Email: address, UID: s.UID, Cadence: s.Cadence, Page: "/preferences",
		}
		if err := a.request(address, "", q); err != nil {
			return err
		}
	}
	return a.showPreferences(http.StatusOK, token, s, preferenceWords{
		Done: "If all is well, a mail is on its way to the new address. The change takes effect when you press the button there; until then everything stays as it is.",
	})
}

// movesADay is how many new addresses one subscriber can have us write to in a day:
// enough to mend a slip of the pen, too few to pester strangers.
const movesADay = 3

// mayMove takes one of a subscriber's moves of the day, if there is one left.
func (a *answer) mayMove(uid string) (bool, error) {
	for n := range movesADay {
		hash, err := a.Audience.Fingerprint(a.r.Context(), "move "+strconv.Itoa(n), uid)
		if err != nil {
			return false, err
		}
		_, err = a.State.Create(a.r.Context(), audience.SignupKey(a.Now(), hash), []byte("{}\n"), store.Header{ContentType: "application/json"})
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, store.ErrExists) {
			return false, err
		}
	}
	return false, nil
}

// download hands a subscriber all that is kept about them. Whoever was forwarded a
// mail has its link too, so the address in full is for fresh links only.
func (a *answer) download(s audience.Subscriber, owner bool) error {
	if !owner {
		s.Email = audience.Mask(s.Email) + " (ask for a fresh link at " + a.look.settings.URL + "/preferences to see all of it)"
	}
	body, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	h := a.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="my-subscription.json"`)
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	_, err = a.w.Write(append(body, '\n'))
	if err != nil {
		a.Log.DebugContext(a.r.Context(), "a download was broken off")
	}
	return nil
}

// erase asks once more before it forgets somebody for good.
func (a *answer) erase(token string, s audience.Subscriber) error {
	if a.r.PostForm.Get("sure") != "yes" {
		return a.show(http.StatusOK, erasePage(token, audience.Mask(s.Email)))
	}
	if _, err := a.Audience.Erase(a.r.Context(), s.Email); err != nil {
		return err
	}
	a.Say("a subscriber had their data erased")
	return a.show(http.StatusOK, erasedPage)
}

// freshLink mails the way to the preferences to whoever is subscribed, once a day.
// The answer is the same for everybody else.
func (a *answer) freshLink() error {
	form := a.r.PostForm
	address, err := audience.ParseAddress(form.Get("email"))
	if err != nil {
		return a.showBadLink(http.StatusUnprocessableEntity, linkForm{Email: err.Error()})
	}
	when, err := a.unseal(form.Get("form"))
	if err != nil {
		return err
	}
	if when != inTime {
		return a.showBadLink(http.StatusOK, linkForm{Trouble: "Please enter the address and press the button once more."})
	}
	if strings.TrimSpace(form.Get("website")) == "" {
		q := &request{Kind: fresh, Asked: a.Now().UTC().Truncate(time.Millisecond)}
		if err := a.request(address, audience.UseLink, q); err != nil {
			return err
		}
	}
	return a.show(http.StatusOK, linkSentPage)
}
