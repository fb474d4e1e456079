package theme

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
)

var update = flag.Bool("update", false, "write the expected files anew")

// codeStyle gives chroma a colour for each kind of word, unlike any other, to be
// replaced by the custom property of that name.
func codeStyle(t *testing.T) (*chroma.Style, *strings.Replacer) {
	t.Helper()
	var pairs []string
	property := func(name string) string {
		c := fmt.Sprintf("#0000%02x", len(pairs)+16)
		pairs = append(pairs, c, "var(--"+name+")")
		return c
	}
	ink, comment, keyword, text := property("ink"), property("code-comment"), property("code-keyword"), property("code-text")
	number, name, added, removed := property("code-number"), property("code-name"), property("code-added"), property("code-removed")
	s, err := chroma.NewStyle("theme", chroma.StyleEntries{
		chroma.Background: ink, chroma.LineHighlight: "bg:" + property("code-marked"), chroma.LineNumbers: comment, chroma.LineNumbersTable: comment,
		chroma.Comment: "italic " + comment, chroma.CommentPreproc: "noitalic " + keyword,
		chroma.Keyword: keyword, chroma.KeywordType: name, chroma.KeywordConstant: number, chroma.OperatorWord: keyword,
		chroma.LiteralString: text, chroma.LiteralStringEscape: number, chroma.LiteralStringInterpol: number, chroma.LiteralStringRegex: number,
		chroma.LiteralNumber: number, chroma.LiteralDate: number, chroma.NameConstant: number,
		chroma.NameFunction: name, chroma.NameClass: name, chroma.NameBuiltin: name, chroma.NameNamespace: name, chroma.NameDecorator: number,
		chroma.NameTag: keyword, chroma.NameAttribute: name, chroma.NameEntity: number, chroma.NameException: name,
		chroma.GenericDeleted: removed, chroma.GenericInserted: added, chroma.GenericHeading: "bold", chroma.GenericSubheading: "bold",
		chroma.GenericEmph: "italic", chroma.GenericStrong: "bold", chroma.GenericPrompt: comment, chroma.GenericOutput: comment, chroma.GenericError: removed,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, strings.NewReplacer(pairs...)
}

// codeCSS is what chroma's HTML formatter says of the style, one rule a line.
func codeCSS(t *testing.T) string {
	t.Helper()
	style, properties := codeStyle(t)
	var raw bytes.Buffer
	if err := html.New(html.WithClasses(true)).WriteCSS(&raw, style); err != nil {
		t.Fatal(err)
	}
	comment := regexp.MustCompile(`/\*.*?\*/ *`)
	var b strings.Builder
	b.WriteString("\n/* ---- Highlighted code: written by chroma's HTML formatter; a test keeps it so ---- */\n\n")
	for line := range strings.Lines(properties.Replace(raw.String())) {
		rule := strings.TrimSpace(comment.ReplaceAllString(line, ""))
		if rule != "" && !strings.HasPrefix(rule, ".bg") {
			b.WriteString(rule + "\n")
		}
	}
	return b.String()
}

// TestCodeStyleIsWhatChromaWrites keeps css/80-code.css true to chroma's classes.
func TestCodeStyleIsWhatChromaWrites(t *testing.T) {
	want := codeCSS(t)
	const file = "css/80-code.css"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what chroma writes; run the tests with -update", file)
	}
}
