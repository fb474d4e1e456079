package picture

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSamplePictures holds that the pictures of the sample blog can be shown and are small.
func TestSamplePictures(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../../posts", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".yaml") {
			return err
		}
		found++
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if info, err := Inspect(name, body); err != nil || info.Width < 600 {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		if len(body) > 150<<10 {
			t.Errorf("%s has %d KB", name, len(body)>>10)
		}
		return nil
	})
	if err != nil || found < 12 {
		t.Errorf("%d pictures, %v", found, err)
	}
}
