package post

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// tight tells whether a block follows the one before it without an empty line: text
// and lists in an item of a tight list.
func tight(n ast.Node) bool {
	switch n.(type) {
	case *ast.TextBlock:
		return true
	case *ast.List:
		_, after := n.PreviousSibling().(*ast.TextBlock)
		return after
	}
	return false
}

func (t *texter) list(n *ast.List, first, rest string) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		if item != n.FirstChild() {
			if !n.IsTight {
				t.gap(rest)
			}
			first = rest
		}
		if item.FirstChild() == nil {
			t.out.WriteString(strings.TrimRight(first+mark, " ") + "\n")
			continue
		}
		t.blocks(item, first+mark, rest+strings.Repeat(" ", len(mark)))
	}
}

// table writes columns of equal width; where that is too wide, each row as a
// short list under its column heads.
func (t *texter) table(n *east.Table, first, rest string) {
	var rows [][]string
	var widths []int
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cell := strings.ReplaceAll(t.inlines(c), "\n", " ")
			if len(cells) == len(widths) {
				widths = append(widths, 0)
			}
			widths[len(cells)] = max(widths[len(cells)], columns(cell))
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	total := columns(rest)
	for _, w := range widths {
		total += w + 2
	}
	lead := first
	if total > textWidth+2 && len(rows) > 1 {
		for i, row := range rows[1:] {
			if i > 0 {
				t.gap(rest)
			}
			for j, cell := range row {
				if cell == "" {
					continue
				}
				head := ""
				if j < len(rows[0]) && rows[0][j] != "" {
					head = rows[0][j] + ": "
				}
				t.wrap(head+cell, lead, rest+"  ")
				lead = rest
			}
		}
		return
	}
	for i, row := range rows {
		var line strings.Builder
		for j, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", max(0, widths[j]-columns(cell))+2))
		}
		t.out.WriteString(strings.TrimRight(lead+line.String(), " ") + "\n")
		lead = rest
		if i == 0 && len(rows) > 1 {
			t.out.WriteString(rest)
			for j, w := range widths {
				t.out.WriteString(strings.Repeat("-", max(1, w)))
				if j < len(widths)-1 {
					t.out.WriteString("  ")
				}
			}
			t.out.WriteString("\n")
		}
	}
}
