package post

import "bytes"

// maxNesting is how many quotations, lists and notes may stand in each other on one line.
const maxNesting = 64

// nestedTooDeep finds the first line (from 0) whose marks are nested deeper than that, and
// how deep. It asks every line, also one with nothing behind its marks and one that
// looks like code: where code ends depends on what it is nested in.
func nestedTooDeep(src []byte) (line, depth int) {
	for row := range bytes.Lines(src) {
		if depth := markers(row); depth > maxNesting {
			return line, depth
		}
		line++
	}
	return 0, 0
}

// markers counts the marks of quotations, lists and notes at the head of a line; an
// indented mark stands for the lists it is in.
func markers(row []byte) int {
	if isRule(row) {
		return 0
	}
	n, indent := 0, 0
	for i := 0; i < len(row); i++ {
		switch c := row[i]; {
		case c == ' ':
			indent++
		case c == '\t':
			indent += 4
		case c == '>', (c == '-' || c == '+' || c == '*' || c == ':') && i+1 < len(row) && (row[i+1] == ' ' || row[i+1] == '\t' || row[i+1] == '\n'):
			n += 1 + indent/4
			indent = 0
		case c >= '0' && c <= '9':
			j := i
			for j < len(row) && row[j] >= '0' && row[j] <= '9' {
				j++
			}
			if j+1 >= len(row) || row[j] != '.' && row[j] != ')' || row[j+1] != ' ' && row[j+1] != '\t' {
				return n
			}
			n += 1 + indent/4
			indent = 0
			i = j
		case c == '[': // a note in a note
			end := bytes.Index(row[i:], []byte("]:"))
			if end < 0 || row[i+1] != '^' {
				return n
			}
			n += 1 + indent/4
			indent = 0
			i += end + 1
		default:
			return n
		}
	}
	return n
}

// isRule tells whether a line is a rule across the page: "* * *", "---".
func isRule(row []byte) bool {
	var mark byte
	for _, c := range row {
		switch {
		case c == ' ' || c == '\t' || c == '\n':
		case mark == 0 && (c == '*' || c == '-' || c == '_'):
			mark = c
		case c != mark || mark == 0:
			return false
		}
	}
	return mark != 0
}
