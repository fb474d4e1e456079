package post

import (
	"strconv"
	"strings"

	emoji "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"golang.org/x/net/html"
)

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
			b.WriteString(rawText(z.Raw()))
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
