package theme

import (
	"hash/fnv"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// functions are what templates can call besides methods of their values.
func (t *Theme) functions() template.FuncMap {
	return template.FuncMap{
		"day":        func(at time.Time) string { return at.Format("2 January 2006") },
		"short":      func(at time.Time) string { return at.Format("2 Jan") },
		"iso":        func(at time.Time) string { return at.Format(time.RFC3339) },
		"date":       func(at time.Time) string { return at.Format(time.DateOnly) },
		"stars":      stars,
		"points":     points,
		"cover":      coverClass,
		"later":      updatedLater,
		"saysReview": func(title string) bool { return strings.HasPrefix(strings.ToLower(title), "book review") },
		"long":       func(title string) bool { return utf8.RuneCountInString(title) > 80 },
	}
}

// stars draws a rating: "★★★★½".
func stars(n float64) string {
	s := strings.Repeat("★", int(n))
	if n-float64(int(n)) >= 0.5 {
		s += "½"
	}
	return s
}

// points is a rating as digits: "4.5".
func points(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// covers is how many typeset covers the style sheet knows.
const covers = 8

// coverClass chooses a typeset cover for a title, always the same one, and the
// size of its letters.
func coverClass(title string) string {
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(title)))
	class := "cover-" + strconv.Itoa(int(h.Sum32()%covers)+1)
	switch n, word := utf8.RuneCountInString(title), longestWord(title); {
	case n > 48 || word > 12:
		class += " cover-long"
	case n > 24 || word > 9:
		class += " cover-middling"
	case n <= 12 && word <= 6:
		class += " cover-short"
	}
	return class
}

// longestWord is the length of a title's longest word: it must fit on the cover.
func longestWord(title string) int {
	longest := 0
	for _, word := range strings.Fields(title) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	return longest
}

// updatedLater tells whether a change is worth a word: one on the same day is not.
func updatedLater(published, updated time.Time) bool {
	return updated.After(published) && updated.Format(time.DateOnly) != published.Format(time.DateOnly)
}
