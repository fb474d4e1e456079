package receipt

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// width is the longest line of a receipt in characters; only an unbreakable
// word, such as an address, may be longer.
const width = 76

// Headings of the sections. A line that consists of nothing else starts one;
// it follows a blank line, and content is indented, so nothing else can pass for it.
const (
	headChanged  = "What changed"
	headMail     = "Mail"
	headWarnings = "Warnings"
	headMend     = "What to mend"
	headWhen     = "When"
)

// Text writes the receipt: UTF-8, lines ended by a single newline, the first
// word exactly the state.
func (r Receipt) Text() []byte {
	var b strings.Builder
	wrap(&b, "", "", string(r.State)+" "+r.detail())
	if oneLine(r.Title+r.URL+r.Preview+r.Key) != "" {
		b.WriteByte('\n')
	}
	field(&b, "Title", r.Title)
	field(&b, "Address", r.URL)
	field(&b, "Preview", r.Preview)
	if oneLine(r.Preview) != "" {
		wrap(&b, "           ", "           ", "(only those you give this address to can find it)")
	}
	field(&b, "File", r.Key)

	section(&b, headChanged, r.Changed)
	section(&b, headMail, r.Mail)
	head := headWarnings
	if r.State == Rejected {
		head = headMend
	}
	var notes []string
	for _, n := range r.Warnings {
		notes = append(notes, n.lines(r.Key)...)
	}
	section(&b, head, notes)
	if !r.At.IsZero() {
		b.WriteString("\n" + headWhen + "\n  " + moment(r.At) + "\n")
	}
	return []byte(b.String())
}

// String is the note as one sentence, its line first.
func (n Note) String() string {
	if n.Line > 0 {
		return fmt.Sprintf("Line %d: %s", n.Line, n.Text)
	}
	return n.Text
}

// lines is one line for each line of the note's text: a file with several mistakes
// tells of them together. What each begins with, "posts/x.md, line 3: ", names the
// file once more than a reader needs.
func (n Note) lines(key string) []string {
	var out []string
	for _, text := range strings.Split(n.Text, "\n") {
		one := Note{Line: n.Line, Text: text}
		if rest, ok := strings.CutPrefix(text, key+": "); ok && key != "" {
			one.Text = rest
		} else if rest, ok := strings.CutPrefix(text, key+", line "); ok && key != "" {
			if number, rest, ok := strings.Cut(rest, ": "); ok {
				if line, err := strconv.Atoi(number); err == nil && line > 0 {
					one = Note{Line: line, Text: rest}
				}
			}
		}
		if strings.TrimSpace(one.Text) != "" {
			out = append(out, one.String())
		}
	}
	return out
}

// detail is the rest of the first sentence, ended by a full stop.
func (r Receipt) detail() string {
	d := oneLine(r.Detail)
	if d == "" {
		switch r.State {
		case Published:
			d = "and ready to read"
		case Scheduled:
			d = "to go live on its own when its date comes"
		case Draft:
			d = "for now: it is not on the site, and nobody is mailed"
		case Held:
			d = "back from the mail: the page is on the site, and nobody is mailed until you say so"
		case Rejected:
			d = "because it cannot be used as it is; nothing on the site has changed"
		case Removed:
			d = "from the site, because the file is gone"
		}
	}
	if !strings.HasSuffix(d, ".") && !strings.HasSuffix(d, "!") && !strings.HasSuffix(d, "?") {
		d += "."
	}
	return d
}

// field writes one line of the block under the first sentence, if there is a value.
func field(b *strings.Builder, name, value string) {
	if value = oneLine(value); value != "" {
		fmt.Fprintf(b, "  %-9s%s\n", name, value)
	}
}

// section writes a heading and its lines; nothing if there are none.
func section(b *strings.Builder, head string, lines []string) {
	lines = clean(lines)
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n" + head + "\n")
	for _, l := range lines {
		wrap(b, "  - ", "    ", l)
	}
}

// clean makes every line a single one and drops those with nothing in them.
func clean(lines []string) []string {
	var out []string
	for _, l := range lines {
		if l = oneLine(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// oneLine joins the words of s by single spaces.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}

// wrap writes text broken at spaces, the first line after one indent, the others after another.
func wrap(b *strings.Builder, first, rest, text string) {
	b.WriteString(first)
	column, fresh := utf8.RuneCountInString(first), true
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if !fresh {
			if column+1+n > width {
				b.WriteString("\n" + rest)
				column = utf8.RuneCountInString(rest)
			} else {
				b.WriteByte(' ')
				column++
			}
		}
		b.WriteString(word)
		column, fresh = column+n, false
	}
	b.WriteByte('\n')
}

// moment is a time as people write it, with the name of its zone.
func moment(t time.Time) string {
	zone := t.Location().String()
	if zone == "Local" || zone == "" {
		zone = t.Format("MST")
	}
	return t.Format("Monday, 2 January 2006 at 15:04") + " (" + zone + ")"
}
