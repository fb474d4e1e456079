package post

import (
	"strconv"
	"strings"
	"unicode/utf8"

	emoji "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/net/html"
)

// textWidth is the column at which plain text is wrapped, as mails have it.
const textWidth = 72

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

// inlines is the running text of a node; a newline in it is a hard break.
func (t *texter) inlines(n ast.Node) string {
	var b strings.Builder
	t.inline(&b, n)
	parts := strings.Split(b.String(), "\x00")
	for i, s := range parts {
		parts[i] = oneLine(s)
	}
	return strings.Trim(strings.Join(parts, "\n"), "\n")
}

func (t *texter) inline(b *strings.Builder, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			value := c.Value(t.w.src)
			if !c.IsRaw() {
				value = unescape(value)
			}
			b.Write(value)
			if c.HardLineBreak() {
				b.WriteByte(0)
			} else if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.CodeSpan:
			b.WriteString(plainText(c, t.w.src))
		case *ast.Image:
			t.picture(b, c)
		case *ast.Link:
			var inner strings.Builder
			t.inline(&inner, c)
			b.WriteString(inner.String())
			t.number(b, inner.String(), t.w.href(string(unescape(c.Destination))))
		case *ast.AutoLink:
			b.Write(c.Label(t.w.src))
		case *ast.RawHTML:
			b.WriteString(strings.ReplaceAll(rawAsText(c.Segments.Value(t.w.src)), "\n", "\x00"))
		case *emoji.Emoji:
			b.WriteString(string(c.Value.Unicode))
		case *east.TaskCheckBox:
			b.WriteString(map[bool]string{true: "[x] ", false: "[ ] "}[c.IsChecked])
		case *east.FootnoteLink:
			b.WriteString("^" + strconv.Itoa(c.Index))
		case *east.FootnoteBacklink:
		default:
			t.inline(b, c)
		}
		if end := swallowed(c, t.w.src); end != nil {
			c = end
		}
	}
}

// picture is a picture's alternative text and caption; one on another site is a link.
func (t *texter) picture(b *strings.Builder, n *ast.Image) {
	if alt := plainText(n, t.w.src); alt != "" {
		b.WriteString("[" + alt + "]")
	}
	if title := unescape(n.Title); len(title) > 0 {
		b.WriteString(" " + string(title))
	}
	if ref := string(unescape(n.Destination)); classify(ref) == page && external(ref) {
		if _, inLink := n.Parent().(*ast.Link); !inLink {
			t.number(b, "", t.w.href(ref))
		}
	}
}

// number puts the number of a link behind its text, unless the text is the address.
func (t *texter) number(b *strings.Builder, text, to string) {
	if to == "" || to[0] == '#' || text == to || "mailto:"+text == to || strings.TrimSuffix(to, "/") == strings.TrimSuffix(text, "/") {
		return
	}
	n, ok := t.numbers[to]
	if !ok {
		t.links = append(t.links, to)
		n = len(t.links)
		t.numbers[to] = n
	}
	b.WriteString(" [" + strconv.Itoa(n) + "]")
}

// rawBlock is the text within a block of raw HTML.
func (t *texter) rawBlock(n *ast.HTMLBlock) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(string(blockSource(n, t.w.src))))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return oneLine(b.String())
		case html.TextToken:
			b.WriteString(html.UnescapeString(string(z.Raw())))
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			switch rule := ruleOf(tok.DataAtom); {
			case rule == tagSwallow:
				swallow(z, tok.Data)
			case rule == tagEmbed:
				b.WriteString(" " + value1(tok, "src") + " ")
				swallow(z, tok.Data)
			case tok.Data == "img" && value1(tok, "alt") != "":
				b.WriteString(" [" + value1(tok, "alt") + "] ")
			default:
				b.WriteByte(' ')
			}
		}
	}
}

// wrap writes text in lines no longer than textWidth where words allow.
func (t *texter) wrap(text, first, rest string) {
	lead := first
	for hard := range strings.SplitSeq(text, "\n") {
		line, width := lead, columns(lead)
		empty := true
		for word := range strings.FieldsSeq(hard) {
			n := columns(word)
			if !empty && width+1+n > textWidth {
				t.out.WriteString(strings.TrimRight(line, " ") + "\n")
				line, width, empty = rest, columns(rest), true
			}
			if !empty {
				line += " "
				width++
			}
			line += word
			width += n
			empty = false
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
		lead = rest
	}
}

// columns is the width of a text on a screen of letters of equal width.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300 && r <= 0x1faff):
			n += 2
		case r >= 0x300 && r <= 0x36f, r == 0x200d, r >= 0xfe00 && r <= 0xfe0f, r == 0x200b:
		default:
			n++
		}
	}
	if n == 0 && utf8.RuneCountInString(s) > 0 {
		return 1
	}
	return n
}
