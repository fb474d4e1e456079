package theme

import (
	"fmt"
	"html"
	"strings"
	"unicode"

	"github.com/pennypost/pennypost/internal/settings"
)

// siteIcon draws the site's initial on its accent colour.
func siteIcon(s *settings.Settings) Asset {
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="%s"/>`+
		`<text x="32" y="46" font-family="Georgia, serif" font-size="42" font-weight="600" text-anchor="middle" fill="#fff">%s</text></svg>`,
		html.EscapeString(s.Theme.Accent), html.EscapeString(initial(s.Title)))
	return newAsset("icon.svg", "image/svg+xml", []byte(svg))
}

// initial is the first letter or digit of the title as a capital; a dot if it has none.
func initial(title string) string {
	for _, r := range title {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return strings.ToUpper(string(r))
		}
	}
	return "•"
}
