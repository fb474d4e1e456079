package post

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// calloutHead is the first line of a callout: "[!NOTE]", and as Obsidian has it
// a sign for folding and a title.
var calloutHead = regexp.MustCompile(`^\s*\[!([A-Za-z]+)\][+-]?[ \t]*([^\n]*)\n?$`)

// calloutKind maps the words in use to GitHub's five kinds.
func calloutKind(word string) (kind, title string) {
	switch strings.ToLower(word) {
	case "note", "info", "abstract", "summary", "todo", "example", "quote":
		kind = "note"
	case "tip", "hint", "success", "check", "done":
		kind = "tip"
	case "important", "question", "faq", "help":
		kind = "important"
	case "warning", "attention":
		kind = "warning"
	case "caution", "danger", "error", "bug", "failure", "fail":
		kind = "caution"
	default:
		return "", ""
	}
	return kind, strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
}

// markCallout turns a block quotation whose first line is "[!NOTE]" into a
// callout: the kind and the title are set on it as attributes, the line goes.
func markCallout(q *ast.Blockquote, src []byte) {
	p, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || p.Lines().Len() == 0 {
		return
	}
	first := p.Lines().At(0)
	head := first.Value(src)
	if !bytes.HasPrefix(bytes.TrimLeft(head, " \t"), []byte("[!")) {
		return
	}
	m := calloutHead.FindSubmatch(head)
	if m == nil {
		return
	}
	kind, title := calloutKind(string(m[1]))
	if kind == "" {
		return
	}
	if own := strings.TrimSpace(string(m[2])); own != "" {
		title = string(unescape([]byte(own)))
	}
	for c := p.FirstChild(); c != nil; {
		next := c.NextSibling()
		if at := position(c); at >= first.Stop {
			break
		}
		p.RemoveChild(p, c)
		c = next
	}
	if p.FirstChild() == nil {
		q.RemoveChild(q, p)
	}
	q.SetAttributeString("callout", kind)
	q.SetAttributeString("callout-title", title)
}

// position is the offset at which an inline node begins; -1 if it is not known.
func position(n ast.Node) int {
	if t, ok := n.(*ast.Text); ok {
		return t.Segment.Start
	}
	if at := n.Pos(); at >= 0 {
		return at
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if at := position(c); at >= 0 {
			return at
		}
	}
	return -1
}
