package theme

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cover writes a book's cover for a listing, where its title stands beside it.
func (w *writer) cover(b *Book) {
	w.raw(`<div class="book-cover">`)
	if b.Cover != nil {
		w.image(b.Cover, placing{class: "cover", sizes: "(min-width: 40rem) 14rem, 6rem", mute: true})
	} else {
		w.typesetCover(b)
	}
	w.raw("</div>\n")
}

// typesetCover sets a cover in type for a book that has none.
func (w *writer) typesetCover(b *Book) {
	w.around(`<span class="cover typeset `, coverClass(b.Title), `" aria-hidden="true">`)
	w.around(`<span class="cover-title">`, b.Title, "</span> ")
	w.some(`<span class="cover-author">`, b.Author, "</span>")
	w.raw("</span>")
}

// covers is how many typeset covers the style sheet knows.
const covers = 8

// coverClass chooses a typeset cover for a title, always the same one, and the
// size of its letters, so that the longest word fits.
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

// longestWord is the length of a title's longest word.
func longestWord(title string) int {
	longest := 0
	for word := range strings.FieldsSeq(title) {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	return longest
}
