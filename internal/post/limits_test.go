package post

import (
	"fmt"
	"strings"
	"testing"
)

// refused is what an author is told of a file, or "".
func refused(body string) string {
	if _, err := Parse("posts/a.md", []byte(body), Options{}); err != nil {
		return err.Error()
	}
	return ""
}

// TestLimits: at each limit a post is read, one step beyond it is refused in words
// that name what there is too much of. README.md lists them.
func TestLimits(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("words words\n", n/12) + strings.Repeat("w", n%12) }
	front := func(n int) string {
		return "---\ntitle: x\n# " + strings.Repeat("c", n-len("title: x\n# \n")) + "\n---\ntext"
	}
	values := func(n int) string { // beside the ones: both mappings, the list, a name and b
		return "---\nextra: [" + strings.Repeat("1, ", n-4) + "{a: b}]\n---\ntext\n"
	}
	for _, limit := range []struct {
		name  string
		words string
		most  int
		body  func(n int) string
	}{
		{"the file", "a post may have 2 MB", MaxBytes, fill},
		{"front matter", "front matter", maxFrontMatter, front},
		{"quotations in each other", "nested", maxNesting, func(n int) string { return strings.Repeat("> ", n) + "a\n" }},
		{"lists in each other", "nested", maxNesting, func(n int) string { return strings.Repeat("- ", n) + "a\n" }},
		{"values in each other in front matter", "nests too many", maxDepth, func(n int) string {
			return "---\nextra: " + strings.Repeat("[", n-2) + "{a: b}" + strings.Repeat("]", n-2) + "\n---\ntext\n"
		}},
		{"values in front matter", "more than 4000 values", maxValues, values},
		{"different links", "more than 2000 different files", maxRefs, func(n int) string { return counted(n, "[a](x%d.md)\n\n") }},
		{"different pictures", "more than 2000 different files", maxRefs, func(n int) string { return counted(n, "![a](x%d.jpg)\n\n") }},
		{"pictures shown", "more than 10000 times", maxShown, func(n int) string { return strings.Repeat("![a](x.jpg)\n\n", n) }},
		{"bytes of addresses", "longer than 4 MB", maxAddresses, func(n int) string {
			const uses = 1024
			return "[a]: https://example.com/" + strings.Repeat("x", maxAddresses/uses-len("https://example.com/")) + "\n\n" +
				strings.Repeat("[a]\n\n", uses) + strings.Repeat("[b](x)", n-maxAddresses)
		}},
		{"columns of a table", "too many columns", maxColumns - 1, func(n int) string {
			return strings.Repeat("|a", n) + "|\n" + strings.Repeat("|-", n) + "|\n" + strings.Repeat("|b", n) + "|\n"
		}},
	} {
		t.Run(limit.name, func(t *testing.T) {
			if got := refused(limit.body(limit.most)); got != "" {
				t.Errorf("at the limit of %d: %s", limit.most, got)
			}
			if got := refused(limit.body(limit.most + 1)); !strings.Contains(got, limit.words) {
				t.Errorf("beyond the limit of %d: %q", limit.most, got)
			}
		})
	}
}

// counted repeats a text with numbers in it.
func counted(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestBombs: a few bytes that would become a great many become no more than they are.
func TestBombs(t *testing.T) {
	aliases := "---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		aliases += fmt.Sprintf("a%d: &a%d [*a%d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d, *a%[3]d]\n", i+1, i+1, i)
	}
	for _, key := range []string{"tags", "title", "aliases", "book"} {
		p, err := Parse("posts/a.md", []byte(aliases+key+": *a12\n---\ntext\n"), Options{})
		if err == nil && (len(p.Tags) > maxTags || len(p.Title) > 4*maxTitle || len(p.Aliases) > maxTags) {
			t.Errorf("%s: %d tags, a title of %d bytes, %d aliases", key, len(p.Tags), len(p.Title), len(p.Aliases))
		}
	}
	for name, body := range map[string]string{
		"one long address": "[a]: https://example.com/" + strings.Repeat("x", 30_000) + "\n\n" + strings.Repeat("[a] ", 10_000),
		"one long title":   "[a]: /x \"" + strings.Repeat("x", 30_000) + "\"\n\n" + strings.Repeat("[a] ", 10_000),
	} {
		if got := refused(body); !strings.Contains(got, "addresses of all links") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
