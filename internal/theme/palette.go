package theme

import (
	"fmt"
	"strings"

	"github.com/pennypost/pennypost/internal/settings"
)

// scheme is the colours of the site in light or in dark. Every pair that stands
// on one another reads with a contrast of at least 4.5 (WCAG 2.2, 1.4.3), the
// edges of controls with 3 (1.4.11); a test holds this for any accent.
type scheme struct {
	paper      colour // the page
	surface    colour // boxes, code, callouts
	ink        colour // text
	inkSoft    colour // quotations
	muted      colour // dates, captions
	rule       colour // hairlines
	lineStrong colour // heavier lines
	control    colour // edges of form controls
	red, amber colour

	accent     colour // links, marks
	accentDeep colour // a button under the pointer
	onAccent   colour // text on the accent
	tint       colour // a chosen thing's ground
	tintStrong colour // marked text

	code codeColours
}

// codeColours are those of highlighted code besides ink: few hues, each readable
// on a code block's ground.
type codeColours struct {
	comment, keyword, text, number, name, added, removed, marked colour
}

// lightGround is the page's own colours by day: warm paper.
func lightGround() scheme {
	return scheme{
		paper: paint("#fdfcf9"), surface: paint("#f5f2ea"), ink: paint("#211e1a"), inkSoft: paint("#46413a"), muted: paint("#6a645b"),
		rule: paint("#e5e0d5"), lineStrong: paint("#c9c2b4"), control: paint("#8a8377"), red: paint("#b3261e"), amber: paint("#8f5300"),
		code: codeColours{
			comment: paint("#6b655b"), keyword: paint("#87306f"), text: paint("#28653b"), number: paint("#8f4700"), name: paint("#1d578a"),
			added: paint("#1c6b35"), removed: paint("#a8261e"), marked: paint("#e9e3d4"),
		},
	}
}

// darkGround is the same by night.
func darkGround() scheme {
	return scheme{
		paper: paint("#18181a"), surface: paint("#222225"), ink: paint("#e9e5dd"), inkSoft: paint("#cbc6bc"), muted: paint("#a9a49a"),
		rule: paint("#343438"), lineStrong: paint("#4b4b51"), control: paint("#807d78"), red: paint("#ff8f84"), amber: paint("#f0b45c"),
		code: codeColours{
			comment: paint("#a19b90"), keyword: paint("#dd9fcb"), text: paint("#9fca92"), number: paint("#e3ad72"), name: paint("#93bde6"),
			added: paint("#8fd19e"), removed: paint("#ff9f95"), marked: paint("#33333a"),
		},
	}
}

// schemes are the site's colours in light and dark around the settings' accent.
func schemes(t settings.Theme) (light, dark scheme) {
	accent, ok := parseColour(t.Accent)
	if !ok {
		accent, _ = parseColour(settings.Default().Theme.Accent)
	}
	night, ok := parseColour(t.AccentDark)
	if !ok {
		night = accent
	}
	return lightGround().with(accent, black()), darkGround().with(night, white())
}

// with completes a scheme with an accent, moved towards an end of the grey scale
// until it reads on every ground it stands on.
func (s scheme) with(accent, end colour) scheme {
	for step := 0.0; step <= 1; step += 0.02 {
		s.accent = mix(accent, end, step)
		s.tint = mix(s.paper, s.accent, 0.09)
		s.tintStrong = mix(s.paper, s.accent, 0.22)
		if contrast(s.accent, s.paper) >= 4.6 && contrast(s.accent, s.surface) >= 4.6 && contrast(s.accent, s.tint) >= 4.5 {
			break
		}
	}
	// The button's text is white, or else black, whichever reads better; the deeper
	// colour moves away from it.
	s.onAccent, s.accentDeep = white(), mix(s.accent, black(), 0.18)
	if dark := paint("#141414"); contrast(dark, s.accent) > contrast(white(), s.accent) {
		s.onAccent, s.accentDeep = dark, mix(s.accent, white(), 0.25)
	}
	return s
}

// tokens are the custom properties that the style sheet is written in.
func tokens(s *settings.Settings) string {
	light, dark := schemes(s.Theme)
	text, size := "var(--serif)", "1.3125rem"
	if s.Theme.Font == "sans" {
		text, size = "var(--sans)", "1.1875rem"
	}
	var b strings.Builder
	fmt.Fprintf(&b, ":root {\n%s  --text: %s;\n  --text-size: %s;\n}\n\n", light.css("  "), text, size)
	fmt.Fprintf(&b, "@media screen and (prefers-color-scheme: dark) {\n  :root {\n%s  }\n}\n", dark.css("    "))
	return b.String()
}

// property is one colour under the name that the style sheet knows it by.
type property struct {
	name string
	c    colour
}

// properties are the scheme's colours by their names in the style sheet.
func (s scheme) properties() []property {
	return []property{
		{"paper", s.paper}, {"surface", s.surface}, {"ink", s.ink}, {"ink-soft", s.inkSoft}, {"muted", s.muted},
		{"rule", s.rule}, {"line-strong", s.lineStrong}, {"control", s.control}, {"red", s.red}, {"amber", s.amber},
		{"accent", s.accent}, {"accent-deep", s.accentDeep}, {"on-accent", s.onAccent},
		{"tint", s.tint}, {"tint-strong", s.tintStrong},
		{"code-comment", s.code.comment}, {"code-keyword", s.code.keyword}, {"code-text", s.code.text}, {"code-number", s.code.number},
		{"code-name", s.code.name}, {"code-added", s.code.added}, {"code-removed", s.code.removed}, {"code-marked", s.code.marked},
	}
}

// css writes the scheme as custom properties.
func (s scheme) css(indent string) string {
	var b strings.Builder
	for _, p := range s.properties() {
		fmt.Fprintf(&b, "%s--%s: %s;\n", indent, p.name, p.c)
	}
	return b.String()
}
