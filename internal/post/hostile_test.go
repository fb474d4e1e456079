package post

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostile are texts that parsers of Markdown take long over, by name.
func hostile() map[string]func(n int) string {
	return map[string]func(n int) string{
		"quotes":       func(n int) string { return strings.Repeat(">", n) + "a" },
		"quotes lines": func(n int) string { k := 200; return strings.Repeat(strings.Repeat(">", k)+"a\n", n/k) },
		"list nest":    func(n int) string { return strings.Repeat("- ", n/2) + "a" },
		"list indent": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				b.WriteString(strings.Repeat("  ", i) + "- a\n")
			}
			return b.String()
		},
		"many items":     func(n int) string { return strings.Repeat("- a\n", n/4) },
		"open brackets":  func(n int) string { return strings.Repeat("[", n) },
		"brackets pairs": func(n int) string { return strings.Repeat("[", n/2) + strings.Repeat("]", n/2) },
		"open links":     func(n int) string { return strings.Repeat("[a](", n/4) },
		"open links2":    func(n int) string { return strings.Repeat("[a](<b", n/6) },
		"open image":     func(n int) string { return strings.Repeat("![", n/2) },
		"emph a":         func(n int) string { return strings.Repeat("*a ", n/3) },
		"emph b":         func(n int) string { return strings.Repeat("a**b", n/4) + strings.Repeat("c* ", n/3) },
		"emph mix":       func(n int) string { return strings.Repeat("*a_ ", n/4) },
		"emph run":       func(n int) string { return strings.Repeat("*", n/2) + "a" + strings.Repeat("*", n/2) },
		"emph close":     func(n int) string { return strings.Repeat("a_ ", n/3) },
		"emph nested":    func(n int) string { return strings.Repeat("*a **a ", n/7) },
		"strike":         func(n int) string { return strings.Repeat("~~a ", n/4) },
		"backticks": func(n int) string {
			var b strings.Builder
			for i := 1; b.Len() < n; i++ {
				b.WriteString("e" + strings.Repeat("`", i))
			}
			return b.String()
		},
		"backtick alt": func(n int) string { return strings.Repeat("`a``b", n/5) },
		"html open":    func(n int) string { return strings.Repeat("<a ", n/3) },
		"html comment": func(n int) string { return strings.Repeat("x <!-- ", n/7) },
		"html pi":      func(n int) string { return strings.Repeat("a <? ", n/5) },
		"html cdata":   func(n int) string { return strings.Repeat("a <![CDATA[ ", n/12) },
		"html decl":    func(n int) string { return strings.Repeat("a <!A ", n/6) },
		"entities":     func(n int) string { return strings.Repeat("&", n) },
		"refdefs": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				fmt.Fprintf(&b, "[a%d]: u\n", i)
			}
			return b.String()
		},
		"refuse":   func(n int) string { return "[a]: u\n\n" + strings.Repeat("[a]", n/3) },
		"ref long": func(n int) string { return strings.Repeat("[a]: u\n", n/7) },
		"footnotes": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n/2; i++ {
				fmt.Fprintf(&b, "[^%d]: u\n\n", i)
			}
			for i := 0; b.Len() < n; i++ {
				fmt.Fprintf(&b, "[^%d] ", i)
			}
			return b.String()
		},
		"footnotes one": func(n int) string { return "[^1]: u\n\n" + strings.Repeat("[^1]", n/4) },
		"table cols":    func(n int) string { return strings.Repeat("|a", n/4) + "\n" + strings.Repeat("|-", n/4) + "\n" },
		"table rows":    func(n int) string { return "|a|b|\n|-|-|\n" + strings.Repeat("|x|y|\n", n/6) },
		"table short rows": func(n int) string {
			k := n / 3
			return strings.Repeat("|a", k/2) + "\n" + strings.Repeat("|-", k/2) + "\n" + strings.Repeat("|x\n", k/3)
		},
		"table fake":       func(n int) string { return strings.Repeat("|a|\n", n/4) },
		"table delims":     func(n int) string { return strings.Repeat("-|-\n", n/4) },
		"deflist":          func(n int) string { return strings.Repeat("a\n: b\n\n", n/7) },
		"deflist nest":     func(n int) string { return "a\n" + strings.Repeat(": ", n/2) },
		"typo":             func(n int) string { return strings.Repeat("\"'", n/2) },
		"typo2":            func(n int) string { return strings.Repeat("\"a ", n/3) },
		"emoji":            func(n int) string { return strings.Repeat(":a", n/2) },
		"emoji2":           func(n int) string { return strings.Repeat(":", n) },
		"urls":             func(n int) string { return strings.Repeat("http://a.b ", n/11) },
		"urls2":            func(n int) string { return strings.Repeat("http://a.b/(", n/12) },
		"mails":            func(n int) string { return strings.Repeat("a@b.c ", n/6) },
		"mails2":           func(n int) string { return strings.Repeat("a@", n/2) },
		"mails3":           func(n int) string { return strings.Repeat(" aaaa.", n/6) },
		"www":              func(n int) string { return strings.Repeat("www.", n/4) },
		"one long line":    func(n int) string { return strings.Repeat("a", n) },
		"spaces":           func(n int) string { return "a" + strings.Repeat(" ", n) + "b" },
		"newlines":         func(n int) string { return strings.Repeat("a\n", n/2) },
		"blank":            func(n int) string { return strings.Repeat("\n", n) },
		"tabs":             func(n int) string { return strings.Repeat("\t", n) + "a" },
		"list blank":       func(n int) string { return "- a\n" + strings.Repeat("\n", n) + "b" },
		"fence open":       func(n int) string { return strings.Repeat("```\n", n/4) },
		"fence in quote":   func(n int) string { return strings.Repeat("> ```\n", n/6) },
		"setext":           func(n int) string { return strings.Repeat("a\n", n/2) + "===" },
		"headings":         func(n int) string { return strings.Repeat("# a\n", n/4) },
		"attr":             func(n int) string { return "# a " + strings.Repeat("{", n) },
		"attr2":            func(n int) string { return strings.Repeat("# a {#b\n", n/8) },
		"escapes":          func(n int) string { return strings.Repeat("\\(", n/2) },
		"link title":       func(n int) string { return strings.Repeat("[a](b \"", n/7) },
		"link nest":        func(n int) string { return strings.Repeat("[a ", n/6) + strings.Repeat("](b)", n/6) },
		"dest parens":      func(n int) string { return "[a](" + strings.Repeat("(", n) },
		"quote list":       func(n int) string { return strings.Repeat("> - ", n/4) },
		"quote lazy":       func(n int) string { return strings.Repeat("> ", 500) + "a\n" + strings.Repeat("a\n", n/2) },
		"list lazy":        func(n int) string { return strings.Repeat("- ", 500) + "a\n" + strings.Repeat("a\n", n/2) },
		"numbers":          func(n int) string { return strings.Repeat("1. ", n/3) },
		"thematic":         func(n int) string { return strings.Repeat("* ", n/2) },
		"html block":       func(n int) string { return strings.Repeat("<div>\n", n/6) },
		"nul":              func(n int) string { return strings.Repeat("\x00", n) },
		"bad utf8":         func(n int) string { return strings.Repeat("\xff*", n/2) },
		"tasks":            func(n int) string { return strings.Repeat("- [ ] a\n", n/8) },
		"refdef bracket":   func(n int) string { return "[" + strings.Repeat("a", n) },
		"refdef lines":     func(n int) string { return strings.Repeat("[\na\n", n/4) },
		"refdef title":     func(n int) string { return strings.Repeat("[a]: b \"\n", n/9) },
		"image close":      func(n int) string { return strings.Repeat("![a](b)", n/7) },
		"fn defs one para": func(n int) string { return strings.Repeat("[^a]:\n", n/6) },
		"star tilde":       func(n int) string { return strings.Repeat("*~", n/2) },
		"highlight":        func(n int) string { return strings.Repeat("{% highlight ", n/13) },
		"hugo":             func(n int) string { return strings.Repeat("{{< a ", n/6) },
		"hugo2":            func(n int) string { return strings.Repeat("{{< highlight go >}}", n/20) },
		"raw":              func(n int) string { return strings.Repeat("{% raw %}", n/9) },
		"liquid":           func(n int) string { return strings.Repeat("{{ a", n/4) },
		"braces":           func(n int) string { return strings.Repeat("{", n) },
		"attrs":            func(n int) string { return strings.Repeat("*a*{.b", n/6) },
		"attrs2":           func(n int) string { return strings.Repeat("*a*{.b}", n/7) },
		"html b":           func(n int) string { return strings.Repeat("<b>\n\n", n/5) },
		"html b attr": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				fmt.Fprintf(&b, "<b class=\"a%d\">\n\nx\n\n", i)
			}
			return b.String()
		},
		"html p b":       func(n int) string { return strings.Repeat("<p><b><i><u><s>\n\n", n/18) },
		"html div":       func(n int) string { return strings.Repeat("<div>\n\n", n/7) },
		"html span":      func(n int) string { return strings.Repeat("a <span>", n/8) },
		"html table":     func(n int) string { return strings.Repeat("<table>\n\n", n/9) },
		"html td":        func(n int) string { return "<table>" + strings.Repeat("<td>x", n/5) },
		"html a":         func(n int) string { return strings.Repeat("a <a href=x>", n/12) },
		"html end":       func(n int) string { return strings.Repeat("a </b>", n/6) },
		"html block end": func(n int) string { return strings.Repeat("</div>\n\n", n/8) },
		"html iframe":    func(n int) string { return strings.Repeat("<iframe src=https://a.b/>\n\n", n/27) },
		"html svg":       func(n int) string { return strings.Repeat("<svg>\n\n", n/7) },
		"callouts":       func(n int) string { return strings.Repeat("> [!NOTE]\n\n", n/11) },
		"code go":        func(n int) string { return strings.Repeat("```go\nfunc a() {}\n```\n", n/24) },
		"code php":       func(n int) string { return strings.Repeat("```php\n"+strings.Repeat("\"$a[", 1000)+"\n```\n", n/5020) },
		"code js":        func(n int) string { return strings.Repeat("```js\n"+strings.Repeat("/a", 3000)+"\n```\n", n/6020) },
		"code md": func(n int) string {
			return strings.Repeat("```markdown\n"+strings.Repeat("*a_", 3000)+"\n```\n", n/9020)
		},
		"code yaml":  func(n int) string { return strings.Repeat("```yaml\n"+strings.Repeat(" ", 2000)+"\n```\n", n/2020) },
		"code bash":  func(n int) string { return strings.Repeat("```bash\n"+strings.Repeat("$(", 1000)+"\n```\n", n/2020) },
		"code html":  func(n int) string { return strings.Repeat("```html\n"+strings.Repeat("<a ", 1000)+"\n```\n", n/3020) },
		"quote deep": func(n int) string { return strings.Repeat(strings.Repeat("> ", 60)+"a\n\n", n/123) },
		"list deep": func(n int) string {
			var b strings.Builder
			for b.Len() < n {
				for i := 0; i < 60; i++ {
					b.WriteString(strings.Repeat("  ", i) + "- a\n")
				}
			}
			return b.String()
		},
		"emph blocks":  func(n int) string { return strings.Repeat(strings.Repeat("*a_ ", 2000)+"\n\n", n/8002) },
		"same heading": func(n int) string { return strings.Repeat("# a\n\n", n/5) },
		"images": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				fmt.Fprintf(&b, "![a](a%d.jpg)\n\n", i)
			}
			return b.String()
		},
		"footnote nest": func(n int) string { return strings.Repeat("[^a]: ", n/6) },
		"footnotes rev": func(n int) string {
			var b strings.Builder
			for i := n / 40; i > 0; i-- {
				fmt.Fprintf(&b, "[^%d]\n\n", i)
			}
			for i := 0; b.Len() < n; i++ {
				fmt.Fprintf(&b, "[^%d]: u\n\n", i)
			}
			return b.String()
		},
		"sentence":   func(n int) string { return strings.Repeat("Dr. ", n/4) },
		"rule words": func(n int) string { return strings.Repeat("a: b\n", n/5) },
	}

}

