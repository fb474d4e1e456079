package post

import (
	"bytes"
	"fmt"
)

// Markdown has constructions whose parsing takes time with the square of their
// size. guard adds up what the parser will spend, so that a hostile megabyte is
// refused at once; an ordinary book-length text costs a hundredth of the bounds.
const (
	maxNesting = 64            // quotations and lists in each other on one line
	maxEffort  = 1_500_000_000 // steps of the parser, about a nanosecond each
	maxColumns = 256
)

// guard reports the line (from 0) of the first passage that would take too long
// to parse, and what is wrong there.
func guard(src []byte) (line int, what string) {
	var g effort
	for row := range bytes.Lines(src) {
		if depth := markers(row); depth > maxNesting {
			return g.line, fmt.Sprintf("quotations or lists are nested %d deep", depth)
		}
		if len(bytes.TrimLeft(row, " \t>\r\n")) == 0 {
			g.flush()
			g.start = g.line + 1
		} else {
			g.add(row)
		}
		g.line++
		if g.pipes > maxColumns*2 && g.rows > 1 {
			return g.start, "a table has too many columns"
		}
		if g.total+g.paragraph() > maxEffort {
			return g.start, "a paragraph is too long and too tangled to be read"
		}
	}
	return 0, ""
}

// effort counts what makes a paragraph costly.
type effort struct {
	line, start int
	total       int

	size, rows, widest             int
	closers, brackets, delimiters  int
	pipes, definitions, references int
	allNotes, allDefinitions       int
}

func (g *effort) add(row []byte) {
	g.size += len(row)
	g.rows++
	pipes := 0
	var last byte
	for i, c := range row {
		switch c {
		case '[':
			g.brackets++
			if i+1 < len(row) && row[i+1] == '^' {
				g.allNotes++
			}
		case ']':
			if i+1 < len(row) {
				switch row[i+1] {
				case '(':
					g.closers++
				case ':':
					g.definitions++
					g.allDefinitions++
				}
			}
		case '*', '_', '~', '"', '\'':
			if c != last {
				g.delimiters++
			}
		case '<', '`':
			g.references++
		case '|':
			pipes++
		}
		last = c
	}
	g.pipes = max(g.pipes, pipes)
	g.widest = max(g.widest, len(row))
}

// paragraph is the cost of the paragraph under way.
func (g *effort) paragraph() int {
	cost := 60*g.size + 8_000*g.brackets
	cost += 2 * g.closers * g.widest
	cost += 2 * g.delimiters * g.delimiters
	cost += 2 * g.definitions * g.definitions * 8
	cost += g.references * min(g.size, 4_000)
	cost += 400 * g.pipes * g.rows
	return cost
}

func (g *effort) flush() {
	g.total += g.paragraph()
	*g = effort{line: g.line, start: g.start, total: g.total, allNotes: g.allNotes, allDefinitions: g.allDefinitions}
	if notes := 6 * g.allNotes * g.allDefinitions; notes > maxEffort {
		g.total += notes
	}
}

// markers counts the quotation and list marks at the head of a line, and its
// indentation in steps of a list's.
func markers(row []byte) int {
	n, blanks := 0, 0
	for i := 0; i < len(row); i++ {
		switch c := row[i]; {
		case c == ' ':
			blanks++
		case c == '\t':
			blanks += 4
		case c == '>', (c == '-' || c == '+' || c == '*' || c == ':') && i+1 < len(row) && (row[i+1] == ' ' || row[i+1] == '\t' || row[i+1] == '\n'):
			n++
		case c >= '0' && c <= '9':
			j := i
			for j < len(row) && row[j] >= '0' && row[j] <= '9' {
				j++
			}
			if j+1 >= len(row) || row[j] != '.' && row[j] != ')' || row[j+1] != ' ' && row[j+1] != '\t' {
				return n
			}
			n++
			i = j
		default:
			return n
		}
	}
	if n == blanks { // "* * *" and "- - -" are rules
		return 0
	}
	return n
}
