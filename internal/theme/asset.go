package theme

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

//go:embed css/*.css
var styleFiles embed.FS

//go:embed fonts/*.woff2
var fontFiles embed.FS

// Asset is a file that pages refer to.
type Asset struct {
	Path        string // site key: "assets/site.<hash>.css"
	ContentType string
	Body        []byte
}

// URL is the asset's root-relative address.
func (a Asset) URL() string { return "/" + a.Path }

// newAsset names an asset after its content.
func newAsset(name, contentType string, body []byte) Asset {
	ext := path.Ext(name)
	sum := sha256.Sum256(body)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:])[:12] + ext
	return Asset{Path: "assets/" + hashed, ContentType: contentType, Body: body}
}

// fontAssets are the embedded fonts, sorted by name.
func fontAssets() ([]Asset, error) {
	var all []Asset
	err := fs.WalkDir(fontFiles, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fontFiles.ReadFile(name)
		if err != nil {
			return err
		}
		all = append(all, newAsset(path.Base(name), "font/woff2", body))
		return nil
	})
	return all, err
}

// digest sums up everything that pages are made of besides their views.
func digest(s *settings.Settings, assets []Asset) (string, error) {
	h := sha256.New()
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		body, err := templateFiles.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(body), body)
	}
	for _, a := range assets {
		fmt.Fprintln(h, a.Path) // named after their content
	}
	shown, err := json.Marshal([]any{
		markup, s.Title, s.URL, s.Description, s.Language, s.Nav, s.Author.Name, s.Author.Bio, s.Theme,
	})
	if err != nil {
		return "", err
	}
	h.Write(shown)
	return hex.EncodeToString(h.Sum(nil))[:20], nil
}

// markup is raised by hand when the Go code here would write another page from
// the same view; templates and style sheets are covered by their own bytes.
const markup = 1
