package post

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// writer renders the tree as HTML. It writes only elements and attributes that
// it knows, so nothing it writes needs sanitising but what an author's raw HTML
// brought.
type writer struct {
	out      []byte
	src      []byte
	doc      ast.Node
	ids      map[string]bool // ids that are taken; nil until one is asked for
	r        Resolver
	mail     bool // for a mail: no ids, classes or colours that need a style sheet
	shift    int  // added to the level of headings
	prefix   string
	noRaw    bool // leave raw HTML out altogether
	noRefs   bool // footnote marks without links, for a text whose notes were cut off
	raw      bool // raw HTML was written
	inLink   int
	spans    int            // elements of running text under way
	pictures int            // written so far
	coloured int            // bytes of code that were highlighted
	open     map[string]int // formatting elements of raw HTML blocks not closed yet
	// inlineOpen are the elements that raw HTML opened in the running text under way.
	inlineOpen []string
}

func (w *writer) str(s string)        { w.out = append(w.out, s...) }
func (w *writer) esc(s string)        { w.out = appendEscaped(w.out, s) }
func (w *writer) attr(k, v string)    { w.str(" " + k + `="`); w.esc(v); w.str(`"`) }
func (w *writer) num(k string, n int) { w.str(" " + k + `="` + strconv.Itoa(n) + `"`) }

// appendEscaped writes text so that it is text in HTML and in a quoted attribute.
func appendEscaped[T string | []byte](out []byte, s T) []byte {
	from := 0
	for i := range len(s) {
		var e string
		switch s[i] {
		case '&':
			e = "&amp;"
		case '<':
			e = "&lt;"
		case '>':
			e = "&gt;"
		case '"':
			e = "&#34;"
		default:
			continue
		}
		out = append(out, s[from:i]...)
		out = append(out, e...)
		from = i + 1
	}
	return append(out, s[from:]...)
}

// identity writes the id and class an author gave to a node.
func (w *writer) identity(n ast.Node, class string) {
	if w.mail {
		return
	}
	if n.Attributes() != nil {
		_, heading := n.(*ast.Heading) // has had one given that is no other's
		if id := cleanID(attribute(n, "id")); id != "" && (heading || w.fresh(id)) {
			w.attr("id", id)
		}
		if own := cleanClass(attribute(n, "class")); own != "" {
			if class != "" {
				class += " "
			}
			class += own
		}
	}
	if class != "" {
		w.attr("class", class)
	}
}

// fresh tells whether an id is no heading's, not the frame's, and has not been written before.
func (w *writer) fresh(id string) bool {
	if w.ids == nil {
		w.ids = map[string]bool{}
		for _, id := range frameIDs {
			w.ids[id] = true
		}
		_ = ast.Walk(w.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if h, ok := n.(*ast.Heading); ok && entering {
				w.ids[attribute(h, "id")] = true
			}
			return ast.WalkContinue, nil
		})
	}
	if w.ids[id] {
		return false
	}
	w.ids[id] = true
	return true
}

// blocks writes all children of a node.
func (w *writer) blocks(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(c)
	}
}

func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		w.paragraph(n)
	case *ast.TextBlock:
		w.inlines(n)
		if n.NextSibling() != nil {
			w.str("\n")
		}
	case *ast.Heading:
		w.heading(n)
	case *ast.ThematicBreak:
		w.str("<hr>\n")
	case *ast.CodeBlock:
		w.code(n, "")
	case *ast.FencedCodeBlock:
		w.code(n, fenceLanguage(n, w.src))
	case *ast.Blockquote:
		w.quotation(n)
	case *ast.List:
		w.list(n)
	case *ast.HTMLBlock:
		w.htmlBlock(n)
	case *east.Table:
		w.table(n)
	case *east.DefinitionList:
		w.wrap("dl", n)
	case *east.DefinitionTerm:
		w.str("<dt>")
		w.inlines(n)
		w.str("</dt>\n")
	case *east.DefinitionDescription:
		w.str("<dd>")
		w.blocks(n)
		w.str("</dd>\n")
	case *east.FootnoteList:
		w.footnotes(n)
	case *ast.LinkReferenceDefinition:
	default:
		if n.Type() == ast.TypeInline {
			w.inline(n)
			return
		}
		w.blocks(n)
	}
}

func (w *writer) wrap(element string, n ast.Node) {
	w.str("<" + element + ">\n")
	w.blocks(n)
	w.str("</" + element + ">\n")
}

func (w *writer) paragraph(n *ast.Paragraph) {
	if only := onlyPicture(n); only != nil && w.figure(n, only) {
		return
	}
	start, class := len(w.out), ""
	if isCard(n) {
		class = "card"
	}
	w.str("<p")
	w.identity(n, class)
	w.str(">")
	empty := len(w.out)
	w.inlines(n)
	if len(w.out) == empty {
		w.out = w.out[:start]
		return
	}
	w.str("</p>\n")
}

// isCard tells whether a paragraph is nothing but a link in place of something
// embedded.
func isCard(n *ast.Paragraph) bool {
	l, ok := n.FirstChild().(*ast.Link)
	return ok && n.ChildCount() <= 2 && attribute(l, "class") == "card"
}

func (w *writer) heading(n *ast.Heading) {
	level := strconv.Itoa(w.level(n))
	w.str("<h" + level)
	w.identity(n, "")
	w.str(">")
	w.inlines(n)
	w.str("</h" + level + ">\n")
}

// level is a heading's in the page, whose h1 is the title.
func (w *writer) level(n *ast.Heading) int { return min(6, n.Level+w.shift) }

func (w *writer) quotation(n *ast.Blockquote) {
	kind := attribute(n, "callout")
	switch {
	case kind == "":
		w.str("<blockquote")
		w.identity(n, "")
		w.str(">\n")
		w.blocks(n)
		w.str("</blockquote>\n")
	case w.mail:
		w.str("<blockquote>\n<p><strong>")
		w.esc(attribute(n, "callout-title"))
		w.str("</strong></p>\n")
		w.blocks(n)
		w.str("</blockquote>\n")
	default:
		w.str(`<aside class="callout callout-` + kind + `" role="note">` + "\n" + `<p class="callout-title">`)
		w.esc(attribute(n, "callout-title"))
		w.str("</p>\n")
		w.blocks(n)
		w.str("</aside>\n")
	}
}
