package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// reader turns nodes into settings and gathers what is wrong on the way.
type reader struct {
	lines []string // of the file, for what YAML takes for a comment
	errs  []*Error
	warns []Warning
}

func (r *reader) fail(at *node, what, instead string) {
	r.errs = append(r.errs, &Error{Line: at.line, Column: at.column, What: what, Instead: instead})
}

func (r *reader) warn(line int, text string) {
	r.warns = append(r.warns, Warning{Line: line, Text: text})
}

// err is all mistakes in the order of their lines; nil if there are none.
func (r *reader) err() error {
	slices.SortStableFunc(r.errs, func(a, b *Error) int { return a.Line - b.Line })
	all := make([]error, len(r.errs))
	for i, e := range r.errs {
		all[i] = e
	}
	return errors.Join(all...)
}

// keys is what a section may hold: a name, and what reads its value.
type keys map[string]func(*node)

// section reads the fields of a mapping. Names are taken in any case, with
// hyphens or underscores.
func (r *reader) section(n *node, name string, known keys) {
	if n.shape == empty {
		return
	}
	names := make([]string, 0, len(known))
	for k := range known {
		names = append(names, k)
	}
	slices.Sort(names)
	if n.shape != mapping {
		r.fail(n, fmt.Sprintf("`%s` needs its settings on lines of their own.", name),
			fmt.Sprintf("Below `%s:` write lines such as `  %s: …`, moved in by two spaces.", name, names[0]))
		return
	}
	seen := map[string]int{}
	for _, f := range n.fields {
		read, ok := known[fold(f.name)]
		if !ok {
			r.unknown(f, name, names)
			continue
		}
		if first, twice := seen[fold(f.name)]; twice {
			r.fail(&node{line: f.line, column: f.column}, fmt.Sprintf("`%s` is written twice; the first one is in line %d.", f.name, first), "Keep one of the two.")
			continue
		}
		seen[fold(f.name)] = f.line
		if f.value.shape != empty || f.value.text != "" {
			read(f.value)
			continue
		}
		if text, ok := r.afterHash(f); ok {
			read(&node{line: f.line, column: f.column, shape: scalar, text: text})
		}
	}
}

// afterHash is a colour that YAML took for a comment, since it begins with a
// hash: "accent: #0b6e4f".
func (r *reader) afterHash(f field) (string, bool) {
	if f.line < 1 || f.line > len(r.lines) {
		return "", false
	}
	_, rest, _ := strings.Cut(r.lines[f.line-1], ":")
	words := strings.Fields(rest)
	if len(words) == 0 {
		return "", false
	}
	_, ok := parseHex(words[0])
	return words[0], ok
}

// text sets *to to a value that is one line of text. An empty one leaves the default.
func (r *reader) text(to *string, name string, limit int) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		s = strings.Join(strings.Fields(s), " ")
		if count := len([]rune(s)); count > limit {
			r.fail(n, fmt.Sprintf("`%s` is %d characters long.", name, count), fmt.Sprintf("Use at most %d.", limit))
			return
		}
		*to = s
	}
}

// paragraph sets *to to a text that may have several lines.
func (r *reader) paragraph(to *string, name string, limit int) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		var lines []string
		for _, l := range strings.Split(s, "\n") {
			lines = append(lines, strings.Join(strings.Fields(l), " "))
		}
		s = strings.Trim(strings.Join(lines, "\n"), "\n")
		if count := len([]rune(s)); count > limit {
			r.fail(n, fmt.Sprintf("`%s` is %d characters long.", name, count), fmt.Sprintf("Use at most %d.", limit))
			return
		}
		*to = s
	}
}

// number sets *to to a whole number between two bounds.
func (r *reader) number(to *int, name string, from, upTo int) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		i, err := strconv.Atoi(strings.ReplaceAll(s, "_", ""))
		if err != nil || i < from || i > upTo {
			r.fail(n, fmt.Sprintf("`%s` cannot be %q.", name, clip(s)), fmt.Sprintf("Write a whole number from %d to %d.", from, upTo))
			return
		}
		*to = i
	}
}

// choice sets *to to one of a few words.
func (r *reader) choice(to *string, name string, words ...string) func(*node) {
	return func(n *node) {
		s, ok := r.value(n, name)
		if !ok {
			return
		}
		if w := strings.ToLower(s); slices.Contains(words, w) {
			*to = w
			return
		}
		r.fail(n, fmt.Sprintf("`%s` cannot be %q.", name, clip(s)), "Write `"+strings.Join(words, "` or `")+"`.")
	}
}

// value is a node's text, trimmed, without control characters; false, after a
// word to the author, if it is a list or a mapping, and false if there is none.
func (r *reader) value(n *node, name string) (string, bool) {
	switch n.shape {
	case list:
		r.fail(n, fmt.Sprintf("`%s` takes one value, not a list.", name), fmt.Sprintf("Write it as `%s: …` on one line.", last(name)))
		return "", false
	case mapping:
		r.fail(n, fmt.Sprintf("`%s` takes one value, not settings of its own.", name), fmt.Sprintf("Write it as `%s: …` on one line.", last(name)))
		return "", false
	}
	s := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, n.text)
	s = strings.TrimSpace(s)
	return s, s != ""
}

// last is the part of a dotted name that stands on the line itself.
func last(name string) string {
	return name[strings.LastIndexByte(name, '.')+1:]
}

// clip shortens a value for a message.
func clip(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}
