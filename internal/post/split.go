package post

import (
	"bytes"
	"fmt"
	"regexp"
)

// maxFrontMatter is the most bytes between the lines that enclose front matter.
const maxFrontMatter = 64 << 10

// parts is a source file taken apart.
type parts struct {
	fence string // "---", "+++" or empty: no front matter
	front []byte
	first int // the line of the file in which front begins
	body  []byte
	line  int // the line of the file in which body begins
}

// keyLine looks like the beginning of front matter rather than prose under a rule.
var keyLine = regexp.MustCompile(`^\s*(#|"?[A-Za-z\x{80}-\x{10ffff}_][A-Za-z0-9\x{80}-\x{10ffff}_.-]*"?\s*[:=](\s|$))`)

// split finds front matter at the head of a file: between two lines of three
// hyphens (YAML) or three plus signs (TOML).
func split(key string, text []byte) (parts, *Error) {
	whole := parts{body: text, line: 1}
	at, line := 0, 1
	for at < len(text) {
		row := lineAt(text, at)
		if len(bytes.TrimSpace(row)) > 0 {
			break
		}
		at += len(row) + 1
		line++
	}
	if at >= len(text) {
		return whole, nil
	}
	open := lineAt(text, at)
	fence := string(bytes.TrimRight(open, " \t"))
	if fence != "---" && fence != "+++" {
		return whole, nil
	}
	p := parts{fence: fence, first: line + 1}
	start := at + len(open) + 1
	for at, line = start, line+1; at < len(text); line++ {
		row := lineAt(text, at)
		end := string(bytes.TrimRight(row, " \t"))
		if end == fence || fence == "---" && end == "..." {
			p.front = text[start:at]
			p.body, p.line = text[min(len(text), at+len(row)+1):], line+1
			if len(p.front) > maxFrontMatter {
				return p, tooMuchFrontMatter(key, p.first)
			}
			return p, nil
		}
		at += len(row) + 1
	}
	if start >= len(text) || !keyLine.Match(firstFull(text[start:])) {
		return whole, nil // a rule across the page, not front matter
	}
	return p, &Error{Key: key, Line: p.first - 1, What: fmt.Sprintf("the front matter that begins with %s is never closed", fence),
		Instead: fmt.Sprintf("Write a line with nothing but %s between the last of the settings and your text.", fence)}
}

func tooMuchFrontMatter(key string, line int) *Error {
	return &Error{Key: key, Line: line, What: fmt.Sprintf("the front matter is longer than %d KB", maxFrontMatter>>10),
		Instead: "Keep a few settings there, and write the text below it."}
}

// lineAt is the line that begins at an offset, without its end.
func lineAt(text []byte, at int) []byte {
	row, _, _ := bytes.Cut(text[at:], []byte("\n"))
	return row
}

// firstFull is the first line that is not blank.
func firstFull(text []byte) []byte {
	for row := range bytes.Lines(text) {
		if len(bytes.TrimSpace(row)) > 0 {
			return row
		}
	}
	return nil
}

// keyNoSpace is a key whose colon lacks its space.
var keyNoSpace = regexp.MustCompile(`^[A-Za-z\x{80}-\x{10ffff}_][A-Za-z0-9\x{80}-\x{10ffff}_-]*:`)
