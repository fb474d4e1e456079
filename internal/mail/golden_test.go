package mail_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pennypost/pennypost/internal/mail"
)

// whole is a message as one text, for a golden file.
func whole(m mail.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nReply-To: %s\nSubject: %s\nPreheader: %s\n", m.From, m.ReplyTo, m.Subject, m.Preheader)
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		fmt.Fprintf(&b, "%s: %s\n", name, m.Headers[name])
	}
	return b.String() + "\n" + m.Text
}

func TestGolden(t *testing.T) {
	for name, m := range everyMessage(t) {
		for file, got := range map[string]string{name + ".html": m.HTML, name + ".txt": whole(m)} {
			path := filepath.Join("testdata", "golden", file)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from its golden file; look at it, then run go test -update", file)
			}
		}
	}
}
