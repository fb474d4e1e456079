package simulate

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// photos are pictures an author uploads: as small as they get.
var photos = func() []string {
	var all []string
	for i := range 3 {
		m := image.NewNRGBA(image.Rect(0, 0, 2+i, 2))
		m.Set(0, 0, color.NRGBA{R: uint8(40 * i), A: 255})
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			panic(err)
		}
		all = append(all, b.String())
	}
	return all
}()
