package post

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gosimple/slug"
)

// slugLimit is the most characters of a slug: it has to fit into the name of a
// folder on a disk (255), and with the rest of its path into a key of S3 (1,024).
const slugLimit = 240

// signs are letters that programmers' names end in; without them "C", "C++" and
// "C#" would be one tag.
var signs = regexp.MustCompile(`([A-Za-z0-9\x{80}-\x{10ffff}])([+#]+)(\s|$)`)

// Slugify makes the part of a URL that stands for a tag, a title or a file name:
// lower-case ASCII letters, digits, single hyphens and underscores. It is stable, and never empty
// for a non-empty input: what has no letter gets a short hash.
func Slugify(s string) string {
	if s == "" {
		return ""
	}
	if made, ok := plainSlug(s); ok {
		return made
	}
	spelt := signs.ReplaceAllStringFunc(s, func(m string) string {
		return strings.NewReplacer("+", "-plus", "#", "-sharp").Replace(m)
	})
	made := slug.Make(spelt)
	if made == "" {
		return "x-" + shortHash(s)
	}
	if len(made) > slugLimit {
		cut := made[:slugLimit-9]
		if i := strings.LastIndexByte(cut, '-'); i > slugLimit/2 {
			cut = cut[:i]
		}
		made = strings.TrimRight(cut, "-_") + "-" + shortHash(s)
	}
	return made
}

// plainSlug does what is left to do where a text is short and holds only ASCII
// letters, digits, blanks and hyphens; false for any other.
func plainSlug(s string) (string, bool) {
	if len(s) > slugLimit {
		return "", false
	}
	var b [slugLimit]byte
	n := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			b[n] = c | 0x20
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b[n] = c
		case c == ' ' || c == '-':
			if n == 0 || b[n-1] == '-' {
				continue
			}
			b[n] = '-'
		default:
			return "", false
		}
		n++
	}
	if n > 0 && b[n-1] == '-' {
		n--
	}
	return string(b[:n]), n > 0
}

// shortHash is eight hex digits that stand for a text.
func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

func firstRune(s string) (rune, int) { return utf8.DecodeRuneInString(s) }
