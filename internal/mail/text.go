package mail

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// textWidth is the column at which plain text is wrapped.
const textWidth = 72

// wrap breaks a paragraph into lines; all but the first begin with the indent.
func wrap(text, indent string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > textWidth:
			b.WriteString("\n" + indent)
			column = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// underlined is a heading of plain text.
func underlined(text, mark string) string {
	text = wrap(text, "")
	longest := 0
	for l := range strings.SplitSeq(text, "\n") {
		longest = max(longest, utf8.RuneCountInString(l))
	}
	return text + "\n" + strings.Repeat(mark, longest) + "\n"
}

// linkList is the numbered links at the end of a post's plain text.
var linkList = regexp.MustCompile(`(?:\n\[\d+\] [^\n]*)+\n*$`)

// cutText keeps a post's plain text below limit bytes: whole paragraphs, and of
// the links at the end those that the kept part names.
func cutText(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	body, links := text, ""
	if at := linkList.FindStringIndex(text); at != nil {
		body, links = text[:at[0]], strings.Trim(text[at[0]:], "\n")
	}
	body = body[:min(len(body), limit)]
	if end := strings.LastIndex(body, "\n\n"); end >= 0 {
		body = body[:end]
	} else {
		body = ""
	}
	body = strings.TrimRight(body, "\n") + "\n"
	kept := ""
	for l := range strings.SplitSeq(links, "\n") {
		mark, _, _ := strings.Cut(l, " ")
		if mark != "" && strings.Contains(body, mark) && len(body)+len(kept)+len(l) < limit {
			kept += l + "\n"
		}
	}
	if kept != "" {
		kept = "\n" + kept
	}
	return body + kept, true
}
