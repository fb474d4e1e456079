package post

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// headingIDs gives every heading an id: the author's, else one made of its text,
// as GitHub does, with a number behind a repeated one. Ids that the page's frame
// or the footnotes may use are taken from the start.
type headingIDs struct {
	used map[string]bool
	next map[string]int
}

func newHeadingIDs() *headingIDs {
	h := &headingIDs{used: map[string]bool{}, next: map[string]int{}}
	for _, id := range append([]string{"content", "top", "subscribe"}, frameIDs...) {
		h.used[id] = true
	}
	return h
}

// frameIDs are those of the page around a post.
var frameIDs = []string{"main", "contents-heading", "box-heading", "box-email", "box-name", "box-website"}

func (h *headingIDs) give(n *ast.Heading, text string) string {
	id := cleanID(attribute(n, "id"))
	if id == "" {
		id = anchor(text)
	}
	base := id
	for h.used[id] {
		h.next[base]++
		id = base + "-" + strconv.Itoa(h.next[base])
	}
	h.used[id] = true
	n.SetAttributeString("id", id)
	return id
}

// anchor makes an id of a heading's text: letters and digits of any script in
// lower case, hyphens for blanks.
func anchor(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
			b.WriteRune(r)
		case r == ' ' || r == '-' || r == '–' || r == '—':
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		}
		if b.Len() > 120 {
			break
		}
	}
	id := strings.TrimRight(b.String(), "-")
	if id == "" {
		return "section"
	}
	return id
}

// cleanID keeps of an id what can stand in an address; "" if it begins with what
// footnotes use.
func cleanID(s string) string {
	id := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_:.", r) {
			return r
		}
		return -1
	}, s)
	if len(id) > 200 || strings.HasPrefix(id, "fn-") {
		return ""
	}
	return id
}

// cleanClass keeps class names of letters, digits, hyphens and underscores.
func cleanClass(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '_', r >= '0' && r <= '9', r|0x20 >= 'a' && r|0x20 <= 'z':
			return r
		}
		return -1
	}, s)), " ")
}
