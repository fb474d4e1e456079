package post

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	reviewTitle = regexp.MustCompile(`(?i)^\s*book\s+review\s*(?:[:–—|]|\s-+\s|-\s)\s*(.+)$`)
	// marked is a title between quotation marks or stars, and what follows it.
	marked = regexp.MustCompile(`^(?:“([^”]+)”|"([^"]+)"|‘([^’]+)’|„([^“”]+)[“”]|«\s*([^»]+?)\s*»|'([^']+)'|\*\*([^*]+)\*\*|\*([^*]+)\*|__([^_]+)__|_([^_]+)_)[,;:]?\s*(.*)$`)
	byline = regexp.MustCompile(`(?i)^(?:,?\s*)by\s+(.+)$`)
	// after an author's name a subtitle of the review may follow
	afterName = regexp.MustCompile(`\s+-+\s+|\s*[–—|:;(\[]`)
	splitBy   = regexp.MustCompile(`(?i),?\s+by\s+`)
)

// reviewed reads a title of the form "Book Review: TITLE by AUTHOR".
func reviewed(title string) *Book {
	m := reviewTitle.FindStringSubmatch(title)
	if m == nil {
		return nil
	}
	return titleByAuthor(strings.TrimSpace(m[1]))
}

// titleByAuthor splits "TITLE by AUTHOR – and more". A title between quotation
// marks ends with them; else the last "by" before what can be a name divides.
func titleByAuthor(s string) *Book {
	if m := marked.FindStringSubmatch(s); m != nil {
		if by := byline.FindStringSubmatch(m[len(m)-1]); by != nil {
			return newBook(strings.Join(m[1:len(m)-1], ""), by[1])
		}
	}
	cuts := splitBy.FindAllStringIndex(s, -1)
	if len(cuts) == 0 {
		return nil
	}
	cut := cuts[len(cuts)-1]
	for i := len(cuts) - 1; i >= 0; i-- {
		if r, _ := firstRune(s[cuts[i][1]:]); unicode.IsUpper(r) {
			cut = cuts[i]
			break
		}
	}
	return newBook(s[:cut[0]], s[cut[1]:])
}

func newBook(title, author string) *Book {
	b := &Book{Title: unmark(title)}
	author = strings.TrimSpace(author)
	if cut := afterName.FindStringIndex(author); cut != nil {
		author = author[:cut[0]]
	}
	author = strings.TrimRight(author, " ,;!?")
	if name, dotted := strings.CutSuffix(author, "."); dotted && !abbreviated(name) {
		author = name
	}
	b.Author = unmark(author)
	if b.Title == "" || b.Author == "" {
		return nil
	}
	return b
}

// abbreviated tells whether a name ends in an initial or in "Jr", whose full stop
// ends no sentence.
func abbreviated(name string) bool {
	last := name[strings.LastIndexAny(name, " .")+1:]
	return len([]rune(last)) <= 2
}

// unmark takes quotation marks and stars off a title.
func unmark(s string) string {
	s = strings.TrimSpace(s)
	if m := marked.FindStringSubmatch(s); m != nil && m[len(m)-1] == "" {
		return strings.TrimSpace(strings.Join(m[1:len(m)-1], ""))
	}
	return strings.Trim(s, ` *_,`)
}

// rating reads 0 to 5 in halves, also as "4.5/5", "4,5" or stars.
func rating(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if stars := strings.Count(text, "★") + strings.Count(text, "⭐"); stars > 0 {
		rest := strings.NewReplacer("★", "", "⭐", "", "☆", "", "\ufe0f", "", " ", "").Replace(text)
		switch rest {
		case "":
			return float64(stars), stars <= 5
		case "½":
			return float64(stars) + 0.5, stars < 5
		}
		return 0, false
	}
	text = strings.Replace(text, "½", ".5", 1)
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(text, "stars"), "out of 5"), "/5"))
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.Replace(text, ",", ".", 1)), 64)
	if err != nil || !(n >= 0 && n <= 5) || n*2 != float64(int(n*2)) {
		return 0, false
	}
	return n, true
}

// ratingHelp is what to write where a rating cannot be read.
func ratingHelp(text string) (what, instead string) {
	return fmt.Sprintf("the rating “%s” is not a number of stars from 0 to 5", short(text)),
		"Write a number from 0 to 5 in halves, for example rating: 4.5"
}
