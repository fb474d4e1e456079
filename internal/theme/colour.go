package theme

import (
	"fmt"
	"math"
	"strconv"
)

// colour is one in sRGB.
type colour struct{ r, g, b uint8 }

func black() colour { return colour{} }
func white() colour { return colour{255, 255, 255} }

// parseColour reads "#rgb" or "#rrggbb".
func parseColour(s string) (colour, bool) {
	if len(s) == 4 {
		s = "#" + s[1:2] + s[1:2] + s[2:3] + s[2:3] + s[3:4] + s[3:4]
	}
	if len(s) != 7 || s[0] != '#' {
		return colour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return colour{}, false
	}
	return colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

// paint is a colour of our own writing.
func paint(s string) colour {
	c, ok := parseColour(s)
	if !ok {
		panic("theme: not a colour: " + s)
	}
	return c
}

// String is the colour as "#rrggbb".
func (c colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// mix goes the given part, 0 to 1, of the way from a to b.
func mix(a, b colour, part float64) colour {
	way := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*part)) }
	return colour{way(a.r, b.r), way(a.g, b.g), way(a.b, b.b)}
}

// luminance is the relative luminance of WCAG 2.2.
func (c colour) luminance() float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the ratio of WCAG 2.2 between two colours, 1 to 21.
func contrast(a, b colour) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}