// TestHostileTexts: each ends, refused or as well-formed as any other. That it ends
// soon is what BenchmarkHostile measures.
func TestHostileTexts(t *testing.T) {
	const size = 16 << 10
	for name, make := range hostile() {
		t.Run(name, func(t *testing.T) {
			p, err := Parse("posts/a.md", []byte(make(size)), Options{})
			if err != nil {
				return
			}
			checkRendered(t, p)
		})
	}
}

// TestHostileBehindCode: what is refused by itself is refused also behind what looks
// like code that did not end, and at the same place. A code block may be of any size.
func TestHostileBehindCode(t *testing.T) {
	const size = 256 << 10
	refused := 0
	for name, make := range hostile() {
		text := make(size)
		line, what := guard([]byte(text))
		if what == "" {
			continue
		}
		refused++
		for _, before := range []string{"- ```\n  ```\n\n", "> ```\n\n", "<div>\n```\n\n", "word\n    ```\n\n", "<!--\n```\n-->\n\n", "1. ~~~\n\nword\n\n"} {
			l, w := guard([]byte(before + text))
			if w != what || l != line+strings.Count(before, "\n") {
				t.Errorf("%s: %q in line %d, and behind %q: %q in line %d", name, what, line, before, w, l)
			}
		}
	}
	if refused < 10 {
		t.Errorf("only %d were refused", refused)
	}
	code := strings.Repeat("  {\"name\": [\"*a_b*\", \"`c`\"], \"link\": \"<a href='x'>|\"},\n", size/50)
	for _, fence := range []string{"```json\n%s```\n", "- one\n\n  ```json\n%s  ```\n", "> ~~~\n> %s\n"} {
		inside := code
		if fence[0] == '>' {
			inside = strings.ReplaceAll(code, "\n", "\n> ")
		}
		if line, what := guard([]byte(fmt.Sprintf(fence, inside))); what != "" {
			t.Errorf("code in %q: line %d: %s", fence, line, what)
		}
	}
}

// BenchmarkHostile gives, for the text that suffers most, how many times longer a
// text eight times as long takes: 8 is proportional, 64 quadratic.
func BenchmarkHostile(b *testing.B) {
	const size = 32 << 10
	took := func(text string) time.Duration {
		began := cpuTime()
		if p, err := Parse("posts/a.md", []byte(text), Options{}); err == nil {
			p.HTML(shelf{})
			p.Text(shelf{})
		}
		return max(cpuTime()-began, time.Millisecond)
	}
	worst, of := 0.0, ""
	for b.Loop() {
		for name, make := range hostile() {
			if growth := float64(took(make(8*size))) / float64(took(make(size))); growth > worst {
				worst, of = growth, name
			}
		}
	}
	b.ReportMetric(worst, "growth-ratio")
	b.Log("most: ", of)
}

// cpuTime is what this process has used of the processors.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
