package settings

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestParse reads each testdata/*.yaml and compares what came of it, settings or
// mistakes, with the .golden file of the same name.
func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome(Parse(text))
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// outcome is the settings that differ from the defaults, and every message.
func outcome(s *Settings, warns []Warning, err error) string {
	var b strings.Builder
	for _, e := range Errors(err) {
		fmt.Fprintf(&b, "error %s\n", strings.TrimPrefix(e.Error(), Key))
	}
	for _, w := range warns {
		fmt.Fprintf(&b, "warning, line %d: %s\n", w.Line, w.Text)
	}
	if s != nil {
		plain, standard := flat(s), flat(Default())
		for i := range plain {
			if i >= len(standard) || plain[i] != standard[i] {
				b.WriteString(plain[i] + "\n")
			}
		}
	}
	return b.String()
}

// flat is one "name = value" for each setting.
func flat(s *Settings) []string {
	line := func(name string, v any) string {
		j, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return name + " = " + string(j)
	}
	n := s.Newsletter
	return []string{
		line("title", s.Title), line("url", s.URL), line("description", s.Description), line("language", s.Language),
		line("timezone", s.Timezone), line("location", s.Location.String()), line("permalink", s.Permalink),
		line("page_size", s.PageSize), line("nav", s.Nav), line("topics", s.Topics), line("author", s.Author), line("theme", s.Theme),
		line("domain", n.Domain), line("from", n.From), line("reply_to", n.ReplyTo), line("address", n.Address), line("region", n.Region),
		line("undo", fmt.Sprint(n.Undo, " set ", n.UndoSet)), line("max_age", n.MaxAge.String()), line("max_per_hour", n.MaxPerHour),
		line("batch", n.Batch), line("per_hour", n.PerHour), line("per_day", n.PerDay), line("max_signups_per_hour", n.MaxSignupsPerHour),
		line("weekly", fmt.Sprintf("%s %02d:%02d", n.Weekly.Day, n.Weekly.Hour, n.Weekly.Minute)),
		line("monthly", fmt.Sprintf("%d %02d:%02d", n.Monthly.Day, n.Monthly.Hour, n.Monthly.Minute)),
	}
}
