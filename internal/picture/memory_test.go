package picture

import (
	"bytes"
	"image"
	"runtime"
	"testing"

	"github.com/pennypost/pennypost/internal/picture/picturetest"
)

// TestMemory: decoding takes hardly more than Memory says, and not much less, or
// pictures would wait for nothing.
func TestMemory(t *testing.T) {
	flat := func(f picturetest.Flat) []byte {
		f.Width, f.Height = 1024, 1024
		return f.JPEG()
	}
	gray := encode(t, image.NewGray(image.Rect(0, 0, 1024, 1024)))
	for name, body := range map[string][]byte{
		"gray":             gray,
		"colour":           encode(t, quadrants(1024, 1024)),
		"progressive gray": flat(picturetest.Flat{Components: 1, Progressive: true}),
		"inks":             flat(picturetest.Flat{Components: 4, Adobe: true}),
		"progressive inks": flat(picturetest.Flat{Components: 4, Adobe: true, Progressive: true}),
		"progressive":      flat(picturetest.Flat{Components: 3, Progressive: true}),
		"red, green, blue": flat(picturetest.Flat{Components: 3, Adobe: true}),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(body)
		runtime.ReadMemStats(&after)
		took, most := after.TotalAlloc-before.TotalAlloc, uint64(Memory(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		const edges = 1 << 20
		if took > most+edges+given<<20 || took < most/2 {
			t.Errorf("%s takes %d bytes, said to be %d", name, took, most)
		}
	}
	for name, body := range map[string][]byte{"a PNG": encodePNG(t, quadrants(8, 8)), "what is too large": sizedJPEG(bytes.Clone(gray), 60_000, 60_000), "nothing": nil} {
		if n := Memory(body); n != 0 {
			t.Errorf("%s takes %d bytes, and is not decoded", name, n)
		}
	}
}
