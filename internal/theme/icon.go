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
	light, _ := schemes(s.Theme)
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="%s"/>`+
		`<text x="32" y="47" font-family="Alegreya, Georgia, 'Times New Roman', serif" font-size="44" font-weight="700" text-anchor="middle" fill="%s">%s</text></svg>`+"\n",
		light.accent, light.onAccent, html.EscapeString(initial(s.Title)))
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
