package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestACertificateNamesTheLastDay(t *testing.T) {
	var b bytes.Buffer
	e := erasure{address: "ann@readers.example", found: true, at: time.Date(2026, 12, 20, 23, 30, 0, 0, time.UTC), kept: 30 * 24 * time.Hour}
	if err := e.certify(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ann@readers.example", "on 20 December 2026 at 23:30 UTC", "on 19 January 2027, when the last old version"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the certificate lacks %q:\n%s", want, &b)
		}
	}
}

// What is not a terminal is neither drawn on nor asked.
func TestNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := surroundings{in: strings.NewReader("y\n"), out: f, err: f}
	bar := s.bar(10, "taking the list in")
	for done := range 11 {
		if err := bar.Set(done); err != nil {
			t.Fatal(err)
		}
	}
	if err := bar.Finish(); err != nil {
		t.Fatal(err)
	}
	if yes, asked, err := s.ask(t.Context(), "go on?"); yes || asked || err != nil {
		t.Errorf("asked %v, answered %v, %v", asked, yes, err)
	}
	if text, err := os.ReadFile(f.Name()); err != nil || len(text) > 0 {
		t.Errorf("wrote %q, %v", text, err)
	}
}

// A local run keeps its data to itself, and the commands work through it.
func TestAudienceOfARunningBlog(t *testing.T) {
	t.Parallel()
	p := launch(t, "--now", "2030-01-01T08:00:00Z") // ahead of the command's clock
	run := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := Main(append([]string{"audience"}, append(args, "--data", p.data)...), &out, &errs); code != 0 {
			t.Fatalf("%v: %s", args, &errs)
		}
		return out.String()
	}
	counted := func(line string) {
		t.Helper()
		if got := strings.Join(strings.Fields(run("list", "--count")), " "); !strings.Contains(got, line) {
			t.Errorf("%q is not in %s", line, got)
		}
	}
	counted("each post 1 weekly 1 monthly 0") // the demonstration's
	run("add", "ann@readers.example", "--cadence", "monthly")
	counted("monthly 1")
	run("remove", "each@demo.example")
	counted("each post 0")
	counted("left 1")
	p.put("posts/hello.md", "# Hello\n")
	p.receipt("posts/hello.md", "Published")
	p.settle()
	if got := p.subjects(); len(got) != 0 {
		t.Errorf("mailed %q to whoever was removed", got)
	}
}
