package post

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

func (f *front) applyBook(m *Meta) {
	h, ok := f.heard["book"]
	switch {
	case ok && h.value.kind == scalar:
		if b := titleByAuthor(h.value.text); b != nil {
			m.Book = b
		} else {
			m.Book = &Book{Title: unmark(h.value.text)}
		}
	case ok && h.value.kind == mapping:
		if m.Book == nil {
			m.Book = reviewed(m.Title)
		}
		if m.Book == nil {
			m.Book = &Book{}
		}
		f.readBook(m, h.value.fields)
		if m.Book.Title == "" {
			f.fail(h.line, "“book” names no title", "Write title: and the book's title below it, indented by two spaces.")
		}
	case ok:
		f.fail(h.line, "“book” must hold the book's title, author and so on", "Write book: and below it, indented by two spaces, title: and author:.")
	}
	if m.Book == nil {
		m.Book = reviewed(m.Title)
	}
	if m.Book == nil {
		return
	}
	if h, ok := f.heard["image"]; ok && m.Book.Cover == "" && strings.HasPrefix(fold(h.name), "cover") && !external(m.Image) {
		m.Book.Cover = m.Image // a review's cover is the book's
	}
	for _, key := range []string{"isbn", "isbn13", "rating", "stars"} {
		if one, ok := f.heard[key]; ok {
			f.bookField(m, one.field)
		}
	}
}

func (f *front) readBook(m *Meta, fields []field) {
	for _, one := range fields {
		if !f.bookField(m, one) {
			f.unknown(one, bookKeys(), "book: ")
		}
	}
}

// bookField reads one key below "book"; false if there is no such key.
func (f *front) bookField(m *Meta, one field) bool {
	b, text := m.Book, oneLine(one.value.text)
	if one.value.kind == list || one.value.kind == mapping {
		text = strings.Join(one.value.texts(), ", ")
	}
	switch fold(one.name) {
	case "title", "name":
		if text != "" {
			b.Title = unmark(text)
		}
	case "author", "authors", "by":
		if text != "" {
			b.Author = text
		}
	case "isbn", "isbn13", "isbn10":
		b.ISBN = text
	case "rating", "stars":
		if text == "" {
			return true
		}
		n, ok := rating(text)
		if !ok {
			what, instead := ratingHelp(text)
			f.fail(one.line, what, instead)
		}
		b.Rating, b.Rated = n, ok
	case "cover", "image":
		b.Cover = strings.TrimSpace(text)
		if external(b.Cover) {
			f.warn(one.line, "the cover lies on another site, so it is not shown; put a copy beside this file and write its name")
		}
	case "publisher":
		b.Publisher = text
	case "year", "published", "publicationyear":
		if text == "" {
			return true
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < -3000 || n > 9999 || n == 0 {
			f.fail(one.line, fmt.Sprintf("the year “%s” is not a year", short(text)), "Write four digits, for example year: 1984")
			return true
		}
		b.Year = n
	case "genre", "genres":
		b.Genre = text
	case "finished", "read", "finishedon", "dateread":
		if text == "" {
			return true
		}
		t, ok := parseDate(text, f.loc)
		if !ok {
			f.fail(one.line, fmt.Sprintf("“%s: %s” is not a date", one.name, short(text)), dateHelp)
		}
		b.Finished = t
	case "link", "url":
		if u, err := url.Parse(text); text != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
			f.warn(one.line, fmt.Sprintf("the book's link “%s” is not a whole address, so it was left out; write one that begins with https://", short(text)))
			return true
		}
		b.Link = text
	case "subtitle", "series", "pages", "language", "translator", "started", "format", "edition":
	default:
		return false
	}
	return true
}
