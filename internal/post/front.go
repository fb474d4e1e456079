package post

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// front gathers what front matter says before it becomes a [Meta].
type front struct {
	key      string
	loc      *time.Location
	heard    map[string]heard
	errs     []error
	warnings []Warning
}

// heard is the best value for a key so far. What stands at the top of the front
// matter goes before what stands in "extra" or "params".
type heard struct {
	field
	rank, depth int
}

// hear sorts fields under pennypost's keys.
func (f *front) hear(fields []field, depth int) {
	for _, one := range fields {
		key, rank, known := meaning(one.name)
		switch {
		case !known && depth == 0:
			f.unknown(one, keysKnown(), "")
			continue
		case key == "" || one.value.kind == nothing:
			continue
		case key == "inner":
			if depth == 0 && one.value.kind == mapping {
				f.hear(one.value.fields, depth+1)
			}
			continue
		case key == "tags" && f.heard[key].line != 0:
			// Hugo, Zola and Jekyll have tags and categories beside each other.
			one.value = value{kind: list, line: one.line, list: append(f.heard[key].value.items(), one.value.items()...)}
		default:
			if old, taken := f.heard[key]; taken && (old.depth < depth || old.depth == depth && old.rank <= rank) {
				continue
			}
		}
		f.heard[key] = heard{one, rank, depth}
	}
}

// items is a value as a list.
func (v value) items() []value {
	if v.kind == list {
		return v.list
	}
	var all []value
	for _, s := range v.texts() {
		all = append(all, value{kind: scalar, line: v.line, text: s})
	}
	return all
}

// unknown warns of a key that means nothing, naming the one that may be meant.
func (f *front) unknown(one field, known []string, prefix string) {
	text := fmt.Sprintf("“%s%s” is not a setting pennypost knows, so it was left out", prefix, short(one.name))
	if near := nearest(one.name, known); near != "" {
		text += fmt.Sprintf("; perhaps “%s%s” is meant", prefix, near)
	}
	f.warn(one.line, text)
}

func (f *front) warn(line int, text string) {
	if len(f.warnings) < 50 {
		f.warnings = append(f.warnings, Warning{Line: line, Text: text})
	}
}

func (f *front) fail(line int, what, instead string) {
	if len(f.errs) < 20 {
		f.errs = append(f.errs, &Error{Key: f.key, Line: line, What: what, Instead: instead})
	}
}

// text is a key's value on one line; empty if it is not set.
func (f *front) text(key string) string {
	h, ok := f.heard[key]
	if !ok {
		return ""
	}
	switch h.value.kind {
	case scalar:
		return strings.Join(strings.Fields(h.value.text), " ")
	case list:
		if all := h.value.texts(); len(all) == 1 {
			return all[0]
		}
	}
	f.fail(h.line, fmt.Sprintf("“%s” must be one line of text", h.name), fmt.Sprintf("Write %s: followed by the text.", h.name))
	return ""
}

// yes reads a key that is true or false; set is false if it is not given.
func (f *front) yes(key string) (on, set bool) {
	h, ok := f.heard[key]
	if !ok {
		return false, false
	}
	on, ok = truth(h.value.text)
	if !ok || h.value.kind != scalar {
		f.fail(h.line, fmt.Sprintf("“%s” must be true or false, not “%s”", h.name, short(h.value.text)), fmt.Sprintf("Write %s: true or %s: false.", h.name, h.name))
		return false, false
	}
	return on, true
}

func truth(text string) (on, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "on", "y", "1":
		return true, true
	case "false", "no", "off", "n", "0", "":
		return false, true
	}
	return false, false
}

// date reads a key that is a date; zero if it is not set.
func (f *front) date(key string) (time.Time, string) {
	text := f.text(key)
	if text == "" {
		return time.Time{}, ""
	}
	t, ok := parseDate(text, f.loc)
	if !ok {
		h := f.heard[key]
		f.fail(h.line, fmt.Sprintf("“%s: %s” is not a date", h.name, short(text)), dateHelp)
	}
	return t, text
}

// short keeps a quotation from the author's text to a length fit for a message.
func short(s string) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) <= 60 {
		return s
	}
	return string([]rune(s)[:59]) + "…"
}
