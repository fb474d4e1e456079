package post

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Bounds of what goes from the front matter into listings, mails and the catalog,
// in characters; beyond them is no title, but a text in the wrong place.
const (
	maxTitle       = 300
	maxDescription = 1_000
	maxTag         = 80
	maxTags        = 50
	maxRefs        = 2_000   // different links to other files, or pictures, of one post
	maxShown       = 10_000  // pictures, each time they are shown
	maxAddresses   = 4 << 20 // bytes of the addresses of all links and pictures
)

var (
	codeMark  = regexp.MustCompile("`([^`]+)`")
	heavyMark = regexp.MustCompile(`\*\*([^*\s](?:[^*]*[^*\s])?)\*\*`)
	lightMark = regexp.MustCompile(`(^|[\s(“"])\*([^*\s](?:[^*]*[^*\s])?)\*($|[\s).,:;!?”"])`)
)

// plainLine makes plain text of a title or a description: other systems put
// character references, tags and Markdown's stars there.
func plainLine(s string, most int) string {
	if strings.Contains(s, "&") && strings.Contains(s, ";") {
		s = dereference(s)
	}
	if strings.Contains(s, "<") && strings.Contains(s, ">") {
		s = withoutTags(s)
	}
	if strings.ContainsAny(s, "`*") {
		s = codeMark.ReplaceAllString(s, "$1")
		s = heavyMark.ReplaceAllString(s, "$1")
		s = lightMark.ReplaceAllString(s, "$1$2$3")
	}
	return clamp(oneLine(s), most)
}

// dereference resolves character references.
func dereference(s string) string {
	v, out := []byte(s), make([]byte, 0, len(s))
	for len(v) > 0 {
		i := bytes.IndexByte(v, '&')
		if i < 0 {
			break
		}
		text, size := reference(v[i:])
		out = append(append(out, v[:i]...), text...)
		v = v[i+size:]
	}
	return cleanText(string(append(out, v...)))
}

// withoutTags drops the tags of HTML; "List<T>" keeps its "<T>".
func withoutTags(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for read := 0; ; read += len(z.Raw()) {
		switch z.Next() {
		case html.ErrorToken:
			b.WriteString(s[min(read, len(s)):]) // a tag that never ends is text
			return b.String()
		case html.TextToken:
			b.Write(z.Raw())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			b.WriteString(strings.ReplaceAll(rawAsText(z.Raw()), "\n", " "))
		}
	}
}

// clamp cuts a text to a number of characters.
func clamp(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}
