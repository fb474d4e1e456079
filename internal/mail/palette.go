package mail

import (
	"math"
	"regexp"
	"strconv"

	"github.com/pennypost/pennypost/internal/settings"
)

// palette is the colours of a mail on light and on dark ground, the same as the
// site's.
type palette struct {
	paper, ink, soft, line, code, accent, onAccent string
}

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

func light(s *settings.Settings) palette {
	accent := colour(s.Theme.Accent, "#0b6e4f")
	return palette{
		paper: "#fdfcfa", ink: "#22201c", soft: "#67625a", line: "#e3ded5", code: "#f4f0e8",
		accent: accent, onAccent: readableOn(accent),
	}
}

func dark(s *settings.Settings) palette {
	accent := colour(s.Theme.AccentDark, "#6fcfa9")
	return palette{
		paper: "#191816", ink: "#e9e4da", soft: "#aaa397", line: "#3d3932", code: "#272522",
		accent: accent, onAccent: readableOn(accent),
	}
}

// colour keeps anything but a colour out of a style.
func colour(given, otherwise string) string {
	if hexColour.MatchString(given) {
		return given
	}
	return otherwise
}

// readableOn is white or near-black, whichever stands out more from a ground
// (contrast as WCAG 2.2 defines it).
func readableOn(ground string) string {
	if l := luminance(ground); 1.05/(l+0.05) >= (l+0.05)/0.05 {
		return "#ffffff"
	}
	return "#141311"
}

func luminance(hex string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 0
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
