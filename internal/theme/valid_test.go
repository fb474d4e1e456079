package theme

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPagesAreValid asks html-validate. Its rules that are off in
// testdata/html-validate.json are matters of taste (doctype in capitals, how void
// elements and boolean attributes are written), a title's length, a name for a list
// of tags, check boxes of one name, and the align attribute of table cells, which
// feed readers without a style sheet need.
func TestPagesAreValid(t *testing.T) {
	tool, err := exec.LookPath("html-validate")
	if err != nil {
		tool, err = filepath.Abs("../../.cache/npm/node_modules/.bin/html-validate")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(tool); err != nil {
			t.Skip("html-validate is not there; .ci/tools fetches it")
		}
	}
	dir := t.TempDir()
	for name, page := range samplePages(t, sampleTheme(t)) {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config, err := filepath.Abs("testdata/html-validate.json")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--config", config, "--formatter", "stylish", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
