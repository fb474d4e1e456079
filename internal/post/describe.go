package post

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// Lengths of a derived description, in characters.
const (
	describeMost  = 300
	describeLeast = 120 // sentences are added until it is that long
)

// describe makes a description of the first sentences of a text.
func describe(doc ast.Node, src []byte) string {
	var text string
	for c := doc.FirstChild(); c != nil && utf8.RuneCountInString(text) < describeMost; c = c.NextSibling() {
		switch n := c.(type) {
		case *ast.Paragraph:
			if onlyPicture(n) == nil && !isCard(n) {
				text = strings.TrimSpace(text + " " + plainText(n, src))
			}
		case *ast.List, *ast.Blockquote:
			if text == "" && attribute(n, "callout") == "" {
				text = strings.TrimSpace(plainText(n, src))
			} else if text != "" {
				return sentences(text)
			}
		case *ast.Heading, *east.Table, *ast.FencedCodeBlock, *ast.CodeBlock:
			if text != "" {
				return sentences(text)
			}
		}
	}
	return sentences(text)
}

// sentences keeps whole sentences from the front of a text, about two lines of
// them; a first sentence that is too long is cut between two words.
func sentences(text string) string {
	if utf8.RuneCountInString(text) <= describeLeast {
		return text
	}
	runes := []rune(text)
	best := 0
	for i := range min(len(runes), describeMost) {
		if !endsSentence(runes, i) {
			continue
		}
		best = i + 1
		for best < len(runes) && best < describeMost && strings.ContainsRune(`”’"')»`, runes[best]) {
			best++
		}
		if best >= describeLeast {
			break
		}
	}
	if best > describeLeast/3 {
		return string(runes[:best])
	}
	if len(runes) <= describeMost {
		return text
	}
	cut := describeMost - 1
	for i := cut; i > describeMost/2; i-- {
		if unicode.IsSpace(runes[i]) {
			cut = i
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-", r) }) + "…"
}

// endsSentence tells whether the sign at i ends a sentence and not an
// abbreviation, an initial or a number.
func endsSentence(text []rune, i int) bool {
	switch text[i] {
	case '。', '！', '？':
		return true
	case '!', '?', '.', '…':
	default:
		return false
	}
	next := i + 1
	for next < len(text) && strings.ContainsRune(`”’"')»`, text[next]) {
		next++
	}
	if next == len(text) {
		return true
	}
	if !unicode.IsSpace(text[next]) {
		return false
	}
	for next < len(text) && (unicode.IsSpace(text[next]) || strings.ContainsRune("“‘\"'(«„", text[next])) {
		next++
	}
	if next < len(text) && unicode.IsLower(text[next]) {
		return false
	}
	if text[i] != '.' {
		return true
	}
	start := i
	for start > 0 && !unicode.IsSpace(text[start-1]) && !strings.ContainsRune("(“‘\"'", text[start-1]) {
		start--
	}
	word := strings.ToLower(string(text[start:i]))
	switch word {
	case "dr", "mr", "mrs", "ms", "prof", "st", "sr", "jr", "vs", "no", "nr", "vol", "ed", "eds", "fig", "figs", "e.g", "i.e", "cf", "etc", "ca", "c",
		"approx", "dept", "est", "gen", "gov", "hon", "inc", "ltd", "co", "corp", "rev", "sen", "rep", "mt", "p", "pp", "al", "a.m", "p.m",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "z.b", "d.h", "u.a", "bzw", "usw", "str", "ph.d", "u.s", "u.k", "d.c":
		return false
	}
	// "J. R. R. Tolkien"; but "vitamin C." is followed by no name we could tell apart.
	return len([]rune(word)) != 1 || !unicode.IsLetter([]rune(word)[0]) || word == "i" && next >= len(text)
}
