package post

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what came out into testdata/*.txt")

// TestPairs reads testdata/*.txt: cases of Markdown and what becomes of it. A case
// is a heading line "=== name" with an optional source key behind " | ", the file as it is uploaded, and
// sections "--- html", "--- mail", "--- text", "--- meta" or "--- error" with what
// is expected. To add one, write the heading, the source and the names of the
// sections wanted, and run the test with -update.
func TestPairs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		intro, rest, _ := strings.Cut(string(raw), "\n=== ")
		out.WriteString(intro)
		for _, one := range strings.Split(rest, "\n=== ") {
			name, body, _ := strings.Cut(one, "\n")
			out.WriteString("\n=== " + name + "\n")
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+name, func(t *testing.T) {
				out.WriteString(runPair(t, name, body))
			})
		}
		if *update {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// runPair checks one case and returns it as it came out.
func runPair(t *testing.T, name, body string) string {
	key := "posts/post.md"
	if _, k, ok := strings.Cut(name, " | "); ok {
		key = k
	}
	parts := strings.Split("\n"+body, "\n--- ")
	source := strings.TrimPrefix(parts[0], "\n")
	// What an editor cannot show is written as an escape.
	upload := strings.NewReplacer(`⟨CR⟩`, "\r", `⟨BOM⟩`, "\ufeff", `⟨E9⟩`, "\xe9", `⟨NUL⟩`, "\x00", `⟨TAB⟩`, "\t").Replace(source + "\n")
	p, err := Parse(key, []byte(upload), Options{})
	if err == nil {
		checkRendered(t, p)
	}
	out := source
	for _, part := range parts[1:] {
		kind, want, _ := strings.Cut(part, "\n")
		got := section(t, kind, p, err)
		if !*update && strings.TrimRight(want, "\n") != strings.TrimRight(got, "\n") {
			t.Errorf("%s:\n%s\nwant:\n%s", kind, got, want)
		}
		out += "\n--- " + kind + "\n" + strings.TrimRight(got, "\n")
	}
	return out + "\n"
}

func section(t *testing.T, kind string, p *Post, err error) string {
	if kind == "error" {
		if err == nil {
			return "none"
		}
		return err.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
	switch kind {
	case "html":
		return p.HTML(shelf{})
	case "mail":
		text, _ := p.MailHTML(shelf{base: "https://example.org"}, 0)
		return text
	case "text":
		return p.Text(shelf{base: "https://example.org"})
	case "meta":
		m := p.Meta
		m.Hash = ""
		raw, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(raw))
	}
	t.Fatalf("unknown section %q", kind)
	return ""
}
