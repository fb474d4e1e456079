package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/pennypost/pennypost/internal/site"
)

// manifestName is the file in the output folder that remembers the digest of the
// inputs of each file, so that the next build writes only what changed.
const manifestName = ".pennypost-build.json"

// manifest maps site keys to digests.
type manifest map[string]string

// readManifest reads the manifest of an earlier build; nil if there is none, or
// none that can be read, and then all is written anew.
func readManifest(out string) (manifest, error) {
	text, err := os.ReadFile(filepath.Join(out, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := manifest{}
	if json.Unmarshal(text, &m) != nil {
		return nil, nil
	}
	return m, nil
}

// keep carries over what an earlier build wrote and this one did not remove.
func (m manifest) keep(was manifest) {
	for key, digest := range was {
		if _, ok := m[key]; !ok {
			m[key] = digest
		}
	}
}

func (m manifest) write(out string, was manifest) error {
	if maps.Equal(m, was) {
		return nil
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	name := filepath.Join(out, manifestName)
	if err := os.WriteFile(name+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// refuseForeign keeps --clean from emptying a folder no build has written to.
func refuseForeign(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s was not written by pennypost build: empty it yourself, or build once without --clean", out)
}

// clean removes every file that is not an output, and folders that are empty then.
// Hidden files stay (.git, .nojekyll).
func clean(out string, outputs map[string]site.Output) (removed int, err error) {
	var folders []string
	err = filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == out {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			folders = append(folders, name)
			return nil
		}
		rel, err := filepath.Rel(out, name)
		if err != nil {
			return err
		}
		if _, ok := outputs[filepath.ToSlash(rel)]; ok {
			return nil
		}
		removed++
		return os.Remove(name)
	})
	for i := len(folders) - 1; i >= 0; i-- {
		_ = os.Remove(folders[i]) // fails, rightly, where something is left
	}
	return removed, err
}
