package theme

import "html/template"

// SubscribeForm is the form by which a reader asks for mail. The box at the
// end of every page and the page /subscribe are both made of it.
//
// Other forms in the body of a [Notice] look like it by these classes: form on
// the form; field on a div that holds a label, an input, select or textarea and a
// p with hint or error (an input with aria-invalid="true" is marked); choices on a
// fieldset with a legend and labels of class choice, each an input and a span
// (choices-row sets them side by side as one control); optional on a span in a
// label; button, with button-quiet or button-danger, on buttons and links; buttons
// on a div around several; message, with message-error, on a p that says what came
// of it; unseen on what is there for screen readers only.
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

// How a group of choices is set.
const (
	column markup = "choices"
	row    markup = "choices choices-row"
)

// SubscribeForm is the form's markup: method POST to /subscribe; the address is the
// field "email", the others are "name", "cadence", "topics" (repeated), and the
// honeypot "website", which people neither see nor fill in. The error is always nil.
func (t *Theme) SubscribeForm(v SubscribeForm) (template.HTML, error) {
	return part(func(w *writer) { t.writeForm(w, v) }), nil
}

// writeBox writes the form with its heading, as it stands at the end of every page of
// the site.
func (t *Theme) writeBox(w *writer) {
	w.raw(`<section class="box" aria-labelledby="box-heading">
  <div class="box-text">
    <h2 id="box-heading">New posts by mail</h2>
    <p>Choose how often. No tracking, and one click to leave.</p>
  </div>
`)
	t.writeForm(w, SubscribeForm{})
	w.raw("</section>\n")
}

func (t *Theme) writeForm(w *writer, v SubscribeForm) {
	id := or(v.ID, "subscribe")
	w.raw(`<form class="form subscribe-form" method="post" action="/subscribe">` + "\n")
	for _, h := range v.Hidden {
		w.hidden(h)
	}
	w.some(`  <p class="message message-error" role="alert">`, v.Errors[""], "</p>\n")
	w.emailField(id, "E-mail address", v.Email, v.Errors["email"])
	if v.Full {
		w.raw(`  <div class="field">` + "\n")
		w.around(`    <label for="`, id, `-name">Name <span class="optional">optional</span></label>`+"\n")
		w.around(`    <input id="`, id, `-name" type="text" name="name"`)
		w.around(` value="`, v.Name, `" autocomplete="name" maxlength="100">`+"\n  </div>\n")
	}
	w.choices(row, "How often", "radio", "cadence", Cadences(v.Cadence), v.Errors["cadence"])
	if v.Full {
		w.choices(column, "About what", "checkbox", "topics", t.TopicChoices(v.Topics), v.Errors["topics"])
	}
	w.honeypot(id)
	w.around(`  <button class="button" type="submit">`, or(v.Button, "Subscribe"), "</button>\n</form>\n")
}

func (w *writer) hidden(h Hidden) {
	w.around(`  <input type="hidden" name="`, h.Name, `"`)
	w.around(` value="`, h.Value, "\">\n")
}

// honeypot writes a field that is filled in by programs only.
func (w *writer) honeypot(id string) {
	w.raw(`  <div class="unseen" aria-hidden="true">` + "\n")
	w.around(`    <label for="`, id, `-website">Leave this empty</label>`+"\n")
	w.around(`    <input id="`, id, `-website" type="text" name="website" value="" autocomplete="off" tabindex="-1">`+"\n  </div>\n")
}

func (w *writer) emailField(id, label, value, problem string) {
	w.raw(`  <div class="field field-email">` + "\n")
	w.around(`    <label for="`, id, `-email">`)
	w.around("", label, "</label>\n")
	if problem != "" {
		w.around(`    <p class="error" id="`, id, `-email-error">`)
		w.around("", problem, "</p>\n")
	}
	w.around(`    <input id="`, id, `-email" type="email" name="email"`)
	w.around(` value="`, value, `" autocomplete="email" inputmode="email" required maxlength="254"`)
	if problem != "" {
		w.around(` aria-invalid="true" aria-describedby="`, id, `-email-error"`)
	}
	w.raw(">\n  </div>\n")
}

// choices writes a group of radio buttons or check boxes. Hints need a line for each
// choice, so a row has none.
func (w *writer) choices(class, legend, kind, name markup, all []Choice, problem string) {
	if len(all) == 0 {
		return
	}
	w.raw(`  <fieldset class="` + class + "\">\n    <legend>" + legend + "</legend>\n")
	w.some(`    <p class="error">`, problem, "</p>\n")
	for _, c := range all {
		w.around(`    <label class="choice"><input type="`+kind+`" name="`+name+`" value="`, c.Value, `"`)
		if c.On {
			w.raw(" checked")
		}
		w.around("> <span>", c.Title, "")
		if class == column {
			w.some(` <span class="hint">`, c.Hint, "</span>")
		}
		w.raw("</span></label>\n")
	}
	w.raw("  </fieldset>\n")
}
