package post

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A lexer may take long over text that is not what it was made for, so only
// blocks of a sane size get colours.
const (
	maxHighlight     = 32 << 10
	maxHighlightLine = 2 << 10
	maxHighlightPost = 200 << 10 // in one post; each block counts for at least a KB
)

// Tokens tells the words of a program apart, piece by piece, as package code does.
type Tokens func(text, language string, piece func(class, text string)) (done bool)

var colours Tokens

// RegisterColours gives code on pages its colours. Programs that write pages call it
// when they start, with code.Tokens; it is registered, as formats of pictures are,
// because all others are to do without what it brings along.
func RegisterColours(t Tokens) { colours = t }

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

// code writes a block of code, with classes for colours where its language is known.
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
	start := len(w.out)
	done = colours != nil && colours(code, language, func(class, text string) {
		if class == "" || strings.TrimSpace(text) == "" {
			w.esc(text)
			return
		}
		w.str(`<span class="` + class + `">`)
		w.esc(text)
		w.str("</span>")
	})
	if !done {
		w.out = w.out[:start]
	}
	return done
}

func longestLine(s string) int {
	longest := 0
	for line := range strings.Lines(s) {
		longest = max(longest, len(line))
	}
	return longest
}
