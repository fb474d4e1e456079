package post

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestRenderAtOnce: a post is not changed by rendering it, so several goroutines may.
func TestRenderAtOnce(t *testing.T) {
	p, err := Parse("posts/a.md", []byte("# T\n\n## A {#x}\n\nText[^1] <b>b</b> {: #y}\n\n```go\nvar x = 1\n```\n\n> [!NOTE]\n> b\n\n<div id=z>x</div>\n\n[^1]: note\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	html, text := p.HTML(shelf{}), p.Text(shelf{})
	mail, _ := p.MailHTML(shelf{}, 0)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if p.HTML(shelf{}) != html || p.Text(shelf{}) != text {
				t.Error("another rendering")
			}
			if again, _ := p.MailHTML(shelf{}, 0); again != mail {
				t.Error("another mail")
			}
		})
	}
	all.Wait()
}

// TestMailCut: a mail is cut after whole blocks, without marks of notes that were cut off.
func TestMailCut(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "## Part %d\n\nSome words[^n] here.\n\n", i)
	}
	b.WriteString("[^n]: A note.\n")
	p, err := Parse("posts/a.md", []byte(b.String()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole, cut := p.MailHTML(nil, 0)
	if cut || !strings.Contains(whole, "A note.") {
		t.Errorf("cut %v: %s", cut, whole)
	}
	for limit := 100; limit < len(whole); limit += 171 {
		part, cut := p.MailHTML(nil, limit)
		if !cut || len(part) > limit || strings.Contains(part, "href") || strings.HasSuffix(part, "</h2>\n") || len(faults(part)) > 0 {
			t.Errorf("at %d, cut %v: %s", limit, cut, part)
		}
	}
	if part, cut := p.MailHTML(nil, len(whole)); cut || part != whole {
		t.Errorf("what fits was cut")
	}
	long, err := Parse("posts/a.md", []byte("---\ndescription: In short.\n---\n"+strings.Repeat("word ", 1000)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if part, cut := long.MailHTML(nil, 200); !cut || part != "<p>In short.</p>\n" {
		t.Errorf("a first block that does not fit: %q", part)
	}
}

// TestTextWidth: no line of prose is longer than 72 columns unless a single word is.
func TestTextWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zé日]{1,30}`), 1, 80).Draw(t, "words")
		lead := rapid.SampledFrom([]string{"", "> ", "- ", "1. ", "> - "}).Draw(t, "lead")
		p, err := Parse("posts/a.md", []byte(lead+strings.Join(words, " ")+"\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		text := p.Text(nil)
		for line := range strings.SplitSeq(text, "\n") {
			if columns(line) > textWidth && strings.Contains(strings.TrimLeft(line, "> -1."), " ") {
				t.Fatalf("%d columns: %q", columns(line), line)
			}
		}
		if got := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
			if strings.ContainsRune(">-.1", r) {
				return ' '
			}
			return r
		}, text)), " "); got != strings.Join(words, " ") {
			t.Fatalf("words changed: %q", got)
		}
	})
}

func TestTOC(t *testing.T) {
	p, err := Parse("posts/a.md", []byte("---\ntitle: T\n---\n# One *two*\n\n## Three\n\n> ## Quoted\n\n### Four[^1]\n\n[^1]: n\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "[{one-two One two 2} {three Three 3} {four Four 4}]"
	if got := fmt.Sprint(p.TOC()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, h := range p.TOC() {
		if !strings.Contains(p.HTML(nil), fmt.Sprintf(`<h%d id="%s">`, h.Level, h.ID)) {
			t.Errorf("%v is not in %s", h, p.HTML(nil))
		}
	}
}

// TestQuotationMarks: their shape is the language's.
func TestQuotationMarks(t *testing.T) {
	for _, c := range []struct{ language, want string }{
		{"", "<p>“so” ‘nun’ it’s</p>\n"},
		{"en-GB", "<p>“so” ‘nun’ it’s</p>\n"},
		{"de", "<p>„so“ ‚nun‘ it’s</p>\n"},
		{"fr-FR", "<p>« so » ‹ nun › it’s</p>\n"},
		{"sv", "<p>”so” ’nun’ it’s</p>\n"},
		{"xx", "<p>“so” ‘nun’ it’s</p>\n"},
	} {
		p, err := Parse("posts/a.md", []byte("\"so\" 'nun' it's\n"), Options{Language: c.language})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.HTML(nil); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
}

func TestDescription(t *testing.T) {
	long := strings.Repeat("word ", 100)
	for _, c := range []struct{ in, want string }{
		{"Short.", "Short."},
		{"Dr. Lane went out, e.g. to the sea. " + long, "Dr. Lane went out, e.g. to the sea. " + strings.TrimSpace(long[:260]) + "…"},
		{"The first sentence says that J. R. Lane of the U.S. navy wrote it all down on that day. The second one is here! And a third, which is too much, follows now.",
			"The first sentence says that J. R. Lane of the U.S. navy wrote it all down on that day. The second one is here! And a third, which is too much, follows now."},
		{"![x](x.jpg)\n\n## A heading\n\nAfter it.\n\n## Another\n\nNot this.", "After it."},
		{"- one\n- two\n\nAnd.", "one two And."},
	} {
		p, err := Parse("posts/a.md", []byte(c.in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len([]rune(p.Description)) > describeMost {
			t.Errorf("%d characters", len([]rune(p.Description)))
		}
		if p.Description != c.want {
			t.Logf("%q:\n%q, want\n%q", c.in, p.Description, c.want)
			t.Fail()
		}
	}
}
