package theme

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// drawn is a picture for the sample pages: hills under a sky, or a book cover.
func drawn(name string) []byte {
	w, h := 960, 640
	switch {
	case strings.HasPrefix(name, "cover-a"):
		w, h = 400, 600
	case strings.HasPrefix(name, "cover-b"), strings.HasPrefix(name, "portrait"):
		w, h = 400, 400
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	hue := float64(len(name)%7) / 7
	for y := range h {
		for x := range w {
			fx, fy := float64(x)/float64(w), float64(y)/float64(h)
			r, g, b := 0.95-0.25*fy, 0.86-0.1*fy, 0.75+0.1*fy
			if d := math.Hypot(fx-0.7, (fy-0.3)*float64(h)/float64(w)); d < 0.09 {
				r, g, b = 0.98, 0.75, 0.45
			}
			for i := 1.0; i <= 4; i++ {
				top := 0.35 + 0.13*i + 0.07*math.Sin(fx*5*i+i*i+hue*6) + 0.02*math.Sin(fx*31/i)
				if fy > top {
					shade := 0.75 - 0.15*i
					r, g, b = shade*0.75, shade*(0.85+0.1*hue), shade*(0.95-0.2*hue)
				}
			}
			img.Set(x, y, color.RGBA{uint8(r * 255), uint8(g * 255), uint8(b * 255), 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic(err)
	}
	return out.Bytes()
}
