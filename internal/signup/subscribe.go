package signup

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/pennypost/pennypost/internal/audience"
	"github.com/pennypost/pennypost/internal/mail"
	"github.com/pennypost/pennypost/internal/theme"
)

func (a *answer) getSubscribe() error {
	if a.r.URL.Query().Has("done") {
		return a.show(http.StatusOK, inboxPage)
	}
	w := wish{Cadence: audience.Cadence(a.r.URL.Query().Get("cadence")), Page: "/subscribe"}
	return a.showForm(http.StatusOK, w, formWords{Intro: "Choose how often you want to hear from us. You will get one mail with a button to confirm; nothing else until you press it."}, "")
}

// postSubscribe takes the form. A form without a good signature, such as the box on
// a static page, is shown again with one: nothing has happened yet.
func (a *answer) postSubscribe() error {
	form := a.r.PostForm
	w, errs := readWish(form, a.look.settings.Topics)
	if w.Page == "" {
		w.Page = readPage(a.r.Header.Get("Referer"))
	}
	when, err := a.unseal(form.Get("form"))
	if err != nil {
		return err
	}
	switch {
	case when == unsigned:
		return a.showForm(http.StatusOK, w, formWords{Intro: "One more step: check this, choose what you like, and press the button.", Errors: errs}, "")
	case len(errs) > 0:
		return a.showForm(http.StatusUnprocessableEntity, w, formWords{Errors: errs}, form.Get("form"))
	case when == tooFast:
		errs[""] = "That was very quick. Please press the button once more."
		return a.showForm(http.StatusOK, w, formWords{Errors: errs}, form.Get("form"))
	}
	if !w.Robot {
		if err := a.ask(w); err != nil {
			return err
		}
	}
	a.w.Header().Set("Location", "/subscribe?done")
	a.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// formWords are what stands around the fields.
type formWords struct {
	Intro  string
	Errors map[string]string
}

// showForm shows the form filled in with a wish. Without a seal to keep it gets a new one.
func (a *answer) showForm(status int, w wish, words formWords, seal string) error {
	if seal == "" {
		var err error
		if seal, err = a.seal(); err != nil {
			return err
		}
	}
	form, err := a.look.theme.SubscribeForm(theme.SubscribeForm{
		Email: w.Address, Name: w.Name, Cadence: string(w.Cadence), Topics: w.Topics, Full: true,
		Hidden: []theme.Hidden{{Name: "form", Value: seal}, {Name: "from", Value: w.Page}},
		Errors: words.Errors,
	})
	if err != nil {
		return err
	}
	return a.show(status, page{"Subscribe", func(b *theme.Body) {
		b.Some("<p>", words.Intro, "</p>\n")
		b.Put(form)
	}})
}

// ask notes what was asked for and mails the link that confirms it, unless this
// address had its mail today. Whoever asks learns nothing of which it was.
func (a *answer) ask(w wish) error {
	now := a.Now()
	q := &request{
		Kind: join, Asked: now.UTC().Truncate(time.Millisecond),
		Email: w.Address, Name: w.Name, Cadence: w.Cadence, Topics: w.Topics, Page: w.Page,
	}
	return a.request(w.Address, "", q)
}

// request claims an address's one mail of the day and sends it. Nobody learns from how
// long that takes what we know of an address: where nothing is sent it takes as long as
// all of it last took where something was.
func (a *answer) request(address, use string, q *request) error {
	ctx, start := a.r.Context(), time.Now()
	hash, err := a.Audience.Fingerprint(ctx, use, address)
	if err != nil {
		return err
	}
	t := ticket{Day: q.Asked.UTC().Truncate(day), Hash: hash}
	now, etag, mine, err := a.claim(ctx, t.key(), q)
	if err != nil {
		return err
	}
	how, err := a.Audience.Standing(ctx, address)
	if err != nil {
		return err
	}
	switch {
	case !mine:
		a.again(t, now, etag, how, q)
		a.wait.imitate(ctx, start)
		return nil
	case how.Never || now.Kind == fresh && how.Status != audience.Active:
		a.settle(ctx, t.key(), now, etag, withheld)
		a.wait.imitate(ctx, start)
		return nil
	}
	free, err := a.reserve(ctx)
	if err != nil {
		return err
	}
	if !free {
		// It stays pending as if it had not been tried. The answer is the same.
		now.Tries--
		a.settle(ctx, t.key(), now, etag, pending)
		a.wait.imitate(ctx, start)
		return nil
	}
	m, err := a.letter(t, now, how.UID)
	if err != nil {
		return err
	}
	if err := a.Sender.SendOne(ctx, a.look.settings, m, address); err != nil {
		// It stays pending: sending the form again in a while tries once more. The
		// answer is the same, because it must not tell one address from another.
		a.Log.WarnContext(ctx, "could not mail a link to somebody who asked for one", "error", scrub(err.Error()))
		return nil
	}
	a.settle(ctx, t.key(), now, etag, sent)
	a.wait.took(time.Since(start))
	a.Say(map[kind]string{
		join:  "somebody would like to subscribe · mailed a link to confirm it",
		move:  "a subscriber has a new address · mailed it a link to confirm it",
		fresh: "a subscriber asked for a fresh link · mailed",
	}[now.Kind])
	return nil
}

// again is for those who left after today's mail and ask anew: its link works
// again, because there is no second mail until tomorrow. If it was a link to move to
// this address, it subscribes the address now.
func (a *answer) again(t ticket, now *request, etag string, how audience.Standing, q *request) {
	if q.Kind != join || how.Ended.IsZero() || how.Ended.Before(now.wanted()) {
		return
	}
	if now.Kind == move {
		now.Kind, now.UID = join, ""
		now.Name, now.Cadence, now.Topics, now.Page = q.Name, q.Cadence, q.Topics, q.Page
	}
	now.Again = q.Asked
	if _, err := a.swap(a.r.Context(), t.key(), now, etag); err != nil {
		a.Log.WarnContext(a.r.Context(), "could not note that somebody asked again", "error", scrub(err.Error()))
	}
}

// letter is the mail that belongs to a request.
func (a *answer) letter(t ticket, q *request, uid string) (mail.Message, error) {
	s := a.look.settings
	if q.Kind == fresh {
		tokens, err := a.Audience.Tokens(a.r.Context())
		if err != nil {
			return mail.Message{}, err
		}
		return freshLinkMail(s, s.URL+"/preferences?t="+tokens.SignFresh(audience.ForOwner, uid, a.Now()))
	}
	number, err := numberBytes(q.Number)
	if err != nil {
		return mail.Message{}, err
	}
	t.Number = number
	token, err := t.sign(a.r.Context(), a.Audience)
	if err != nil {
		return mail.Message{}, err
	}
	link := s.URL + "/confirm?t=" + url.QueryEscape(token)
	if q.Kind == move {
		return moveMail(s, link)
	}
	return mail.Confirmation{
		Settings: s, URL: link, Cadence: string(q.Cadence), Topics: topicTitles(q.Topics, s.Topics), Days: linkDays,
	}.Message()
}

// lastSend remembers how long it last took to note what somebody asked for and to mail
// it, so that an answer that sends nothing, to whatever address, can take as long.
type lastSend struct{ nanoseconds atomic.Int64 }

// usualSend is how long that takes as long as none was sent.
const usualSend = 300 * time.Millisecond

func (l *lastSend) took(d time.Duration) {
	l.nanoseconds.Store(int64(max(1, min(d, 2*time.Second))))
}

// last is how long it takes.
func (l *lastSend) last() time.Duration {
	if n := l.nanoseconds.Load(); n > 0 {
		return time.Duration(n)
	}
	return usualSend
}

// imitate waits until as much time has passed since a start.
func (l *lastSend) imitate(ctx context.Context, start time.Time) {
	select {
	case <-time.After(l.last() - time.Since(start)):
	case <-ctx.Done():
	}
}
