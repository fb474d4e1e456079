package post

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Markdown has constructions whose parsing takes time, and memory, with the square of
// their size. guard adds up what the parser will spend, so that a hostile megabyte is
// refused at once; an ordinary text of book length costs a hundredth of the bound.
const (
	maxEffort  = 1_500_000_000 // steps of the parser, about a nanosecond each
	maxColumns = 256
)

// guard reports the line (from 0) of the first passage that would take too long
// to parse, and what is wrong there; nothing is wrong if what is empty.
func guard(src []byte) (line int, what string) {
	if line, depth := nestedTooDeep(src); depth > 0 {
		return line, fmt.Sprintf("quotations or lists are nested %d deep", depth)
	}
	var g effort
	at := 0
	_ = ast.Walk(outliner().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindCodeBlock, ast.KindFencedCodeBlock:
			return ast.WalkSkipChildren, nil // taken as it is
		case east.KindFootnote:
			g.notesDefined++
		}
		if n.Type() == ast.TypeInline || n.Lines().Len() == 0 {
			return ast.WalkContinue, nil
		}
		at = n.Lines().At(0).Start
		for _, s := range n.Lines().Sliced(0, n.Lines().Len()) {
			if n.Kind() == ast.KindHTMLBlock {
				g.addRaw(s.Value(src))
			} else {
				g.add(s.Value(src))
			}
		}
		if what = g.verdict(); what != "" {
			return ast.WalkStop, nil
		}
		g.flush()
		return ast.WalkSkipChildren, nil
	})
	if what == "" {
		return 0, ""
	}
	return bytes.Count(src[:at], []byte("\n")), what
}

// effort counts what makes a paragraph costly.
type effort struct {
	total int // of the paragraphs before
	paragraph
	notes, notesDefined int // of the whole text
}

// paragraph is a block of text.
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

// addRaw counts a line of HTML, in which Markdown means nothing.
func (g *effort) addRaw(row []byte) {
	g.size += len(row)
	g.odd += bytes.Count(row, []byte("<"))
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
