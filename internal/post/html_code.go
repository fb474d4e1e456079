package post

import (
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
)

// A lexer may take long over text that is not what it was made for, so only
// blocks of a sane size get colours.
const (
	maxHighlight     = 32 << 10
	maxHighlightLine = 2 << 10
	maxHighlightPost = 200 << 10 // in one post; each block counts for at least a KB
)

// fenceLanguage is the language named on a fence: "go", "go {linenos=true}",
// "{.go}" and "language-go" all mean go.
func fenceLanguage(n *ast.FencedCodeBlock, src []byte) string {
	if n.Info == nil {
		return ""
	}
	info := strings.TrimSpace(string(unescape(n.Info.Value(src))))
	info = strings.TrimPrefix(strings.TrimPrefix(info, "{"), ".")
	if end := strings.IndexAny(info, " \t,{}:="); end >= 0 {
		info = info[:end]
	}
	return cleanClass(strings.TrimPrefix(strings.ToLower(info), "language-"))
}

// code writes a block of code, with chroma's classes where its language is known.
func (w *writer) code(n ast.Node, language string) {
	var text strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		text.Write(line.Value(w.src))
	}
	code := text.String()
	if w.mail {
		w.str("<pre><code>")
		w.esc(code)
		w.str("</code></pre>\n")
		return
	}
	w.str(`<pre class="chroma" tabindex="0"><code`)
	if language != "" {
		w.attr("class", "language-"+language)
	}
	w.str(">")
	if !w.highlight(code, language) {
		w.esc(code)
	}
	w.str("</code></pre>\n")
}

// highlight writes code with a span for each token; false if it wrote nothing.
func (w *writer) highlight(code, language string) (done bool) {
	if language == "" || len(code) > maxHighlight || longestLine(code) > maxHighlightLine || w.coloured > maxHighlightPost {
		return false
	}
	w.coloured += 1<<10 + len(code)
	lexer := lexers.Get(language)
	if lexer == nil || lexer.Config().Name == "plaintext" {
		return false
	}
	start := len(w.out)
	defer func() {
		if recover() != nil { // a fault in one of chroma's 250 lexers costs the colours, not the page
			w.out, done = w.out[:start], false
		}
	}()
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return false
	}
	written := 0
	for t := tokens(); t != chroma.EOF; t = tokens() {
		written += len(t.Value)
		class := tokenClass(t.Type)
		if class == "" || strings.TrimSpace(t.Value) == "" {
			w.esc(t.Value)
			continue
		}
		w.str(`<span class="` + class + `">`)
		w.esc(t.Value)
		w.str("</span>")
	}
	if written < len(code) { // the lexer gave up: the text matters more than its colours
		w.out = w.out[:start]
		return false
	}
	return true
}

// tokenClass is the short class that style sheets for chroma and Pygments name.
func tokenClass(t chroma.TokenType) string {
	for t != 0 {
		if class, ok := chroma.StandardTypes[t]; ok {
			return class
		}
		t = t.Parent()
	}
	return ""
}

func longestLine(s string) int {
	longest := 0
	for line := range strings.Lines(s) {
		longest = max(longest, len(line))
	}
	return longest
}
