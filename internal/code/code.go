// Package code tells the words of a program apart, for colours. Its 220 languages take
// eight milliseconds of every start of a program, so it stands apart from package post:
// a function that writes no page is without it.
package code

import (
	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// Tokens hands out the text piece by piece, each with the short class that style sheets
// for chroma and Pygments name, or "". It reports false, perhaps after some pieces, if
// the language is not known or the text is not what its lexer was made for.
func Tokens(text, language string, piece func(class, text string)) (done bool) {
	lexer := lexers.Get(language)
	if lexer == nil || lexer.Config().Name == "plaintext" {
		return false
	}
	defer func() {
		if recover() != nil { // a fault in one of chroma's lexers costs the colours, not the page
			done = false
		}
	}()
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, text)
	if err != nil {
		return false
	}
	written := 0
	for t := tokens(); t != chroma.EOF; t = tokens() {
		written += len(t.Value)
		piece(class(t.Type), t.Value)
	}
	return written >= len(text) // else the lexer gave up
}

func class(t chroma.TokenType) string {
	for t != 0 {
		if class, ok := chroma.StandardTypes[t]; ok {
			return class
		}
		t = t.Parent()
	}
	return ""
}
