package post

import (
	"bytes"
	"sync"
	"unicode"

	"github.com/yuin/goldmark"
	emoji "github.com/yuin/goldmark-emoji"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads CommonMark, GitHub's extensions and those of Markdown Extra. It
// is configured once, when first needed (a function that only counts subscribers
// starts the sooner), never changed, and safe for many goroutines.
var markdown = sync.OnceValue(newMarkdown)

// languageKey is where the language of the text is found while it is parsed.
var languageKey = parser.NewContextKey()

func newMarkdown() parser.Parser {
	md := goldmark.New(
		goldmark.WithParserOptions(
			parser.WithAttribute(),
			parser.WithInlineParsers(
				util.Prioritized(&quickLinkify{extension.NewLinkifyParser()}, 999),
				util.Prioritized(newTypography(), 9999),
				util.Prioritized(attributes{}, 50),
			),
		),
		goldmark.WithExtensions(
			extension.Table,
			extension.Strikethrough,
			extension.TaskList,
			extension.Footnote,
			extension.DefinitionList,
			emoji.Emoji,
		),
	)
	return md.Parser()
}

// outliner finds the blocks of a text and reads nothing inside of them: what is code, and
// how far a paragraph goes, only the parser knows. It takes time in proportion to the size,
// and has the block parsers of newMarkdown's extensions.
var outliner = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(parser.WithBlockParsers(append(parser.DefaultBlockParsers(),
		util.Prioritized(extension.NewFootnoteBlockParser(), 999),
		util.Prioritized(extension.NewDefinitionListParser(), 101),
		util.Prioritized(extension.NewDefinitionDescriptionParser(), 102),
	)...))
})

// parseMarkdown makes the tree of a text.
func parseMarkdown(src []byte, language string) ast.Node {
	pc := parser.NewContext()
	pc.Set(languageKey, language)
	return markdown().Parse(text.NewReader(src), parser.WithContext(pc))
}

// quickLinkify asks for a bare address only where a word looks like one. The
// parser behind it is called at every space, and takes half of all parsing time.
type quickLinkify struct{ parser.InlineParser }

func (q *quickLinkify) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	word := line
	switch line[0] {
	case ' ', '*', '_', '~', '(':
		word = line[1:]
	}
	if !likeAddress(word) {
		return nil
	}
	return q.InlineParser.Parse(parent, block, pc)
}

// likeAddress tells whether a word may be the address of a page or of a mailbox.
func likeAddress(word []byte) bool {
	if len(word) < 5 {
		return false
	}
	switch word[0] {
	case 'h', 'w', 'f':
		if bytes.HasPrefix(word, []byte("http")) || bytes.HasPrefix(word, []byte("www.")) || bytes.HasPrefix(word, []byte("ftp:")) {
			return true
		}
	}
	for i, c := range word[:min(len(word), 80)] {
		switch c {
		case '@':
			return i > 0
		case ' ', '\n', '(', '<', '>', '[', ']', '"':
			return false
		}
	}
	return false
}

// typography turns straight quotation marks, "--" and "..." into what a
// typesetter would set, as the language of the text has it.
type typography struct {
	parser.InlineParser // of English, for what all have in common
	by                  map[string]parser.InlineParser
	single              map[string][]byte // the mark that opens a quotation in a quotation
}

func newTypography() *typography {
	t := &typography{by: map[string]parser.InlineParser{}, single: map[string][]byte{}}
	for _, style := range []struct {
		languages                      []string
		left, right, leftOne, rightOne string
	}{
		{[]string{""}, "“", "”", "‘", "’"},
		{[]string{"de", "cs", "sk", "sl", "hr", "is", "lt", "bg"}, "„", "“", "‚", "‘"},
		{[]string{"pl", "ro", "hu", "nl"}, "„", "”", "‚", "’"},
		{[]string{"fr"}, "« ", " »", "‹ ", " ›"},
		{[]string{"es", "it", "pt", "ru", "uk", "el", "no", "nb", "nn", "ca"}, "«", "»", "“", "”"},
		{[]string{"da"}, "»", "«", "›", "‹"},
		{[]string{"sv", "fi"}, "”", "”", "’", "’"},
	} {
		p := extension.NewTypographerParser(extension.WithTypographicSubstitutions(map[extension.TypographicPunctuation]string{
			extension.LeftDoubleQuote:  style.left,
			extension.RightDoubleQuote: style.right,
			extension.LeftSingleQuote:  style.leftOne,
			extension.RightSingleQuote: style.rightOne,
			extension.EnDash:           "–",
			extension.EmDash:           "—",
			extension.Ellipsis:         "…",
			extension.LeftAngleQuote:   "«",
			extension.RightAngleQuote:  "»",
			extension.Apostrophe:       "’",
		}))
		for _, l := range style.languages {
			t.by[l], t.single[l] = p, []byte(style.leftOne)
		}
	}
	t.InlineParser = t.by[""]
	return t
}

func (t *typography) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	language, _ := pc.Get(languageKey).(string)
	if t.by[language] == nil {
		language = ""
	}
	if line, _ := block.PeekLine(); line[0] == '\'' && opensWord(line) && !inWord(block.PrecendingCharacter()) {
		block.Advance(1)
		return ast.NewString(t.single[language])
	}
	return t.by[language].Parse(parent, block, pc)
}

// opensWord tells whether a single quotation mark opens a quotation that closes in
// the same line. Left to itself the parser takes the mark before t, e, n and l for
// the apostrophe of 'twas and 'em.
func opensWord(line []byte) bool {
	if len(line) < 3 || !bytes.ContainsRune([]byte("tenl"), rune(line[1])) {
		return false
	}
	for i := 2; i < min(len(line), 200); i++ {
		if line[i] == '\'' && line[i-1] != ' ' {
			return i+1 == len(line) || !inWord(rune(line[i+1])) && line[i+1] < 0x80
		}
	}
	return false
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// CloseBlock forgets quotations left open at the end of a block. The parsers
// behind have such a method too, but not of the shape that goldmark calls.
func (t *typography) CloseBlock(parent ast.Node, _ text.Reader, pc parser.Context) {
	if c, ok := t.InlineParser.(interface {
		CloseBlock(ast.Node, parser.Context)
	}); ok {
		c.CloseBlock(parent, pc) // the count is the context's, so any of them will do
	}
}
