package theme

import (
	"bytes"
	"io/fs"
	"path"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// styleSheet joins the style files in the order of their names, below the
// colours that the settings ask for, and lets them name the fonts by their plain
// file names.
func styleSheet(s *settings.Settings, fonts []Asset) (Asset, error) {
	names, err := fs.Glob(styleFiles, "css/*.css")
	if err != nil {
		return Asset{}, err
	}
	var b bytes.Buffer
	b.WriteString(tokens(s))
	for _, name := range names {
		body, err := styleFiles.ReadFile(name)
		if err != nil {
			return Asset{}, err
		}
		b.Write(body)
	}
	sheet := b.String()
	for _, f := range fonts {
		sheet = strings.ReplaceAll(sheet, `url("`+plainName(f)+`")`, `url("`+path.Base(f.Path)+`")`)
	}
	return newAsset("site.css", "text/css; charset=utf-8", []byte(sheet)), nil
}

// plainName is an asset's file name without its hash.
func plainName(a Asset) string {
	base := path.Base(a.Path)
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	return strings.TrimSuffix(stem, path.Ext(stem)) + ext
}
