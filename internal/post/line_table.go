package post

import (
	"sort"
)

// lineTable finds the line of the file for an offset in the text that was parsed.
type lineTable struct {
	starts []int // offsets at which lines begin
	lines  []int // their numbers in the file
}

func newLineTable(src []byte, first int) *lineTable {
	t := &lineTable{starts: []int{0}, lines: []int{first}}
	for i, c := range src {
		if c == '\n' {
			first++
			t.starts, t.lines = append(t.starts, i+1), append(t.lines, first)
		}
	}
	return t
}

func (t *lineTable) at(offset int) int {
	i := sort.SearchInts(t.starts, offset+1) - 1
	return t.lines[max(0, i)]
}
