package theme

import (
	"bytes"
	"fmt"
	"html/template"
)

// SubscribeForm is the form by which a reader asks for mail. The box below an
// article and the page /subscribe are both made of it.
type SubscribeForm struct {
	Email, Name string
	Cadence     string   // "each" (also if empty), "weekly" or "monthly"
	Topics      []string // ids of the topics chosen; nil: all of them
	Full        bool     // with name and topics, as on the page of its own
	Hidden      []Hidden // signed fields, as they are
	// Errors are the answers to what was sent, by field name ("email", "cadence",
	// "topics"); the empty name is about the form as a whole.
	Errors map[string]string
	Button string // empty: "Subscribe"
	ID     string // makes ids unique where a page has two forms; empty: "subscribe"
}

// Hidden is a field the reader does not see.
type Hidden struct{ Name, Value string }

// Choice is one of the offered values of a field.
type Choice struct {
	Value, Title, Hint string
	On                 bool
}

// formView is what the template of the form sees.
type formView struct {
	*SubscribeForm
	Cadences, TopicChoices []Choice
}

// SubscribeForm is the form's markup: method POST to /subscribe; the address is the
// field "email", the others are "name", "cadence", "topics" (repeated), and the
// honeypot "website", which people neither see nor fill in.
func (t *Theme) SubscribeForm(v SubscribeForm) (template.HTML, error) {
	if err := t.load(); err != nil {
		return "", err
	}
	return t.form("subscribe-form", v)
}

// box is the form with its heading, as it stands below an article.
func (t *Theme) box() (template.HTML, error) { return t.form("box", SubscribeForm{}) }

func (t *Theme) form(name string, v SubscribeForm) (template.HTML, error) {
	if v.Button == "" {
		v.Button = "Subscribe"
	}
	if v.ID == "" {
		v.ID = "subscribe"
	}
	view := formView{SubscribeForm: &v, Cadences: Cadences(v.Cadence)}
	if v.Full {
		view.TopicChoices = t.TopicChoices(v.Topics)
	}
	var b bytes.Buffer
	if err := t.templates.ExecuteTemplate(&b, name, view); err != nil {
		return "", fmt.Errorf("writing the subscribe form: %w", err)
	}
	return template.HTML(bytes.TrimSpace(b.Bytes())), nil
}

// Cadences are the rhythms a subscriber can choose from; the first is chosen
// where the given one is none of them.
func Cadences(chosen string) []Choice {
	all := []Choice{
		{Value: "each", Title: "Each post", Hint: "as it appears"},
		{Value: "weekly", Title: "Weekly", Hint: "one letter a week"},
		{Value: "monthly", Title: "Monthly", Hint: "one letter a month"},
	}
	on := 0
	for i, c := range all {
		if c.Value == chosen {
			on = i
		}
	}
	all[on].On = true
	return all
}

// TopicChoices are the settings' topics, those of the given ids chosen; nil chooses all.
func (t *Theme) TopicChoices(chosen []string) []Choice {
	var all []Choice
	for _, topic := range t.settings.Topics {
		c := Choice{Value: topic.ID, Title: topic.Title, On: chosen == nil}
		for _, id := range chosen {
			c.On = c.On || id == topic.ID
		}
		all = append(all, c)
	}
	return all
}
