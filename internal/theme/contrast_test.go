package theme

import (
	"fmt"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/pennypost/pennypost/internal/settings"
)

// The contrast that WCAG 2.2 asks of text (1.4.3) and of the edges of controls (1.4.11).
const (
	enoughForText = 4.5
	enoughForEdge = 3
)

// unreadable lists what a scheme would set in too weak a contrast.
func unreadable(s scheme) []string {
	var weak []string
	check := func(on, over string, a, b colour, least float64) {
		if c := contrast(a, b); c < least {
			weak = append(weak, fmt.Sprintf("%s %s on %s %s: %.2f", on, a, over, b, c))
		}
	}
	grounds := []property{{"paper", s.paper}, {"surface", s.surface}}
	for _, ground := range grounds {
		for _, p := range []property{{"ink", s.ink}, {"ink-soft", s.inkSoft}, {"muted", s.muted}, {"red", s.red}, {"amber", s.amber}, {"accent", s.accent}} {
			check(p.name, ground.name, p.c, ground.c, enoughForText)
		}
		check("control", ground.name, s.control, ground.c, enoughForEdge)
	}
	for _, ground := range []property{{"surface", s.surface}, {"code-marked", s.code.marked}} {
		for _, p := range s.properties() {
			if len(p.name) > 5 && p.name[:5] == "code-" && p.name != "code-marked" {
				check(p.name, ground.name, p.c, ground.c, enoughForText)
			}
		}
	}
	check("ink", "tint", s.ink, s.tint, enoughForText)
	check("accent", "tint", s.accent, s.tint, enoughForText)
	check("ink", "tint-strong", s.ink, s.tintStrong, enoughForText)
	check("on-accent", "accent", s.onAccent, s.accent, enoughForText)
	check("on-accent", "accent-deep", s.onAccent, s.accentDeep, enoughForText)
	return weak
}

func TestColoursRead(t *testing.T) {
	accents := []settings.Theme{settings.Default().Theme, {Accent: "#7a1f5c", AccentDark: "#d98abf"}, {Accent: "#ffcc00"}, {Accent: "#fff"}, {Accent: "#000000"},
		{Accent: "#1e90ff"}, {Accent: "#ff0000", AccentDark: "#330000"}, {Accent: "not a colour"}, {}}
	for _, accent := range accents {
		light, dark := schemes(accent)
		for _, weak := range append(unreadable(light), unreadable(dark)...) {
			t.Errorf("accent %q, %q: %s", accent.Accent, accent.AccentDark, weak)
		}
	}
}

func TestColoursReadWithAnyAccent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string) string {
			return fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, label))
		}
		light, dark := schemes(settings.Theme{Accent: pick("accent"), AccentDark: pick("accent dark")})
		for _, weak := range append(unreadable(light), unreadable(dark)...) {
			t.Error(weak)
		}
	})
}

// TestAccentIsKeptWhereItReads: the author's colour is not touched without need.
func TestAccentIsKeptWhereItReads(t *testing.T) {
	light, _ := schemes(settings.Theme{Accent: "#0b6e4f", AccentDark: "#57ab8a"})
	if light.accent != paint("#0b6e4f") {
		t.Errorf("the accent became %s", light.accent)
	}
}

// TestTypesetCoversRead holds the print on every typeset cover readable on its ground.
func TestTypesetCoversRead(t *testing.T) {
	sheet, err := styleFiles.ReadFile("css/60-books.css")
	if err != nil {
		t.Fatal(err)
	}
	pairs := regexp.MustCompile(`--cover: (#[0-9a-f]{6});\s+--print: (#[0-9a-f]{6});`).FindAllStringSubmatch(string(sheet), -1)
	if len(pairs) != covers {
		t.Fatalf("%d pairs of colours for %d covers", len(pairs), covers)
	}
	for _, p := range pairs {
		if c := contrast(paint(p[1]), paint(p[2])); c < enoughForText {
			t.Errorf("%s on %s: %.2f", p[2], p[1], c)
		}
	}
}

func TestContrastIsWCAGs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want string
	}{{"#000", "#fff", "21.00"}, {"#777777", "#ffffff", "4.48"}, {"#767676", "#ffffff", "4.54"}, {"#0b6e4f", "#0b6e4f", "1.00"}} {
		if got := fmt.Sprintf("%.2f", contrast(paint(c.a), paint(c.b))); got != c.want {
			t.Errorf("%s on %s: %s, not %s", c.a, c.b, got, c.want)
		}
	}
}
