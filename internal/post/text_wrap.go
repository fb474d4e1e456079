package post

import (
	"strings"
	"unicode/utf8"
)

// textWidth is the column at which plain text is wrapped, as mails have it.
const textWidth = 72

// wrap writes text in lines no longer than textWidth where words allow.
func (t *texter) wrap(text, first, rest string) {
	lead := first
	for hard := range strings.SplitSeq(text, "\n") {
		line, width := lead, columns(lead)
		empty := true
		for word := range strings.FieldsSeq(hard) {
			n := columns(word)
			if !empty && width+1+n > textWidth {
				t.out.WriteString(strings.TrimRight(line, " ") + "\n")
				line, width, empty = rest, columns(rest), true
			}
			if !empty {
				line += " "
				width++
			}
			line += word
			width += n
			empty = false
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
		lead = rest
	}
}

// columns is the width of a text on a screen of letters of equal width.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300 && r <= 0x1faff):
			n += 2
		case r >= 0x300 && r <= 0x36f, r == 0x200d, r >= 0xfe00 && r <= 0xfe0f, r == 0x200b:
		default:
			n++
		}
	}
	if n == 0 && utf8.RuneCountInString(s) > 0 {
		return 1
	}
	return n
}
