package post

import (
	"bytes"
	"fmt"
)

// Markdown has constructions whose parsing takes time with the square of their
// size. guard adds up what the parser will spend, so that a hostile megabyte is
// refused at once; an ordinary text of book length costs a hundredth of the bound.
const (
	maxNesting = 64            // quotations and lists in each other on one line
	maxEffort  = 1_500_000_000 // steps of the parser, about a nanosecond each
	maxColumns = 256
)

// guard reports the line (from 0) of the first passage that would take too long
// to parse, and what is wrong there; nothing is wrong if what is empty.
func guard(src []byte) (line int, what string) {
	var g effort
	var fence []byte
	for row := range bytes.Lines(src) {
		// Also of a line with nothing behind its marks, and of what looks like code: a fence
		// may have ended with the quotation it is in.
		if depth := markers(row); depth > maxNesting {
			return g.line, fmt.Sprintf("quotations or lists are nested %d deep", depth)
		}
		text := bytes.TrimLeft(row, " \t>")
		mark := fenceMark(text)
		switch {
		case fence != nil:
			if len(mark) >= len(fence) && mark[0] == fence[0] {
				fence = nil
			}
		case len(bytes.TrimSpace(text)) == 0 || mark != nil:
			fence = mark
			g.flush()
			g.start = g.line + 1
		default:
			g.add(row)
		}
		g.line++
		if what := g.verdict(); what != "" {
			return g.start, what
		}
	}
	return 0, ""
}

// effort counts what makes a paragraph costly.
type effort struct {
	line, start int
	total       int // of the paragraphs before
	paragraph
	notes, notesDefined int // of the whole text
}

// paragraph is a run of lines without an empty one.
type paragraph struct {
	size, rows, widest      int
	closers, delimiters     int
	pipes, definitions, odd int
	brackets                int // weighted by how far each is searched for its end
}

func (g *effort) verdict() string {
	if g.pipes > maxColumns && g.rows > 1 {
		return "a table has too many columns"
	}
	if g.total+g.cost()+10*g.notes*g.notesDefined > maxEffort {
		return "a paragraph is too long and too tangled to be read"
	}
	return ""
}

func (g *effort) flush() {
	g.total += g.cost()
	g.paragraph = paragraph{}
}

func (g *effort) add(row []byte) {
	g.size += len(row)
	g.rows++
	pipes := 0
	var last byte
	for i, c := range row {
		switch c {
		case '[':
			g.brackets += min(len(row), 2_000)
			if i+1 < len(row) && row[i+1] == '^' {
				g.notes++
			}
		case ']':
			if i+1 < len(row) {
				switch row[i+1] {
				case '(':
					g.closers++
				case ':':
					g.definitions++
					if row[0] == '[' && len(row) > 1 && row[1] == '^' {
						g.notesDefined++
					}
				}
			}
		case '*', '_', '~', '"', '\'':
			if c != last {
				g.delimiters++
			}
		case '<', '`':
			g.odd++
		case '|':
			pipes++
		}
		last = c
	}
	g.pipes = max(g.pipes, pipes)
	g.widest = max(g.widest, len(row))
}

// cost is that of a paragraph, in steps; the factors were measured.
func (p *paragraph) cost() int {
	cost := 60*p.size + 15*p.brackets
	cost += 2 * p.closers * p.widest
	cost += 2 * p.delimiters * p.delimiters
	cost += 16 * p.definitions * p.definitions
	cost += p.odd * min(p.size, 4_000)
	return cost + 400*p.pipes*p.rows
}

// markers counts the quotation and list marks at the head of a line; an
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
