package theme

import "html/template"

// Body is what stands in a [Notice] or beside a form, put together as all pages are:
// markup can only be a constant of whoever writes it, and everything else is
// escaped. The zero value is empty.
type Body struct{ w writer }

// HTML is what was written.
func (b *Body) HTML() template.HTML { return template.HTML(b.w.b) }

// Raw writes markup.
func (b *Body) Raw(m markup) { b.w.raw(m) }

// Text writes words between two pieces of markup.
func (b *Body) Text(before markup, words string, after markup) { b.w.around(before, words, after) }

// Some is Text, and nothing at all where there are no words.
func (b *Body) Some(before markup, words string, after markup) { b.w.some(before, words, after) }

// Put writes what [Theme.SubscribeForm] or another Body made.
func (b *Body) Put(h template.HTML) { b.w.html(h) }

// Hidden writes a field the reader does not see.
func (b *Body) Hidden(name, value string) { b.w.hidden(Hidden{name, value}) }

// EmailField writes the field "email", which must be filled in. id makes ids unique
// on the page; problem is what was wrong with what was sent.
func (b *Body) EmailField(id, label, value, problem string) {
	b.w.emailField(id, label, value, problem)
}

// Honeypot writes the field "website", which people neither see nor fill in.
func (b *Body) Honeypot(id string) { b.w.honeypot(id) }

// Choices writes a group of radio buttons, of which one is chosen, with their hints;
// nothing if there are none.
func (b *Body) Choices(legend, name markup, all []Choice) {
	b.w.choices(column, legend, "radio", name, all, "")
}

// Checks writes a group of check boxes; nothing if there are none.
func (b *Body) Checks(legend, name markup, all []Choice) {
	b.w.choices(column, legend, "checkbox", name, all, "")
}
