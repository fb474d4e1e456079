package post

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are the sources of all cases in testdata.
func seeds(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, one := range strings.Split(string(raw), "\n=== ")[1:] {
			_, body, _ := strings.Cut(one, "\n")
			source, _, _ := strings.Cut(body, "\n--- ")
			f.Add([]byte(source))
		}
	}
}

// FuzzRender: whatever the text, the HTML is well-formed and harmless.
func FuzzRender(f *testing.F) {
	seeds(f)
	for _, make := range hostile() {
		f.Add([]byte(make(200)))
	}
	f.Add([]byte("<b {#a}\n\n[x](<java\tscript:1>) ![](//x.jpg) <a href=' javascript:x'>\n<p id=a><p id=a>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Parse("posts/fuzz.md", body, Options{})
		if err != nil {
			return
		}
		checkRendered(t, p)
	})
}

// pieces are what texts at random are made of: tags in every order, and Markdown
// between them.
var pieces = func() []string {
	all := []string{"\n\n", "\n", "w ", "*", "**", "~~", "`", "- ", "> ", "1. ", "# ", "    ", "\n: ", "\n```\n", "{#a .b}", "[a](b.md)", "![p](q.jpg)", "[^1]", "\n[^1]: z",
		"\n| a | b |\n|---|---|\n| c", "\n> [!NOTE]\n> "}
	for _, tag := range strings.Fields(`p div span br ul ol li dl dt dd blockquote pre code table tbody tr td caption figure details summary sub b i a s
		section aside h1 h3 img colgroup col ruby rt iframe svg script form select my-x math template noscript`) {
		all = append(all, "<"+tag+">", "</"+tag+">", "<"+tag+" href=/x id=a class=b src=a.jpg alt=z>", "\n\n<"+tag+"/>")
	}
	return all
}()

// FuzzPieces: the same of texts in which each byte stands for one of the pieces,
// which finds orders of tags that changes of single letters do not.
func FuzzPieces(f *testing.F) {
	for _, s := range [][]string{
		{"<a>", "<table>", "w ", "<td>", "<a>"},
		{"<a href=/x id=a class=b src=a.jpg alt=z>", "<p>", "\n\n", "<blockquote>", "w ", "</p>"},
		{"<ol>", "\n\n", "<li>", "**", "<div>", "[a](b.md)", "</ol>", "**"},
	} {
		var text []byte
		for _, piece := range s {
			text = append(text, byte(slices.Index(pieces, piece)))
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var body strings.Builder
		for _, b := range text[:min(len(text), 200)] {
			body.WriteString(pieces[int(b)%len(pieces)])
		}
		p, err := Parse("posts/fuzz.md", []byte(body.String()), Options{})
		if err != nil {
			return
		}
		checkRendered(t, p)
		if t.Failed() {
			t.Logf("the text: %q", body.String())
		}
	})
}

// FuzzParse: whatever the front matter, there is an answer, and what it says
// keeps its promises.
func FuzzParse(f *testing.F) {
	seeds(f)
	for _, s := range []string{"---\na: &a [*a]\n---\n", "---\n- - - a\n---\n", "+++\na = [[[1]]]\n+++\n", "---\n? [a]: b\n<<: *c\n---\n",
		"---\nbook: {rating: .nan, year: 1e3}\n---\n", "---\ndate: 9999-12-31T24:00:00+99:99\n---\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Parse("posts/folder/2024-01-02-fuzz.md", body, Options{})
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.What == "" || e.Instead == "" {
				t.Errorf("not an error for an author: %v", err)
			}
			return
		}
		if p.Title == "" || p.Slug == "" || Slugify(p.Slug) != p.Slug {
			t.Errorf("title %q, slug %q", p.Title, p.Slug)
		}
		for _, s := range append([]string{p.Title, p.Description, p.Author, p.Image, p.Subject}, p.Tags...) {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !printable(r) || r == '\n' }) {
				t.Errorf("%q cannot stand in a page", s)
			}
		}
		for _, a := range p.Aliases {
			if !strings.HasPrefix(a, "/") || !strings.HasSuffix(a, "/") || strings.Contains(a, "/../") {
				t.Errorf("alias %q", a)
			}
		}
		if b := p.Book; b != nil && (b.Title == "" || b.Rating < 0 || b.Rating > 5) {
			t.Errorf("book %+v", *b)
		}
	})
}

// FuzzName: whatever a file is called, its post has an address and a title.
func FuzzName(f *testing.F) {
	for _, key := range []string{"posts/a.md", "posts/.md", "posts/ .markdown", "posts/2024-05-01-.md", "posts/pages/index.md", "posts/a/2024-02-30-b/Index.MD", "posts/日本/_index.md", "posts/\xff.md", "posts//.md", "posts/../x.md"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if !utf8.ValidString(key) {
			return // no key of S3
		}
		if !IsMarkdown(key) || Ignored(key) {
			return
		}
		if IsImage(key) {
			t.Errorf("%q is both", key)
		}
		p, err := Parse(key, []byte("Text."), Options{})
		if err != nil {
			return
		}
		if p.Title == "" || p.Slug == "" || Slugify(p.Slug) != p.Slug || strings.Contains(p.Slug, "/") {
			t.Errorf("%q: title %q, slug %q", key, p.Title, p.Slug)
		}
	})
}

// FuzzPlainYAML: the quick reader of simple front matter and the full parser agree.
func FuzzPlainYAML(f *testing.F) {
	for _, s := range []string{"title: a b\n", "tags: [a, \"b\", c d]\n", "tags:\n  - a\n  - 'b'\nx: 1\n", "a: null\nb: \"\"\n", "a: b#c\n", "a: 2024-01-01 10:00\n",
		"a: /x/ (y)\n", "a: b  \n# c\nd:\n", "a: yes, no\n", "a: [ ]\n", "a: b\\c\n", "é: x\n", "a: é\n", "a:\nb: - c\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !printable(r) }) {
			return
		}
		quick, ok := readPlainYAML([]byte(s), 1)
		if !ok {
			return
		}
		if _, deep := tooDeep([]byte(s)); deep {
			return // plain text with brackets, which the full parser is not tried with
		}
		full, errs := readFullYAML("k", []byte(s), 1)
		if len(errs) > 0 {
			t.Fatalf("%q: the full parser says %v", s, errs)
		}
		if full == nil {
			t.Fatalf("%q: the full parser finds no settings", s)
		}
		if a, b := outline(*quick), outline(*full); a != b {
			t.Errorf("%q:\n%s\nbut the full parser says\n%s", s, a, b)
		}
	})
}

// outline is a value without its lines.
func outline(v value) string {
	switch v.kind {
	case scalar:
		return "‹" + v.text + "›"
	case list:
		var all []string
		for _, item := range v.list {
			all = append(all, outline(item))
		}
		return "[" + strings.Join(all, " ") + "]"
	case mapping:
		var all []string
		for _, f := range v.fields {
			all = append(all, f.name+"="+outline(f.value))
		}
		return "{" + strings.Join(all, " ") + "}"
	}
	return "-"
}
