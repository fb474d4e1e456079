package build

import (
	"cmp"
	"fmt"
)

func (p Problem) compare(q Problem) int {
	return cmp.Or(cmp.Compare(p.Key, q.Key), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Text, q.Text))
}

// String is the problem in one line, the file first.
func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.Key, p.Line, p.Text)
	}
	return fmt.Sprintf("%s: %s", p.Key, p.Text)
}
