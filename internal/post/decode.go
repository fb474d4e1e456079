package post

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxBytes is the largest source file that is read: some 300,000 words.
const MaxBytes = 2 << 20

// decode makes clean UTF-8 with "\n" line ends of a source file. What was wrong
// with it is a warning where the text can be had all the same, else an error.
func decode(key string, body []byte) (text []byte, warn *Warning, err *Error) {
	fail := func(what, instead string) ([]byte, *Warning, *Error) {
		return nil, nil, &Error{Key: key, What: what, Instead: instead}
	}
	if len(body) > MaxBytes {
		return fail(fmt.Sprintf("the file is %.1f MB; a post may have %d MB", float64(len(body))/(1<<20), MaxBytes>>20),
			"Split it into several posts, and put pictures beside it as files of their own.")
	}
	text = fromUTF16(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case bytes.HasPrefix(text, []byte(`{\rtf`)):
		return fail("this is a Rich Text document that is only named as Markdown",
			"Save it as plain text (in TextEdit: Format, Make Plain Text) and upload that.")
	case bytes.HasPrefix(text, []byte("%PDF-")), bytes.HasPrefix(text, []byte("PK\x03\x04")),
		bytes.IndexByte(text, 0) >= 0, controls(text) > 8+len(text)/100:
		return fail("this is not text but a binary file (a picture, a Word document, a PDF …) that is only named as Markdown",
			"Save or export it as plain text in UTF-8, or give a picture its own ending, such as .jpg.")
	}
	text, bad := fromWindows1252(text)
	text = unixLines(text)
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil, nothingInIt(key)
	}
	if bad > 0 {
		warn = &Warning{Line: bad, Text: "this file is not in UTF-8 but in an older encoding (Windows-1252 was assumed); save it as UTF-8 if a letter looks wrong"}
	}
	return text, warn, nil
}

func nothingInIt(key string) *Error {
	return &Error{Key: key, What: "there is nothing in this file",
		Instead: "Write a first line such as “# My title”, an empty line, and then your text."}
}

// fromUTF16 decodes what Windows' Notepad calls "Unicode", known by its first two bytes.
func fromUTF16(text []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for i := 2; i+1 < len(text); i += 2 {
		units = append(units, order.Uint16(text[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// controls counts the characters that no text has.
func controls(text []byte) int {
	n := 0
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b {
			n++
		}
	}
	return n
}

// fromWindows1252 keeps what is UTF-8 and takes every other byte for a letter of
// Windows-1252, which contains Latin-1. It reports the line of the first such byte.
func fromWindows1252(text []byte) (clean []byte, line int) {
	if utf8.Valid(text) {
		return text, 0
	}
	// 0x80 to 0x9f, as the WHATWG encoding standard has them.
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	letters := []rune(high)
	clean = make([]byte, 0, len(text)+len(text)/8)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			r = rune(text[i])
			if r < 0xa0 {
				r = letters[r-0x80]
			}
			if line == 0 {
				line = 1 + bytes.Count(text[:i], []byte("\n"))
			}
		}
		clean = utf8.AppendRune(clean, r)
		i += size
	}
	return clean, line
}

// unixLines ends lines with "\n" and drops the control characters that neither
// HTML nor XML can carry.
func unixLines(text []byte) []byte {
	dirty := false
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c == 0xef {
			dirty = true
			break
		}
	}
	if !dirty {
		return text
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.Map(func(r rune) rune {
		if r == '\r' {
			return '\n'
		}
		if !printable(r) {
			return -1
		}
		return r
	}, text)
}

// replaceUnprintable puts r in the place of what may stand in no XML document; -1: nothing.
func replaceUnprintable(s string, r rune) string {
	return strings.Map(func(c rune) rune {
		if !printable(c) {
			return r
		}
		return c
	}, s)
}

// printable tells whether a character may stand in an XML document (and so in a feed).
func printable(r rune) bool {
	return r == '\t' || r == '\n' || r >= ' ' && r != 0x7f && r != 0xfeff && r != 0xfffe && r != 0xffff
}
