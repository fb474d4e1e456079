package post

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// Text is the body as plain text, wrapped at 72 columns: headings underlined,
// lists, quotations, code and tables readable, pictures as "[alt]", links
// numbered and listed at the end.
func (p *Post) Text(r Resolver) string {
	t := &texter{w: p.writer(r), numbers: map[string]int{}}
	t.blocks(p.doc, "", "")
	if len(t.links) > 0 {
		t.gap("")
		for i, to := range t.links {
			t.out.WriteString("[" + strconv.Itoa(i+1) + "] " + to + "\n")
		}
	}
	return strings.TrimLeft(t.out.String(), "\n")
}

// texter writes the tree as plain text.
type texter struct {
	w       *writer
	out     strings.Builder
	links   []string
	numbers map[string]int
}

// gap puts an empty line between blocks.
func (t *texter) gap(prefix string) {
	if t.out.Len() > 0 {
		t.out.WriteString(strings.TrimRight(prefix, " ") + "\n")
	}
}

// blocks writes the children of a node. The first line begins with first (a list's
// mark), all others with rest.
func (t *texter) blocks(n ast.Node, first, rest string) {
	i := 0
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		lead := rest
		if i == 0 {
			lead = first
		}
		if t.block(c, lead, rest, i > 0) {
			i++
		}
	}
}

// block writes one block and tells whether there was anything to write.
func (t *texter) block(n ast.Node, first, rest string, follows bool) bool {
	gap := func() {
		if follows && !tight(n) || n.Parent() != nil && n.Parent().Type() == ast.TypeDocument && t.out.Len() > 0 {
			t.gap(rest)
		}
	}
	switch n := n.(type) {
	case *ast.Heading:
		text := t.inlines(n)
		if text == "" {
			return false
		}
		gap()
		t.wrap(text, first, rest)
		width := min(textWidth-columns(rest), columns(strings.ReplaceAll(text, "\n", " ")))
		mark := "-"
		if t.w.level(n) == 2 {
			mark = "="
		}
		t.out.WriteString(rest + strings.Repeat(mark, max(3, width)) + "\n")
	case *ast.ThematicBreak:
		gap()
		t.out.WriteString(first + "* * *\n")
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		gap()
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			lead := rest
			if i == 0 {
				lead = first
			}
			t.out.WriteString(strings.TrimRight(lead+"    "+string(line.Value(t.w.src)), " \n") + "\n")
		}
	case *ast.Blockquote:
		gap()
		if title := attribute(n, "callout-title"); title != "" {
			t.out.WriteString(first + "> " + strings.ToUpper(title) + "\n")
			first = rest
		}
		t.blocks(n, first+"> ", rest+"> ")
	case *ast.List:
		gap()
		t.list(n, first, rest)
	case *east.Table:
		gap()
		t.table(n, first, rest)
	case *east.DefinitionTerm:
		text := t.inlines(n)
		gap()
		t.wrap(text, first, rest)
	case *east.DefinitionDescription:
		t.blocks(n, rest+"    ", rest+"    ")
	case *east.FootnoteList:
		gap()
		t.out.WriteString("--\n")
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if note, ok := c.(*east.Footnote); ok {
				mark := "^" + strconv.Itoa(note.Index) + " "
				t.blocks(note, mark, strings.Repeat(" ", len(mark)))
			}
		}
	case *ast.HTMLBlock:
		text := t.rawBlock(n)
		if text == "" {
			return false
		}
		gap()
		t.wrap(text, first, rest)
	case *ast.LinkReferenceDefinition:
		return false
	case *ast.Paragraph, *ast.TextBlock:
		text := t.inlines(n)
		if text == "" {
			return false
		}
		gap()
		t.wrap(text, first, rest)
	default:
		if n.Type() == ast.TypeInline {
			return false
		}
		gap()
		t.blocks(n, first, rest)
	}
	return true
}
