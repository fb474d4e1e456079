package audience

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName is how many characters of a name are kept.
const MaxName = 100

// Line is a text of somebody else's as one line without control or invisible
// characters, cut to a number of characters.
func Line(s string, most int) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = strings.TrimSpace(string([]rune(s)[:most]))
	}
	return s
}
