package theme

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/pennypost/pennypost/internal/settings"
)

// sources are the files of this package that decide what a page looks like. They
// are part of the digest, so that no change of the markup can be forgotten.
//
//go:embed archive.go article.go article_footer.go book.go card.go choice.go cover.go font.go form.go frame.go
//go:embed head.go listing.go notice.go shelf.go writer.go
var sources embed.FS

// digest sums up everything that pages are made of besides their views.
func digest(s *settings.Settings, assets []Asset) (string, error) {
	h := sha256.New()
	names, err := fs.Glob(sources, "*.go")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		body, err := sources.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(body))
		h.Write(body)
	}
	for _, a := range assets {
		fmt.Fprintln(h, a.Path) // named after their content
	}
	shown, err := json.Marshal([]any{s.Title, s.URL, s.Description, s.Language, s.Nav, s.Author.Name, s.Author.Bio, s.Theme})
	if err != nil {
		return "", err
	}
	h.Write(shown)
	return hex.EncodeToString(h.Sum(nil))[:20], nil
}
