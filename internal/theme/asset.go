package theme

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"
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
