package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"runtime"
	"testing"
)

// TestMemory: decoding takes hardly more than Memory says, and not much less, or
// pictures would wait for nothing.
func TestMemory(t *testing.T) {
	gray := encode(t, image.NewGray(image.Rect(0, 0, 1024, 1024)))
	for name, body := range map[string][]byte{
		"gray":             gray,
		"colour":           encode(t, quadrants(1024, 1024)),
		"progressive gray": flat(1024, 1024, 1, true),
		"inks":             flat(1024, 1024, 4, false),
		"progressive inks": flat(1024, 1024, 4, true),
		"progressive":      flat(1024, 1024, 3, true),
		"red, green, blue": append(flat(1024, 1024, 3, false)[:2:2], append([]byte("\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"), flat(1024, 1024, 3, false)[2:]...)...),
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

// flat is a JPEG of one colour, without a bit that says more (ITU-T T.81, annex B).
func flat(w, h, components int, progressive bool) []byte {
	b := []byte{0xff, 0xd8}
	segment := func(marker byte, payload ...byte) {
		b = append(binary.BigEndian.AppendUint16(append(b, 0xff, marker), uint16(len(payload)+2)), payload...)
	}
	if components == 4 {
		segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	frame := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(components)}
	scan := []byte{byte(components)}
	for c := range byte(components) {
		frame = append(frame, c+1, 0x11, 0)
		scan = append(scan, c+1, 0)
	}
	marker, last := byte(0xc0), byte(63)
	if progressive {
		marker, last = 0xc2, 0
	}
	segment(marker, frame...)
	for _, table := range []byte{0x00, 0x10} { // one code, of one bit, for "nothing follows"
		segment(0xc4, append(append([]byte{table, 1}, make([]byte, 15)...), 0)...)
	}
	segment(0xda, append(scan, 0, last, 0)...)
	b = append(b, make([]byte, w*h*components/64/4+64)...)
	return append(b, 0xff, 0xd9)
}
