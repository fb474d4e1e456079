package browsertest

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// rules of html-validate. Those that are off are matters of taste (doctype in
// capitals, how void elements and boolean attributes are written), a title's length, a
// name for a list of tags, check boxes of one name, and the align attribute of table
// cells, which feed readers without a style sheet need.
//
//go:embed html-validate.json
var rules []byte

// Valid reports what html-validate finds in pages, by name.
func Valid(t *testing.T, pages map[string]string) {
	t.Helper()
	tool, err := exec.LookPath("html-validate")
	if err != nil {
		tool = node(t, ".bin/html-validate")
	}
	dir := t.TempDir()
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(t.TempDir(), "html-validate.json")
	if err := os.WriteFile(config, rules, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--config", config, "--formatter", "stylish", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
