package settings

import (
	"fmt"
	"math"
)

// paper and night are the backgrounds that an accent colour must be readable on:
// white, and the lightest dark page (#222222).
func paper() rgb { return rgb{1, 1, 1} }

func night() rgb { return rgb{0x22 / 255.0, 0x22 / 255.0, 0x22 / 255.0} }

// Contrast that WCAG 2.2 asks of text (success criterion 1.4.3), and the more we
// aim at where the colour is ours to choose.
const (
	contrastText = 4.5
	contrastAim  = 6
)

// rgb is a colour in sRGB, each part from 0 to 1.
type rgb struct{ r, g, b float64 }

// parseHex reads "#rgb" or "#rrggbb".
func parseHex(s string) (rgb, bool) {
	if len(s) != 4 && len(s) != 7 || s[0] != '#' {
		return rgb{}, false
	}
	var v [6]float64
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v[i-1] = float64(c - '0')
		case c >= 'a' && c <= 'f':
			v[i-1] = float64(c-'a') + 10
		case c >= 'A' && c <= 'F':
			v[i-1] = float64(c-'A') + 10
		default:
			return rgb{}, false
		}
	}
	if len(s) == 4 {
		return rgb{v[0] * 17 / 255, v[1] * 17 / 255, v[2] * 17 / 255}, true
	}
	return rgb{(v[0]*16 + v[1]) / 255, (v[2]*16 + v[3]) / 255, (v[4]*16 + v[5]) / 255}, true
}

// hex writes the colour as "#rrggbb".
func (c rgb) hex() string {
	b := func(x float64) int { return int(math.Round(min(1, max(0, x)) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", b(c.r), b(c.g), b(c.b))
}

// luminance is WCAG's relative luminance.
func (c rgb) luminance() float64 {
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is WCAG's ratio between two colours, 1 to 21.
func contrast(a, b rgb) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// linear takes the gamma off one part of an sRGB colour.
func linear(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// gamma puts it back on.
func gamma(x float64) float64 {
	if x <= 0.0031308 {
		return x * 12.92
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// lighten is the accent made light enough for text on a dark page; darken the
// one for white paper. Both keep the hue and answer the colour as it is if it is
// already readable.
func lighten(hex string) string { return readable(hex, night(), +0.01) }

func darken(hex string) string { return readable(hex, paper(), -0.01) }

// readable moves the lightness in OKLCH (Björn Ottosson, 2020: steps that look
// even) until the colour reads well on the background.
func readable(hex string, on rgb, step float64) string {
	c, ok := parseHex(hex)
	if !ok {
		return hex
	}
	want := float64(contrastAim)
	if step < 0 {
		want = contrastText
	}
	if contrast(c, on) >= want {
		return c.hex()
	}
	l, chroma, hue := toOKLCH(c)
	for l += step; l > 0 && l < 1; l += step {
		// A lighter or darker colour may not exist in this strength: fade it until it does.
		out := fromOKLCH(l, chroma, hue)
		for k := chroma; !out.inGamut() && k > 0.001; k *= 0.95 {
			out = fromOKLCH(l, k, hue)
		}
		if contrast(out.rounded(), on) >= want {
			return out.hex()
		}
	}
	if step > 0 {
		return "#ffffff"
	}
	return "#000000"
}

// rounded is the colour as its hex form has it.
func (c rgb) rounded() rgb {
	r, _ := parseHex(c.hex())
	return r
}

func (c rgb) inGamut() bool {
	const slack = 0.0005
	in := func(x float64) bool { return x >= -slack && x <= 1+slack }
	return in(c.r) && in(c.g) && in(c.b)
}

func toOKLCH(c rgb) (l, chroma, hue float64) {
	r, g, b := linear(c.r), linear(c.g), linear(c.b)
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	l = 0.2104542553*x + 0.7936177850*y - 0.0040720468*z
	oa := 1.9779984951*x - 2.4285922050*y + 0.4505937099*z
	ob := 0.0259040371*x + 0.7827717662*y - 0.8086757660*z
	return l, math.Hypot(oa, ob), math.Atan2(ob, oa)
}

func fromOKLCH(l, chroma, hue float64) rgb {
	oa, ob := chroma*math.Cos(hue), chroma*math.Sin(hue)
	x := l + 0.3963377774*oa + 0.2158037573*ob
	y := l - 0.1055613458*oa - 0.0638541728*ob
	z := l - 0.0894841775*oa - 1.2914855480*ob
	x, y, z = x*x*x, y*y*y, z*z*z
	return rgb{
		gamma(+4.0767416621*x - 3.3077115913*y + 0.2309699292*z),
		gamma(-1.2684380046*x + 2.6097574011*y - 0.3413193965*z),
		gamma(-0.0041960863*x - 0.7034186147*y + 1.7076147010*z),
	}
}
