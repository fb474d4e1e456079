package settings

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimits: at each limit a file is read, one step beyond it is refused in words.
// README.md lists them.
func TestLimits(t *testing.T) {
	for _, limit := range []struct {
		name, words string
		most        int
		text        func(n int) string
	}{
		{"the file", "at most 64 KB", MaxBytes, func(n int) string { return "title: x\n#" + strings.Repeat("c", n-len("title: x\n#")) }},
		{"brackets", "nested too deeply", maxBrackets, func(n int) string {
			return "title: x\n" + strings.Repeat("# [\n", n)
		}},
		{"indentation", "nested too deeply", 8 * maxDepth, func(n int) string {
			return "title: x\n" + strings.Repeat(" ", n) + "# deep\n"
		}},
		{"links of the menu", "at most 30", maxNav, func(n int) string {
			text := "nav:\n"
			for i := range n {
				text += fmt.Sprintf("  - L%d: /l%[1]d/\n", i)
			}
			return text
		}},
		{"topics", "at most 20", maxTopics, func(n int) string {
			text := "topics:\n"
			for i := range n {
				text += fmt.Sprintf("  - id: t%d\n    title: T%[1]d\n    tags: [t%[1]d]\n", i)
			}
			return text
		}},
	} {
		t.Run(limit.name, func(t *testing.T) {
			if _, _, err := Parse([]byte(limit.text(limit.most))); err != nil {
				t.Errorf("at the limit of %d: %v", limit.most, err)
			}
			if _, _, err := Parse([]byte(limit.text(limit.most + 1))); err == nil || !strings.Contains(err.Error(), limit.words) {
				t.Errorf("beyond the limit of %d: %v", limit.most, err)
			}
		})
	}
}

// TestAliasesOfAliases: a few bytes that would become a great many.
func TestAliasesOfAliases(t *testing.T) {
	bomb := "title: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d]\n", i+1, i+1, i)
	}
	if _, _, err := Parse([]byte(bomb)); err == nil || len(err.Error()) > 10_000 {
		t.Errorf("got %.300v", err)
	}
}
