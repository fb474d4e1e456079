package post

import "strings"

// value is a piece of front matter, whichever language it was written in.
// Scalars stay text: what "2024-3-5", "no" or "007" means depends on the key.
type value struct {
	kind   valueKind
	line   int // in the file, from 1
	text   string
	list   []value
	fields []field
}

type valueKind uint8

const (
	nothing valueKind = iota // null, or no value at all
	scalar
	list
	mapping
)

// field is one key of a mapping with its value.
type field struct {
	name  string // as written
	line  int
	value value
}

// texts are the scalars in a value: of a list each, of "a, b" in one text both.
// A mapping among them stands for its name or title, as in Ghost's exports.
func (v value) texts() []string {
	var all []string
	switch v.kind {
	case scalar:
		for _, part := range strings.Split(v.text, ",") {
			all = appendText(all, part)
		}
	case list:
		for _, item := range v.list {
			switch item.kind {
			case scalar:
				all = appendText(all, item.text)
			case mapping:
				all = appendText(all, item.named("name", "title", "slug"))
			}
		}
	case mapping:
		all = appendText(all, v.named("name", "title", "slug"))
	}
	return all
}

func appendText(all []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		return append(all, s)
	}
	return all
}

// named is the first scalar among the fields of these names.
func (v value) named(names ...string) string {
	for _, name := range names {
		for _, f := range v.fields {
			if strings.EqualFold(f.name, name) && f.value.kind == scalar && f.value.text != "" {
				return f.value.text
			}
		}
	}
	return ""
}
